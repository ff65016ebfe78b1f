"""Regions as shapes with vertices, kinds and a feature table, and back.

Of a feature table the categorical columns hold classes; the others are facts about a region, which are kept
in its ``extra["properties"]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.annotation import AnnotatedRegion
from napari_rocks2net.class_colours import NO_CLASS_COLOUR
from napari_rocks2net.samples import Region

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.annotation import Vocabulary

ID = "region"
CLASSIFICATION = "classification"
# Columns that most likely hold the class, where several are categorical.
LIKELY = (CLASSIFICATION, "class", "label")
NO_CLASS = ""
ELLIPSE_CORNERS = 48
STYLE = {"face_color": "transparent", "edge_width": 2, "opacity": 1.0}
"""How regions look in layers that anyone may edit."""
LayerData = tuple[Any, dict[str, Any], str]
"""Data, attributes and kind of a layer, as napari takes it from readers and gives it to writers."""


def shapes_of(regions: Iterable[AnnotatedRegion]) -> list[tuple[np.ndarray, str]]:
    """Return what `Shapes.data` takes: (vertices in pixel-centre coordinates (N, 2), shape type)."""
    return [(np.asarray(region.area.vertices, float) - 0.5, region.area.kind) for region in regions]


def features_of(regions: Sequence[AnnotatedRegion], vocabularies: Iterable[Vocabulary]) -> pd.DataFrame:
    """Return one line for each region: its id, and one categorical column for each property.

    Parameters
    ----------
    regions : sequence of AnnotatedRegion
        Labelled with classes of the vocabularies; one line each, in this order.
    vocabularies : iterable of Vocabulary
        Of all properties; their classes are the categories, "" is none.
    """
    import pandas as pd

    columns: dict[str, Any] = {ID: pd.Series([region.id for region in regions], dtype=object)}
    for vocabulary in vocabularies:
        labels = [region.labels.get(vocabulary.property, NO_CLASS) for region in regions]
        columns[vocabulary.property] = pd.Categorical(labels, [NO_CLASS, *vocabulary.classes])
    return pd.DataFrame(columns)


def fact_columns(regions: Sequence[AnnotatedRegion], without: str = "") -> dict[str, list[Any]]:
    """Return the facts about regions that a table can hold, as columns; what is not known is empty.

    Parameters
    ----------
    regions : sequence of AnnotatedRegion
        One value each in every column; a fact that is no text, number or truth value anywhere is left out.
    without : str
        A fact that is left out.
    """
    facts = [region.facts for region in regions]
    columns: dict[str, list[Any]] = {}
    for name in dict.fromkeys(name for each in facts for name in each if name != without):
        values = [each[name] for each in facts if name in each]
        empty = "" if all(isinstance(value, str) for value in values) else None
        if all(isinstance(value, (str, int, float, bool, type(None))) for value in values):
            columns[name] = [each.get(name, empty) for each in facts]
    return columns


def colours_of(labels: Iterable[Any], vocabulary: Vocabulary | None) -> list[str]:
    """Return one colour "#rrggbb" for each label.

    Parameters
    ----------
    labels : iterable of str or None
        None, "" and unknown classes are grey.
    vocabulary : Vocabulary or None
        Of the property that is labelled; None makes all grey.
    """
    colours = dict(zip(vocabulary.classes, vocabulary.colours, strict=True)) if vocabulary else {}
    return [colours.get(label, NO_CLASS_COLOUR) for label in labels]


def regions_layer(
    name: str, shapes: Sequence[tuple[np.ndarray, str]], features: pd.DataFrame, colours: Vocabulary | None
) -> LayerData:
    """Return shapes as a layer for anyone to edit.

    Parameters
    ----------
    name : str
        Of the layer.
    shapes : sequence of tuple
        See `shapes_of`.
    features : pandas.DataFrame
        One line for each shape.
    colours : Vocabulary or None
        The property whose classes colour the shapes; None makes all grey.
    """
    keywords: dict[str, Any] = {"name": name, **STYLE}
    if shapes:
        labels = features[colours.property] if colours else [None] * len(shapes)
        keywords |= {"features": features, "edge_color": colours_of(labels, colours)}
        keywords["shape_type"] = [kind for _, kind in shapes]
    return [vertices for vertices, _ in shapes] or None, keywords, "shapes"


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
    lines = _lines(features, len(data))
    for vertices, kind, line in zip(data, types, lines, strict=True):
        ring = outline(np.asarray(vertices, float)[:, -2:], kind)
        if ring is None:
            ids.append("")
            continue
        labels = {name: label for name in properties if (label := class_name(line.get(name)))}
        region = AnnotatedRegion.new(Region(ring, "rectangle" if kind == "rectangle" else "polygon"), labels)
        name = line.get(ID)
        if isinstance(name, str) and name and name not in ids:
            region = _unchanged(replace(region, id=name), earlier.get(name))
        ids.append(region.id)
        regions.append(region)
    return regions, ids


def layer_regions(
    data: Sequence[np.ndarray], meta: Mapping[str, Any], *, close_paths: bool = True
) -> list[tuple[AnnotatedRegion | None, dict[str, Any]]]:
    """Read the shapes of a layer that napari hands to a writer, with all their features.

    Parameters
    ----------
    data : sequence of numpy.ndarray
        (N, D) vertices in pixel-centre coordinates; the last two axes count.
    meta : mapping
        The layer's attributes: ``features``, and ``shape_type`` as one text for all or one for each shape.
    close_paths : bool
        Whether paths enclose something too.

    Returns
    -------
    list of (AnnotatedRegion or None, dict)
        For each shape its region, None where it encloses nothing, and its facts in JSON's types.
    """
    features, kinds = layer_features(data, meta), meta.get("shape_type", "polygon")
    kinds = [kinds] * len(data) if isinstance(kinds, str) else list(kinds)
    if not close_paths:
        kinds = ["line" if kind == "path" else kind for kind in kinds]
    columns = label_columns(features)
    regions, ids = regions_of(data, kinds, features, columns, {})
    by_id = {region.id: region for region in regions}
    facts = [
        {str(name): _plain(value) for name, value in line.items() if name not in columns and name != ID}
        for line in _lines(features, len(data))
    ]
    return list(zip(map(by_id.get, ids), facts, strict=True))


def layer_features(data: Sequence[np.ndarray], meta: Mapping[str, Any]) -> pd.DataFrame:
    """Return the features of a Shapes layer that napari hands to a writer, one line for each shape.

    Parameters
    ----------
    data : sequence of numpy.ndarray
        The shapes, of which only the number counts.
    meta : mapping
        The layer's attributes; without ``features`` the table has no columns.
    """
    import pandas as pd

    return pd.DataFrame(meta.get("features", {}), index=range(len(data)))


def label_columns(features: pd.DataFrame) -> list[str]:
    """Return the categorical columns and those called like a class, the likeliest class first."""
    import pandas as pd

    names = [str(name) for name in features.columns if isinstance(features[name].dtype, pd.CategoricalDtype)]
    named = [str(name) for name in features.columns if name in LIKELY and name not in names]
    return sorted([*names, *named], key=lambda name: LIKELY.index(name) if name in LIKELY else len(LIKELY))


def class_name(value: Any) -> str:
    """Return a cell as the name of a class; empty where it is none."""
    return value.strip() if isinstance(value, str) else ""


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


def _unchanged(region: AnnotatedRegion, earlier: AnnotatedRegion | None) -> AnnotatedRegion:
    """Return the earlier region if the shape still shows it, to the precision that napari keeps."""
    if earlier is None:
        return region
    new, old = region.area, earlier.area
    same_shape = new.kind == old.kind and len(new.vertices) == len(old.vertices)
    unmoved = same_shape and np.allclose(old.vertices, new.vertices, rtol=1e-6, atol=2e-3)
    return replace(region, area=old if unmoved else new, extra=earlier.extra)


def _lines(features: pd.DataFrame, count: int) -> list[dict[Any, Any]]:
    """Return the features of every shape, column -> value."""
    return features.to_dict("records") if len(features.columns) else [{}] * count


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: no numpy types, and nothing for what is not a number."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
