"""Column names of sample tables, and which columns can hold labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

FILE = "file"
REGION = "region"
OUTLINE = "region_outline"
PLANE = "stack_plane"  # not "plane", which tables of thin sections have for the polarisation
FIELD, LIGHT, ANGLE = "field", "light", "angle"
"""Columns of views: the field that a photo shows, its light, and the angle of the stage; labels only where a
person asks for them by name."""
REGION_ID = "region_id"
"""Names a region, with which the views of a field have it in common, each in its own pixels."""
AFFINE = "view_affine"
"""How a view lies in its field: "a,b,y;c,d,x", from its pixels (y, x along their edges) to the field's."""
PIXEL_SIZE = "pixel_size_um"
"""Micrometres a pixel of the image, empty where it is not known."""
FACT_PREFIX = "feature:"
"""How the columns begin that hold other facts about a region than its classes."""

PROPERTY, LABEL = "property", "label"
"""Columns of labels and of predictions: which property, and which of its classes."""
PROBABILITY, UNFAMILIAR = "probability", "unfamiliar"
"""Columns of predictions: how probable the label is, and whether the photo is unlike those learned from."""
AREA_COLUMNS = ("area_y0", "area_x0", "area_y1", "area_x1")
"""Columns of predictions: the critical area, in pixels of the image."""
PAGE, MODEL, VIEWS = "plane", "model", "views"
"""Columns of predictions: the plane of the file, the model, and the views by which a field was judged."""
TRUE_LABEL, CORRECT = "true_label", "correct"
"""Columns of predictions of labelled photos: the class by the labels, and whether the model gave it."""
CLASS_PREFIX = "p_"
"""How the columns of predictions begin that hold the probability of a class."""
CRYSTAL = "label"
"""Column of measured crystals: the number of each in the label image."""
CLASS = "class"
"""Column of tables with one row a class, and of measured crystals: the class of each."""
PERCENT_COLUMNS = ("percent", "percent_low", "percent_high")
"""Columns of tables with one row a class: its share, and the 95 % interval of this share."""

SECTION_NAMES = ("section", "thin section", "thin_section", "sample", "group", "slide")
"""What a table may call the thin section, best first; we write the first."""
SECTION = SECTION_NAMES[0]

GROUP, SPLIT, FOLD = "group", "split", "fold"
"""Columns of a `SampleTable`: the thin section, and the part or fold that a sample went to."""

VIEW_COLUMNS = (FIELD, LIGHT, ANGLE)
PLACES = frozenset({FILE, REGION, OUTLINE, PLANE, PIXEL_SIZE, REGION_ID, AFFINE})
FRAME_COLUMNS = frozenset({FILE, REGION, PIXEL_SIZE, GROUP, SPLIT, FOLD})
"""Names that a property cannot have, since a `SampleTable` has them for something else."""


def find_column(columns: Iterable[str], name: str) -> str | None:
    """Return the column of a name, else the only one that differs in case and spaces alone, else None.

    Parameters
    ----------
    columns : iterable of str
        The header of a table.
    name : str
        The column that is looked for.
    """
    header = list(columns)
    if name in header:
        return name
    alike = [column for column in header if _plain(column) == _plain(name)]
    return alike[0] if len(alike) == 1 else None


def probability_columns(classes: Iterable[str]) -> list[str]:
    """Return the columns of the probabilities of classes."""
    return [CLASS_PREFIX + name for name in classes]


def classes_of_columns(columns: Iterable[Any]) -> list[str]:
    """Return the classes of which a table has the probabilities, in the order of its columns."""
    names = [str(name) for name in columns]
    return [name.removeprefix(CLASS_PREFIX) for name in names if name.startswith(CLASS_PREFIX)]


def is_reserved(column: str) -> bool:
    """Tell whether our own tables have a column, or a kind of column, for something else than labels."""
    return column in PLACES | {SECTION} or column.startswith(FACT_PREFIX)


def section_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that may name the thin section."""
    return tuple(
        name
        for name in columns
        if name.strip() and _plain(name) not in PLACES and not _plain(name).startswith(FACT_PREFIX)
    )


def property_columns(columns: Sequence[str], section: str | None = None) -> tuple[str, ...]:
    """Return the columns that may hold labels.

    Parameters
    ----------
    columns : sequence of str
        The header of a table.
    section : str, optional
        The column that names the thin section, where it is none of `SECTION_NAMES`.
    """
    others = {*SECTION_NAMES, SPLIT, FOLD, *VIEW_COLUMNS}
    return tuple(name for name in section_columns(columns) if name != section and _plain(name) not in others)


def likely_section_column(columns: Sequence[str]) -> str | None:
    """Return the column that most likely names the thin section."""
    names = (find_column(columns, name) for name in SECTION_NAMES)
    return next((name for name in names if name is not None), None)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
