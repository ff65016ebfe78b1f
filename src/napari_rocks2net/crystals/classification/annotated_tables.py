"""Tables of annotated crystals, such as the command line writes, read again."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.classification.annotated import AnnotatedCrystals
from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.labels import checked_labels
from napari_rocks2net.imaging import ImageError, read_image, read_numbers
from napari_rocks2net.output_files import LABELS_END
from napari_rocks2net.samples.columns import CLASS, CLASS_PREFIX, CRYSTAL, FILE
from napari_rocks2net.untrusted import is_file, read_cells

if TYPE_CHECKING:
    import pandas as pd


logger = logging.getLogger(__name__)

COLUMNS = (FILE, CRYSTAL, CLASS)
TABLE_END = "_crystals.csv"


class _Part(NamedTuple):
    """The named crystals of one image."""

    image: Path
    labels: Path
    classes: dict[int, str]


def read_annotated(
    tables: Iterable[str | Path], on_error: Callable[[CrystalError], None] | None = None
) -> list[AnnotatedCrystals]:
    """Read named crystals from tables such as ``napari-rocks2net crystals`` writes.

    Parameters
    ----------
    tables : iterable of str or pathlib.Path
        CSV files in UTF-8 with the columns ``file`` (the SEM image), ``label`` (of the crystal) and ``class``
        (empty where a crystal has none), and optionally ``labels`` (the label image: a TIFF or PNG of
        integers). Without it the label image of NAME_crystals.csv is NAME_labels.tif beside it. Paths are
        looked for beside the table first, then from the current folder.
    on_error : callable, optional
        Takes the error of a table, or of an image of it, that cannot be used; the others go on. Without it
        the error is raised.

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
    report = on_error or _raise
    parts = [part for table in tables for part in _parts(Path(table), report)]
    counts = Counter(part.image.name for part in parts)
    annotated = []
    for part in parts:
        name = part.image.name if counts[part.image.name] == 1 else str(part.image)
        try:
            annotated.append(AnnotatedCrystals(name, *_pixels(part), part.classes))
        except CrystalError as error:
            report(error)
    return annotated


def _raise(error: CrystalError) -> None:
    raise error


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


def _pixels(part: _Part) -> tuple[npt.NDArray[np.uint8], npt.NDArray[Any]]:
    """Read an image and its label image."""
    try:
        image = read_image(part.image)
    except ImageError as error:
        raise CrystalError(str(error)) from error
    labels = read_labels(part.labels)
    if image.shape[:2] != labels.shape:
        raise CrystalError(
            f"{part.labels} is {labels.shape[0]} x {labels.shape[1]} pixels, the image {part.image} "
            f"{image.shape[0]} x {image.shape[1]}: they do not belong together."
        )
    return image, labels


def _parts(table: Path, report: Callable[[CrystalError], None]) -> Iterator[_Part]:
    """Yield image, label image and classes of every image that a table names crystals of."""
    try:
        rows = _rows(table)
    except CrystalError as error:
        report(error)
        return
    for (image, labels), part in rows.groupby([FILE, "labels"], sort=False):
        classes = dict(zip(part[CRYSTAL], part[CLASS], strict=True))
        try:
            yield _Part(_resolved(table, image), _labels_of(table, labels), classes)
        except CrystalError as error:
            report(error)


def _rows(table: Path) -> pd.DataFrame:
    """Read the rows that have a class."""
    import pandas as pd

    try:
        rows = read_cells(table)
    except FileNotFoundError as error:
        raise CrystalError(f"{table} does not exist.") from error
    except (OSError, ValueError) as error:
        raise CrystalError(f"{table} cannot be read as a CSV in UTF-8 ({error}).") from error
    if missing := [name for name in COLUMNS if name not in rows]:
        raise CrystalError(
            f"{table} has no column {missing[0]!r}: a table of named crystals has {', '.join(COLUMNS)}."
        )
    rows = rows[rows[CLASS].str.strip() != ""]
    _warn_of_predicted(table, rows)
    numbers = pd.to_numeric(rows[CRYSTAL], errors="coerce")
    wrong = rows[CRYSTAL][~((numbers % 1 == 0) & (numbers > 0))]
    if len(wrong):
        raise CrystalError(f"{table} names a crystal {wrong.iloc[0]!r}: labels are whole numbers from 1 on.")
    return rows.assign(**{CRYSTAL: numbers.astype(int), "labels": rows.get("labels", "")})


def _warn_of_predicted(table: Path, rows: pd.DataFrame) -> None:
    """Log how many classes stand as a model gave them: learnt as truth, its mistakes are learnt too."""
    import pandas as pd

    probabilities = rows.filter(regex=f"^{CLASS_PREFIX}").apply(pd.to_numeric, errors="coerce")
    answered = probabilities[probabilities.notna().any(axis=1)]
    if answered.empty:
        return
    unchanged = answered.idxmax(axis=1) == CLASS_PREFIX + rows.loc[answered.index, CLASS].str.strip()
    if unchanged.any():
        logger.warning(
            "%d of %d classes in %s are what a model predicted, unchanged: they count as named by a person; "
            "empty the cells of class that nobody has checked.",
            int(unchanged.sum()),
            len(rows),
            table,
        )


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
