"""Regions as shapes with vertices, kinds and a feature table, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from napari_rocks2net.annotation import AnnotatedRegion
from napari_rocks2net.class_colours import NO_CLASS_COLOUR
from napari_rocks2net.samples import Region

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.annotation import Vocabulary

ID = "region"
NO_CLASS = ""
ELLIPSE_CORNERS = 48
LOOK = {"face_color": "transparent", "edge_width": 2, "opacity": 1.0}
"""How regions look in layers that anyone may edit."""


def shapes_of(regions: Iterable[AnnotatedRegion]) -> list[tuple[np.ndarray, str]]:
    """Return what `Shapes.data` takes: (vertices in pixel-centre coordinates (N, 2), shape type)."""
    return [(np.asarray(region.area.vertices, float) - 0.5, region.area.kind) for region in regions]


def features_of(regions: Sequence[AnnotatedRegion], vocabularies: Iterable[Vocabulary]) -> pd.DataFrame:
    """Return one line for each region: its id, and one categorical column for each property.

    Parameters
    ----------
    regions : sequence of AnnotatedRegion
    vocabularies : iterable of Vocabulary
        Of all properties; their classes are the categories, "" is none.
    """
    import pandas as pd

    columns: dict[str, Any] = {ID: pd.Series([region.id for region in regions], dtype=object)}
    for vocabulary in vocabularies:
        labels = [region.labels.get(vocabulary.property, NO_CLASS) for region in regions]
        columns[vocabulary.property] = pd.Categorical(labels, [NO_CLASS, *vocabulary.classes])
    return pd.DataFrame(columns)


def colours_of(labels: Iterable[Any], vocabulary: Vocabulary | None) -> list[str]:
    """Return one colour for each label; grey where there is none.

    Parameters
    ----------
    labels : iterable of str or None
    vocabulary : Vocabulary or None
        Of the property that is labelled.
    """
    known = dict(zip(vocabulary.classes, vocabulary.colours, strict=True)) if vocabulary else {}
    return [known.get(label, NO_CLASS_COLOUR) for label in labels]


def regions_of(
    data: Sequence[np.ndarray],
    types: Sequence[str],
    features: pd.DataFrame,
    properties: Sequence[str],
    earlier: Mapping[str, AnnotatedRegion],
) -> tuple[list[AnnotatedRegion], list[str]]:
    """Read shapes as regions.

    Parameters
    ----------
    data : sequence of numpy.ndarray
        (N, 2) vertices in pixel-centre coordinates.
    types : sequence of str
        rectangle, polygon, ellipse (kept as a polygon), path (closed); lines enclose nothing.
    features : pandas.DataFrame
        One line for each shape, as `features_of` makes them.
    properties : sequence of str
        The columns that hold labels.
    earlier : dict
        The regions that were there, by id; what did not change stays what it was, to the last digit.

    Returns
    -------
    regions : list of AnnotatedRegion
        Those shapes that enclose something.
    ids : list of str
        The id of every shape, empty for one that encloses nothing; new for drawn and pasted ones.
    """
    regions: list[AnnotatedRegion] = []
    ids: list[str] = []
    given = features[ID].tolist() if ID in features else [""] * len(data)
    for index, (vertices, kind) in enumerate(zip(data, types, strict=True)):
        ring = outline(np.asarray(vertices, float)[:, -2:], kind)
        if ring is None:
            ids.append("")
            continue
        name = given[index] if given[index] and given[index] not in ids else uuid4().hex
        labels = _labels(features, index, properties)
        area = Region(ring, "rectangle" if kind == "rectangle" else "polygon")
        ids.append(name)
        regions.append(_kept(AnnotatedRegion(name, area, labels), earlier.get(name)))
    return regions, ids


def _labels(features: pd.DataFrame, index: int, properties: Sequence[str]) -> dict[str, str]:
    values = {name: features[name].iloc[index] for name in properties if name in features}
    return {name: value for name, value in values.items() if isinstance(value, str) and value != NO_CLASS}


def outline(vertices: np.ndarray, kind: str) -> tuple[tuple[float, float], ...] | None:
    """Return a shape's vertices in pixel-edge coordinates, None where it encloses nothing.

    Parameters
    ----------
    vertices : numpy.ndarray
        (N, 2) in pixel-centre coordinates.
    kind : str
        Of the shape; ellipses become polygons, paths are closed.
    """
    points = _ellipse(vertices) if kind == "ellipse" else vertices
    if kind == "line" or len(points) < 3 or _area(points) < 1e-6:
        return None
    # napari keeps single precision: a hundredth of a pixel is what is left of it, and enough.
    return tuple((round(float(y), 3), round(float(x), 3)) for y, x in points + 0.5)


def _ellipse(corners: np.ndarray) -> np.ndarray:
    """Return points on the ellipse inside the four corners of its box."""
    centre = corners.mean(axis=0)
    first, second = (corners[1] - corners[0]) / 2, (corners[2] - corners[1]) / 2
    angles = np.linspace(0, 2 * np.pi, ELLIPSE_CORNERS, endpoint=False)[:, None]
    points: np.ndarray = centre + np.cos(angles) * first + np.sin(angles) * second
    return points


def _area(points: np.ndarray) -> float:
    """Return the area by the shoelace formula."""
    y, x = (points - points[0]).T
    return abs(float(np.dot(y, np.roll(x, 1)) - np.dot(x, np.roll(y, 1)))) / 2


def _kept(region: AnnotatedRegion, earlier: AnnotatedRegion | None) -> AnnotatedRegion:
    """Return the earlier region if the shape still shows it, to the precision that napari keeps."""
    if earlier is None:
        return region
    area = earlier.area if _same_place(region.area, earlier.area) else region.area
    return replace(region, area=area, extra=earlier.extra)


def _same_place(area: Region, earlier: Region) -> bool:
    same_shape = area.kind == earlier.kind and len(area.vertices) == len(earlier.vertices)
    return same_shape and np.allclose(earlier.vertices, area.vertices, rtol=1e-6, atol=2e-3)
