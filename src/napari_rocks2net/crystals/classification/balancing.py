"""Class balancing: turned and mirrored crops of rare classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_rocks2net.atomic_write import atomic_write_png
from napari_rocks2net.imaging import read_image
from napari_rocks2net.samples.columns import FILE, SPLIT
from napari_rocks2net.samples.parts import TRAIN

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.samples import SampleTable

Bytes = npt.NDArray[np.uint8]
# Crops of each class that a training part has at least, as far as eight views of each crop go.
FEWEST_CROPS = 100


def eight_views(square: Bytes) -> Iterator[tuple[str, Bytes]]:
    """Yield a square picture in its eight rotations and flips, itself first; no pixel is lost or mixed.

    Parameters
    ----------
    square : numpy.ndarray
        (S, S) uint8.

    Yields
    ------
    tuple of str and numpy.ndarray
        What was done, such as "turn90_flip", empty for the picture itself; and the picture.
    """
    for flip, turns in product((False, True), range(4)):
        turned = np.rot90(square, turns)
        name = [f"turn{90 * turns}"] * bool(turns) + ["flip"] * flip
        yield "_".join(name), turned[:, ::-1] if flip else turned


def balance(samples: SampleTable, fewest: int = FEWEST_CROPS) -> SampleTable:
    """Add rotated and flipped crops to the training part until its classes are as large as the largest.

    Nothing is taken away, and the parts that figures are measured on stay as they are. A class grows to
    eight times its crops at most; class weights of the training make up for the rest.

    Parameters
    ----------
    samples : SampleTable
        Split square crops, see `split_crystals`. The copies are written beside them as PNG.
    fewest : int
        Grow small collections to so many crops a class even where the largest class has fewer.

    Returns
    -------
    SampleTable
        The same rows, and those of the copies below.
    """
    import pandas as pd

    name = samples.only.name
    training = samples.frame[samples.frame[SPLIT] == TRAIN]
    target = max(fewest, int(training[name].value_counts().max()))
    added = [_copies(rows, target - len(rows)) for _, rows in training.groupby(name, sort=True)]
    return replace(samples, frame=pd.concat([samples.frame, *added], ignore_index=True))


def _copies(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """Write copies of the crops of a class: one view of all of them before the next view."""
    views = [(position, view) for view in range(1, 8) for position in range(len(rows))][: max(0, count)]
    copied = rows.iloc[[position for position, _ in views]]
    files = []
    for file, (_, view) in zip(map(Path, copied[FILE]), views, strict=True):
        name, picture = list(eight_views(read_image(file)[..., 0]))[view]
        files.append(str(atomic_write_png(file.with_name(f"{file.stem}_{name}.png"), picture)))
    return copied.assign(**{FILE: files})
