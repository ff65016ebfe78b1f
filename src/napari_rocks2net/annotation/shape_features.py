"""Features of shapes: which columns hold classes, and what the others hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.annotation.region_shapes import ID

if TYPE_CHECKING:
    import pandas as pd

CLASSIFICATION = "classification"
# Columns that most likely hold the class, where several are categorical.
LIKELY = (CLASSIFICATION, "class", "label")


def shape_kinds(meta: Mapping[str, Any], count: int) -> list[str]:
    """Return the type of every shape of a layer that napari hands to a writer.

    Parameters
    ----------
    meta : mapping
        The layer's attributes; ``shape_type`` is one text for all, or one for each shape.
    count : int
        Number of shapes.
    """
    kinds = meta.get("shape_type", "polygon")
    return [kinds] * count if isinstance(kinds, str) else list(kinds)


def label_columns(features: pd.DataFrame) -> list[str]:
    """Return the categorical columns and those called like a class, the likeliest class first."""
    import pandas as pd

    names = [str(name) for name in features.columns if isinstance(features[name].dtype, pd.CategoricalDtype)]
    named = [str(name) for name in features.columns if name in LIKELY and name not in names]
    return sorted([*names, *named], key=lambda name: LIKELY.index(name) if name in LIKELY else len(LIKELY))


def labels_in(line: pd.Series, columns: Iterable[str]) -> dict[str, str]:
    """Return the classes that one shape has, column -> class.

    Parameters
    ----------
    line : pandas.Series
        The features of the shape.
    columns : iterable of str
        Those that hold classes, see `label_columns`.
    """
    return {name: label for name in columns if (label := class_name(line[name]))}


def class_name(value: Any) -> str:
    """Return a cell as the name of a class; empty where it is none."""
    return value.strip() if isinstance(value, str) else ""


def facts_in(line: pd.Series, labels: Sequence[str]) -> dict[str, Any]:
    """Return the columns of one shape that hold no class, in JSON's types.

    Parameters
    ----------
    line : pandas.Series
        The features of the shape.
    labels : sequence of str
        The columns that hold classes.
    """
    return {str(name): _plain(line[name]) for name in line.index if name not in labels and name != ID}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: no numpy types, and nothing for what is not a number."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
