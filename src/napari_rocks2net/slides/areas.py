"""Area percentages of the classes of a map, with what they are worth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_rocks2net.samples.columns import CLASS, PERCENT_COLUMNS, PROPERTY
from napari_rocks2net.slides.grid import Grid
from napari_rocks2net.slides.slide_map import PropertyMap, SlideMap

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (PROPERTY, CLASS, "cells", *PERCENT_COLUMNS)
# Blocks of a slide along its longer side: fewer say too little, smaller ones are alike.
BLOCKS_A_SIDE = 8


def area_table(result: SlideMap) -> pd.DataFrame:
    """Return the share of the answered area that each class has.

    Cells beside one another look at the same rock, so whole blocks of them, an eighth of the slide's longer
    side and at least a window a side, are drawn with replacement for the 95 % interval (block bootstrap:
    Lahiri 2003, Resampling Methods for Dependent Data, chapter 12). It says how much the share would
    vary between such slides of this rock, not how often the model is right.

    Returns
    -------
    pandas.DataFrame
        One row for each property and class: ``property, class, cells, percent, percent_low, percent_high``.
    """
    import pandas as pd

    rows = [row for each in result.properties for row in _rows(each, blocks_of(result.grid))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def blocks_of(grid: Grid) -> npt.NDArray[np.intp]:
    """Return the number of the block that each cell of a grid lies in, (rows, columns)."""
    side = max(math.ceil(grid.field / grid.stride), math.ceil(max(grid.shape) / BLOCKS_A_SIDE))
    row, column = np.indices(grid.shape) // side
    return row * (column.max() + 1) + column


def _rows(each: PropertyMap, blocks: npt.NDArray[np.intp]) -> list[tuple[str, str, int, float, float, float]]:
    from napari_rocks2net.evaluation.intervals import interval_of_groups

    answered, classes = each.answered, each.classes()
    _, member = np.unique(blocks[answered], return_inverse=True)
    sizes = np.bincount(member)
    rows = []
    for number, name in enumerate(each.rock_property.classes, start=1):
        of_class = (classes == number)[answered]
        cells = int(of_class.sum())
        if not len(sizes):
            rows.append((each.rock_property.name, name, 0, math.nan, math.nan, math.nan))
            continue
        low, high = interval_of_groups(np.bincount(member, weights=of_class), sizes)
        percent = 100 * cells / len(of_class)
        rows.append((each.rock_property.name, name, cells, percent, 100 * low, 100 * high))
    return rows
