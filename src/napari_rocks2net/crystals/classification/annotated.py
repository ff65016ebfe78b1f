"""Annotated crystals: crystals that a person has named, read from tables, and as samples to train on."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.atomic_write import atomic_write_png
from napari_rocks2net.crystals.classification.crop_settings import CropSettings
from napari_rocks2net.crystals.classification.crops import CrystalCuts
from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.labels import checked_labels
from napari_rocks2net.samples.columns import FILE, GROUP

if TYPE_CHECKING:
    from napari_rocks2net.samples import SampleTable

logger = logging.getLogger(__name__)

PROPERTY = "crystal"


@dataclass(frozen=True, eq=False)
class AnnotatedCrystals:
    """An SEM image with some of its crystals named."""

    name: str
    """What the image is called: crystals of one name never part when samples are split."""
    image: Any
    """(Y, X) or (Y, X, channels)."""
    labels: Any
    """(Y, X) integers of the same height and width; 0 is background."""
    classes: Mapping[int, str]
    """Label -> class, for the crystals that are named; an empty class counts as none."""


def crystal_samples(
    annotated: Sequence[AnnotatedCrystals],
    folder: str | Path,
    crop: CropSettings | None = None,
    property: str = PROPERTY,
) -> SampleTable:
    """Write every named crystal as a picture of its own, and return the pictures as samples.

    Parameters
    ----------
    annotated : sequence of AnnotatedCrystals
        The images.
    folder : str or pathlib.Path
        Where the crops go, as grey PNG of their own size; made when needed.
    crop : CropSettings, optional
        The defaults when left out. Keep it in ``TrainingConfig.crop``, so that the model crops alike.
    property : str
        What the classes are classes of.

    Returns
    -------
    SampleTable
        One row a named crystal; ``group`` is the image's name.

    Raises
    ------
    CrystalError
        When no crystal is named, or image and labels do not fit each other. Names of labels that are not in
        the label image are left out, and their number is logged.
    ImageError
        When an image is none.
    """
    import pandas as pd

    from napari_rocks2net.samples import table_from_rows

    rows = [
        {FILE: str(file), GROUP: item.name, property: label}
        for number, item in enumerate(annotated)
        for file, label in _written(item, Path(folder).expanduser().absolute(), number, crop)
    ]
    if not rows:
        raise CrystalError("No crystal has a class: name some crystals of every class first.")
    return table_from_rows(pd.DataFrame(rows, dtype=str), property)


def _written(
    item: AnnotatedCrystals, folder: Path, number: int, crop: CropSettings | None
) -> Iterator[tuple[Path, str]]:
    classes = {int(label): name.strip() for label, name in item.classes.items() if name and name.strip()}
    labels = checked_labels(item.labels)
    named = np.where(np.isin(labels, list(classes)), labels, 0)
    cuts = CrystalCuts(item.image, named, crop)
    if len(cuts) < len(classes):
        missing = min(set(classes) - set(cuts.ids.tolist()))
        logger.warning(
            "%d of %d named crystals are not in the labels of %s and left out, the first is %d.",
            len(classes) - len(cuts),
            len(classes),
            item.name,
            missing,
        )
    # Images of several folders may share a name.
    stem = f"{number:03d}_{re.sub(r'[^0-9A-Za-z.-]+', '_', Path(item.name).stem)}"
    for label, square in zip(cuts.ids.tolist(), cuts, strict=True):
        yield atomic_write_png(folder / f"{stem}_{label}.png", square), classes[label]
