"""GeoJSON reader and writer: any Shapes layer with its features, as QuPath reads and writes annotations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.annotation import AnnotatedRegion, Vocabulary, read_geojson, write_geojson
from napari_rocks2net.annotation.region_shapes import (
    ID,
    LOOK,
    NO_CLASS,
    colours_of,
    features_of,
    outline,
    shapes_of,
)
from napari_rocks2net.annotation.shape_features import (
    CLASSIFICATION,
    class_name,
    facts_in,
    label_columns,
    labels_in,
    shape_kinds,
)
from napari_rocks2net.class_colours import class_colours
from napari_rocks2net.samples import Region

if TYPE_CHECKING:
    import pandas as pd

    LayerData = tuple[Any, dict[str, Any], str]

# GeoJSON properties of an annotation with a meaning of their own.
RESERVED = ("objectType", CLASSIFICATION, "rocks2net")
PREFIX = "feature:"
LEADING = "leading axes"


def geojson_reader(path: str | Sequence[str]) -> Callable[[Any], list[LayerData]] | None:
    """Return the reader of GeoJSON files; None for anything else."""
    paths = [path] if isinstance(path, str) else list(path)
    return read_shapes if all(each.lower().endswith(".geojson") for each in paths) else None


def read_shapes(path: str | Sequence[str]) -> list[LayerData]:
    """Read GeoJSON files as Shapes layers.

    Parameters
    ----------
    path : str or sequence of str
        Files with polygons, as `write_shapes`, QuPath and `export_geojson` write them.

    Returns
    -------
    list of layer data tuples
        (vertices, keywords, "shapes"): one categorical feature column for each property, one column for
        each other GeoJSON property; coloured by class.

    Raises
    ------
    CollectionError
        If a file cannot be read.
    """
    return [_layer_data(Path(each)) for each in ([path] if isinstance(path, str) else path)]


def write_shapes(path: str, data: Any, meta: dict[str, Any]) -> list[str]:
    """Write a Shapes layer as GeoJSON; every feature survives.

    Coordinates are in pixels of the image below. Ellipses become polygons, lines and paths become
    LineStrings.

    Parameters
    ----------
    path : str
    data : list of numpy.ndarray
        (N, D) vertices.
    meta : dict
        The layer's attributes, as napari hands them to writers.

    Returns
    -------
    list of str
        The file.
    """
    import pandas as pd

    count = len(data)
    features = pd.DataFrame(meta.get("features", {}), index=range(count))
    kinds = shape_kinds(meta, count)
    labels = label_columns(features)
    vocabulary = _vocabulary(features, labels, meta.get("edge_color"))
    regions, lines = [], []
    for index, (vertices, kind) in enumerate(zip(data, kinds, strict=True)):
        points = np.asarray(vertices, float)
        facts = _facts(features.iloc[index], labels) | _leading(points)
        ring = outline(points[:, -2:], kind)
        if ring is None or kind == "path":
            lines.append(_line(points[:, -2:], facts | _texts(features.iloc[index], labels)))
        else:
            regions.append(_region(features.iloc[index], ring, kind, labels, facts))
    return [str(write_geojson(path, regions, vocabulary, lines, overwrite=True))]


def _layer_data(path: Path) -> LayerData:
    read = read_geojson(path, CLASSIFICATION)
    properties = list(read.colours)
    vocabularies = [_read_vocabulary(name, read.colours[name]) for name in properties]
    shapes = _with_leading(read.regions)
    features = features_of(read.regions, vocabularies).assign(**_other_columns(read.regions))
    coloured = [each for each in vocabularies if any(read.colours[each.property].values())]
    first = next(iter(coloured or vocabularies), None)
    labels = features[first.property] if first else [NO_CLASS] * len(shapes)
    keywords: dict[str, Any] = {"name": path.stem, **LOOK}
    if shapes:
        keywords |= {"features": features, "edge_color": colours_of(labels, first)}
        keywords["shape_type"] = [kind for _, kind in shapes]
    return [vertices for vertices, _ in shapes] or None, keywords, "shapes"


def _read_vocabulary(name: str, colours: Mapping[str, str | None]) -> Vocabulary:
    vocabulary = Vocabulary.of_classes(name)
    for label, colour in colours.items():
        vocabulary = vocabulary.with_class(label, colour)
    return vocabulary


def _with_leading(regions: Sequence[AnnotatedRegion]) -> list[tuple[np.ndarray, str]]:
    """Return the shapes, in more than two dimensions if all of them say where they are along the others."""
    places = [region.extra.get("properties", {}).get(LEADING) for region in regions]
    shapes = shapes_of(regions)
    if (
        not all(isinstance(place, list) for place in places)
        or len({len(place or ()) for place in places}) > 1
    ):
        return shapes
    return [
        (np.hstack([np.tile(np.array(place, float), (len(vertices), 1)), vertices]), kind)
        for place, (vertices, kind) in zip(places, shapes, strict=True)
    ]


def _other_columns(regions: Sequence[AnnotatedRegion]) -> dict[str, list[Any]]:
    """Return the GeoJSON properties that a table can hold, as columns."""
    facts = [region.extra.get("properties", {}) for region in regions]
    names = dict.fromkeys(name for each in facts for name in each if name != LEADING)
    columns = {name.removeprefix(PREFIX): [each.get(name) for each in facts] for name in names}
    simple = (str, int, float, bool, type(None))
    return {name: values for name, values in columns.items() if all(isinstance(v, simple) for v in values)}


def _vocabulary(features: pd.DataFrame, labels: Sequence[str], edge_colours: Any) -> Vocabulary:
    """Return the classes of the first label column, in the colours that the layer shows."""
    from napari.utils.colormaps.standardize_color import rgb_to_hex

    if not labels:
        return Vocabulary.of_classes(CLASSIFICATION)
    names = [class_name(value) for value in features[labels[0]]]
    shown = rgb_to_hex(np.atleast_2d(edge_colours)) if len(features) and edge_colours is not None else ()
    stored: dict[str, str] = {}
    for name, colour in zip(names, shown, strict=False):
        stored.setdefault(name, str(colour)[:7].lower())
    colours = class_colours(filter(None, names), stored)
    return Vocabulary(labels[0], tuple(colours), tuple(colours.values()))


def _region(
    line: pd.Series,
    ring: tuple[tuple[float, float], ...],
    kind: str,
    labels: Iterable[str],
    facts: dict[str, Any],
) -> AnnotatedRegion:
    classes = labels_in(line, labels)
    area = Region(ring, "rectangle" if kind == "rectangle" else "polygon")
    extra = {"properties": facts} if facts else {}
    name = line.get(ID)
    if isinstance(name, str) and name:
        return AnnotatedRegion(name, area, classes, extra)
    return AnnotatedRegion.new(area, classes, extra)


def _facts(line: pd.Series, labels: Sequence[str]) -> dict[str, Any]:
    """Return the columns that are no class, in JSON's types."""
    facts = facts_in(line, labels)
    return {PREFIX + name if name in RESERVED else name: value for name, value in facts.items()}


def _texts(line: pd.Series, labels: Sequence[str]) -> dict[str, Any]:
    return {"rocks2net": {"labels": {name: class_name(line[name]) for name in labels}}}


def _leading(points: np.ndarray) -> dict[str, Any]:
    return {LEADING: points[0, :-2].tolist()} if points.shape[1] > 2 else {}


def _line(points: np.ndarray, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a feature for what encloses nothing."""
    coordinates = [[float(x) + 0.5, float(y) + 0.5] for y, x in points]
    geometry = {"type": "LineString", "coordinates": coordinates}
    properties = {"objectType": "annotation"} | properties
    return {"type": "Feature", "geometry": geometry, "properties": properties}
