"""Fields of a sample table: rows that are views of one field are one sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_rocks2net.samples.columns import ANGLE, FIELD, FILE, LIGHT, VIEW_COLUMNS
from napari_rocks2net.views import View, parse_angle

if TYPE_CHECKING:
    import pandas as pd


def sample_numbers(frame: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Return the number of the sample that each row is a view of, (N,) from 0 in the order of the rows.

    In a table without columns of views each row is a sample.
    """
    if not set(VIEW_COLUMNS) <= set(frame):
        return np.arange(len(frame))
    # Names of fields may be anything; those of rows without one are no text.
    keys = [field or row for row, field in enumerate(frame[FIELD])]
    first: dict[object, int] = {}
    return np.array([first.setdefault(key, len(first)) for key in keys], np.intp)


def field_rows(frame: pd.DataFrame) -> list[npt.NDArray[np.intp]]:
    """Return the positions of the rows of each sample: of one field, or one photo."""
    numbers = sample_numbers(frame)
    order = np.argsort(numbers, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1) if len(order) else []


def has_fields(frame: pd.DataFrame) -> bool:
    """Tell whether a sample has several views."""
    return len(np.unique(sample_numbers(frame))) < len(frame)


def row_views(frame: pd.DataFrame) -> list[View]:
    """Return the view that each row is; without a light where the table does not say."""
    if not set(VIEW_COLUMNS) <= set(frame):
        return [View(file) for file in frame[FILE]]
    angles = [parse_angle(text) for text in frame[ANGLE]]
    return [View(*each) for each in zip(frame[FILE], frame[LIGHT], angles, strict=True)]
