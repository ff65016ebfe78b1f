"""Rows of results: one for each property of each classified plane, their feature tables and their mark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.class_colours import class_colours
from napari_rocks2net.plugin.layers.mark import LayerMark
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.samples.columns import LABEL, PAGE, PROBABILITY, PROPERTY, UNFAMILIAR

if TYPE_CHECKING:
    import pandas as pd
    from napari.layers import Layer

    from napari_rocks2net.classify import Prediction, Predictions

ROW, IMAGE, AREA_BY, CAPTION = "row", "image", "area by", "text"
"""Columns of the features of both result layers, besides those of predictions: see `ResultRow.columns`."""
CRITICAL_AREAS = "critical areas"
PREDICTIONS = "predictions"
UNCLASSIFIED = "unclassified"
ClassColours = Mapping[str, Mapping[str, str]]
NO_COLOURS: ClassColours = MappingProxyType({})
NETWORKS_AREA = "network"
PERSONS_AREA = "person"


@dataclass(frozen=True, eq=False)
class PlaneResult:
    """Predictions of the models for one plane."""

    plane: ImagePlane
    predictions: Predictions


@dataclass(frozen=True, eq=False)
class ResultRow:
    """One row of the tables: one property of one plane."""

    number: int
    """Names the row in both result layers, whatever is removed or sorted."""
    plane: ImagePlane
    """What was classified."""
    prediction: Prediction
    """Of one property."""
    area_by: str = NETWORKS_AREA
    """Who chose the critical area: "network" or "person"."""

    def columns(self) -> dict[str, Any]:
        """Return the columns that both tables share."""
        return {
            ROW: self.number,
            IMAGE: self.plane.name,
            PAGE: ", ".join(map(str, self.plane.index)),
            PROPERTY: self.prediction.property,
            LABEL: self.prediction.label,
            PROBABILITY: self.prediction.probability,
        }

    def all_columns(self) -> dict[str, Any]:
        """Return the columns of the predictions' table, with every probability."""
        prediction, has_area = self.prediction, self.prediction.critical_area is not None
        streams = {
            "p": prediction.probabilities,
            "global": prediction.global_probabilities or {},
            "local": prediction.local_probabilities or {},
        }
        probabilities = {
            f"{stream}_{name}": value
            for stream, classes in streams.items()
            for name, value in classes.items()
        }
        unfamiliar = {} if prediction.unfamiliar is None else {UNFAMILIAR: prediction.unfamiliar}
        area_by = {AREA_BY: self.area_by if has_area else ""}
        text = {CAPTION: "" if has_area else prediction.caption()}
        return self.columns() | unfamiliar | area_by | probabilities | text


@dataclass(frozen=True, kw_only=True)
class ResultMark(LayerMark):
    """Mark of a layer with what models predicted."""

    kinds = frozenset({CRITICAL_AREAS, PREDICTIONS})

    run: str
    """The same for the two layers of one classification."""
    rows: dict[int, ResultRow]
    """Number -> what a model predicted about one property of one plane."""
    colours: dict[str, dict[str, str]] = field(default_factory=dict)
    """Property -> class -> "#rrggbb"."""
    seen: frozenset[str] | None = None
    """Unique ids of the image layers whose shapes are drawn; None draws all."""

    @property
    def classes(self) -> list[str]:
        """Every class of every property, each name once."""
        return list(dict.fromkeys(name for classes in self.colours.values() for name in classes))


def result_rows(results: Iterable[PlaneResult]) -> tuple[ResultRow, ...]:
    """Number every property of every plane."""
    pairs = ((result.plane, each) for result in results for each in result.predictions.values())
    return tuple(ResultRow(number, *pair) for number, pair in enumerate(pairs))


def shown_rows(layers: Iterable[Layer]) -> list[ResultRow]:
    """Return the rows of the predictions layers among some layers, in the order of their tables.

    Of several predictions about one property of one plane the last counts.
    """
    marks = [(layer, ResultMark.of_own(layer, PREDICTIONS)) for layer in layers]
    rows = [
        mark.rows[number]
        for layer, mark in marks
        if mark is not None
        # A pasted shape has the number of another, a drawn one none of ours.
        for number in dict.fromkeys(layer.features[ROW])
        if number in mark.rows
    ]
    last = {(row.plane.layer_id, row.plane.title, row.prediction.property): row for row in rows}
    return list(last.values())


def rows_by_area(rows: Iterable[ResultRow]) -> tuple[tuple[ResultRow, ...], ...]:
    """Group the rows that have a critical area: a network of several properties looks at one for all."""
    groups: dict[tuple[int, int], list[ResultRow]] = {}
    for row in rows:
        if row.prediction.critical_area is not None:
            # One and the same, not an equal one: two networks may happen to look at the same place.
            groups.setdefault((id(row.plane), id(row.prediction.critical_area)), []).append(row)
    return tuple(map(tuple, groups.values()))


def area_columns(sharing: Sequence[ResultRow]) -> dict[str, Any]:
    """Return the columns of the critical areas' table for the rows that share an area: the first's."""
    text = "\n".join(row.prediction.caption() for row in sharing)
    return sharing[0].columns() | {AREA_BY: sharing[0].area_by, CAPTION: text}


def result_colours(rows: Iterable[ResultRow], stored: ClassColours = NO_COLOURS) -> dict[str, dict[str, str]]:
    """Give every class that the models know its colour, the same whatever was predicted.

    Parameters
    ----------
    rows : iterable of ResultRow
    stored : mapping
        Property -> class -> "#rrggbb" of open collections, see `stored_colours`; these win.

    Returns
    -------
    dict
        Property -> class -> "#rrggbb".
    """
    classes = {row.prediction.property: row.prediction.probabilities for row in rows}
    return {name: class_colours(names, stored.get(name, {})) for name, names in classes.items()}


def table(rows: Sequence[Mapping[str, Any]], classes: Iterable[str]) -> pd.DataFrame:
    """Build a feature table, with drop-downs for what has few values.

    Parameters
    ----------
    rows : sequence of dict
        Value of each column; missing ones become NaN.
    classes : iterable of str
        Every class that the column `label` may hold.
    """
    import pandas as pd

    frame = pd.DataFrame(list(rows))
    if frame.empty:
        names = (ROW, IMAGE, PAGE, PROPERTY, LABEL, PROBABILITY, AREA_BY, CAPTION)
        frame = pd.DataFrame({name: np.array([], dtype=object) for name in names})
    return typed(frame, classes)


def typed(frame: pd.DataFrame, classes: Iterable[str]) -> pd.DataFrame:
    """Return the table with its column types, which napari loses where shapes are added."""
    import pandas as pd

    values = {
        LABEL: pd.Categorical(frame[LABEL], categories=[*classes, UNCLASSIFIED]),
        AREA_BY: pd.Categorical(frame[AREA_BY], categories=["", NETWORKS_AREA, PERSONS_AREA]),
        PROBABILITY: frame[PROBABILITY].astype(float),
        ROW: frame[ROW].astype(int),
    }
    return frame.assign(**values)


def unclassified_defaults(frame: pd.DataFrame) -> dict[str, Any]:
    """Return what a shape that someone draws gets: no class, rather than the last one's."""
    blank: dict[str, Any] = dict.fromkeys(frame.columns, "")
    numbers = {name: np.nan for name in frame.columns if frame[name].dtype.kind == "f"}
    return blank | numbers | {ROW: -1, LABEL: UNCLASSIFIED, AREA_BY: ""}
