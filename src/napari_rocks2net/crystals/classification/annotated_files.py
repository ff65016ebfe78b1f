"""Tables of annotated crystals: one row a crystal, beside the label image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.classification.annotated import AnnotatedCrystals
from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.labels import checked_labels
from napari_rocks2net.imaging import ImageError, read_image, read_numbers
from napari_rocks2net.untrusted import is_file, read_cells

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("file", "label", "class")
TABLE_END, LABELS_END = "_crystals.csv", "_labels.tif"
Classes = dict[int, str]


def read_annotated(tables: Iterable[str | Path]) -> list[AnnotatedCrystals]:
    """Read named crystals from tables such as ``napari-rocks2net crystals`` writes.

    Parameters
    ----------
    tables : iterable of str or pathlib.Path
        CSV files in UTF-8 with the columns ``file`` (the SEM image), ``label`` (of the crystal) and ``class``
        (empty where a crystal has none), and optionally ``labels`` (the label image: a TIFF or PNG of
        integers). Without it the label image of NAME_crystals.csv is NAME_labels.tif beside it. Paths are
        looked for beside the table first, then from the current folder.

    Returns
    -------
    list of AnnotatedCrystals
        One for each image with a named crystal, in the order of the tables, called by its file's name, or
        its path where several have one name.

    Raises
    ------
    CrystalError
        When a table, an image or a label image is missing or wrong; the sentence names it.
    """
    parts = [part for table in tables for part in _parts(Path(table))]
    counts = Counter(image.name for image, _, _ in parts)
    return [
        AnnotatedCrystals(
            image.name if counts[image.name] == 1 else str(image),
            _image(image),
            read_labels(labels),
            classes,
        )
        for image, labels, classes in parts
    ]


def read_labels(path: Path) -> npt.NDArray[Any]:
    """Read a label image.

    Parameters
    ----------
    path : pathlib.Path
        TIFF or PNG with one integer a pixel; colour tables and whole-numbered floats are such too.

    Returns
    -------
    numpy.ndarray
        (Y, X) integers, 0 background.

    Raises
    ------
    CrystalError
        When it is missing, damaged or no label image.
    """
    try:
        return checked_labels(read_numbers(path))
    except ImageError as error:
        raise CrystalError(f"The label image {error}") from error
    except CrystalError as error:
        raise CrystalError(f"{path} is no label image. {error}") from error


def _image(path: Path) -> npt.NDArray[np.uint8]:
    try:
        return read_image(path)
    except ImageError as error:
        raise CrystalError(str(error)) from error


def _parts(table: Path) -> Iterator[tuple[Path, Path, Classes]]:
    """Yield image, label image and classes of every image that a table names crystals of."""
    rows = _rows(table)
    images = [_resolved(table, name) for name in rows["file"]]
    labels = [_labels_of(table, name) for name in rows["labels"]]
    rows = rows.assign(file=images, labels=labels)
    for (image, label_image), part in rows.groupby(["file", "labels"], sort=False):
        yield image, label_image, dict(zip(part["label"], part["class"], strict=True))


def _rows(table: Path) -> pd.DataFrame:
    """Read the rows that have a class."""
    import pandas as pd

    try:
        rows = read_cells(table)
    except (OSError, ValueError) as error:
        raise CrystalError(f"{table} cannot be read as a CSV in UTF-8 ({error}).") from error
    if missing := [name for name in COLUMNS if name not in rows]:
        raise CrystalError(
            f"{table} has no column {missing[0]!r}: a table of named crystals has {', '.join(COLUMNS)}."
        )
    rows = rows[rows["class"].str.strip() != ""]
    numbers = pd.to_numeric(rows["label"], errors="coerce")
    wrong = rows["label"][~((numbers % 1 == 0) & (numbers > 0))]
    if len(wrong):
        raise CrystalError(f"{table} names a crystal {wrong.iloc[0]!r}: labels are whole numbers from 1 on.")
    return rows.assign(label=numbers.astype(int), labels=rows.get("labels", ""))


def _labels_of(table: Path, name: str) -> Path:
    if name.strip():
        return _resolved(table, name)
    if not table.name.endswith(TABLE_END):
        raise CrystalError(
            f"{table} does not say where the label images are: add a column 'labels', or name the table "
            f"NAME{TABLE_END} beside NAME{LABELS_END}."
        )
    return _resolved(table, table.name.removesuffix(TABLE_END) + LABELS_END)


def _resolved(table: Path, name: str) -> Path:
    path = Path(name.strip().replace("\\", "/"))
    for candidate in (table.parent / path, path):
        if is_file(candidate):
            return candidate.resolve()
    raise CrystalError(f"{table} names {name}, which is neither beside it nor in the current folder.")
