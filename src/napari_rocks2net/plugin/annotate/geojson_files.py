"""GeoJSON reader and writer: any Shapes layer with its features, as QuPath reads and writes annotations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.annotation import AnnotatedRegion, Vocabulary, read_geojson, write_geojson
from napari_rocks2net.annotation.region_shapes import (
    CLASSIFICATION,
    class_name,
    fact_columns,
    features_of,
    label_columns,
    layer_features,
    layer_regions,
    shapes_of,
)
from napari_rocks2net.class_colours import class_colours
from napari_rocks2net.plugin.annotate.collection_layers import LayerData, regions_layer
from napari_rocks2net.plugin.work import questions

if TYPE_CHECKING:
    import pandas as pd

# GeoJSON properties of an annotation with a meaning of their own.
RESERVED = ("objectType", CLASSIFICATION, "rocks2net")
PREFIX = "feature:"
LEADING = "leading axes"


def geojson_reader(path: str | Sequence[str] | None = None) -> Callable[[Any], list[LayerData]] | None:
    """Return the reader of GeoJSON files; None for anything else. Without a path, one is asked for."""
    title = "Read GeoJSON regions"
    return questions.chosen_reader(
        path, title, questions.GEOJSON, lambda each: each.suffix.lower() == ".geojson", read_shapes
    )


def read_shapes(path: str | Sequence[str]) -> list[LayerData]:
    """Read GeoJSON files, as `write_shapes`, QuPath and `export_geojson` write them, as Shapes layers.

    A layer has one categorical feature column for each property and one column for each other GeoJSON
    property, and is coloured by class.

    Raises
    ------
    CollectionError
        If a file cannot be read.
    """
    return [_layer_data(Path(each)) for each in ([path] if isinstance(path, str) else path)]


def write_shapes(path: str = "", data: Any = None, meta: dict[str, Any] | None = None) -> list[str]:
    """Write a Shapes layer as GeoJSON, as napari hands it to writers; every feature survives.

    Coordinates are in pixels of the image below. Ellipses become polygons, lines and paths become
    LineStrings. Without a path, it is asked for, and the selected layer saved.
    """
    if meta is None:
        return questions.save_selected_layers("Write GeoJSON regions", "regions.geojson", questions.GEOJSON)
    features = layer_features(data, meta)
    columns = label_columns(features)
    regions, lines = [], []
    for index, (region, facts) in enumerate(layer_regions(data, meta, close_paths=False)):
        points = np.asarray(data[index], float)
        facts = {PREFIX + name if name in RESERVED else name: value for name, value in facts.items()}
        if points.shape[1] > 2:
            facts[LEADING] = points[0, :-2].tolist()
        if region is not None:
            regions.append(region.with_facts(facts))
        else:
            labels = {name: class_name(features[name].iloc[index]) for name in columns}
            lines.append(_line(points[:, -2:], facts | {"rocks2net": {"labels": labels}}))
    vocabulary = _vocabulary(features, columns, meta.get("edge_color"))
    return [str(write_geojson(path, regions, vocabulary, lines, overwrite=True))]


def _layer_data(path: Path) -> LayerData:
    read = read_geojson(path, CLASSIFICATION)
    vocabularies = [_read_vocabulary(name, colours) for name, colours in read.colours.items()]
    facts = fact_columns(read.regions, without=LEADING)
    features = features_of(read.regions, vocabularies)
    features = features.assign(**{name.removeprefix(PREFIX): values for name, values in facts.items()})
    coloured = [each for each in vocabularies if any(read.colours[each.property].values())]
    first = next(iter(coloured or vocabularies), None)
    return regions_layer(path.stem, _with_leading(read.regions), features, first)


def _read_vocabulary(name: str, colours: Mapping[str, str | None]) -> Vocabulary:
    vocabulary = Vocabulary.of_classes(name)
    for label, colour in colours.items():
        vocabulary = vocabulary.with_class(label, colour)
    return vocabulary


def _with_leading(regions: Sequence[AnnotatedRegion]) -> list[tuple[np.ndarray, str]]:
    """Return the shapes, in more than two dimensions if all of them say where they are along the others."""
    places = [region.facts.get(LEADING) for region in regions]
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


def _vocabulary(features: pd.DataFrame, labels: Sequence[str], edge_colours: Any) -> Vocabulary:
    """Return the classes of the first label column, in the colours that the layer shows."""
    from napari.utils.colormaps.standardize_color import rgb_to_hex

    if not labels:
        return Vocabulary.of_classes(CLASSIFICATION)
    names = [class_name(value) for value in features[labels[0]]]
    edges = rgb_to_hex(np.atleast_2d(edge_colours)) if len(features) and edge_colours is not None else ()
    stored: dict[str, str] = {}
    for name, colour in zip(names, edges, strict=False):
        stored.setdefault(name, str(colour)[:7].lower())
    colours = class_colours(filter(None, names), stored)
    return Vocabulary(labels[0], tuple(colours), tuple(colours.values()))


def _line(points: np.ndarray, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a feature for what encloses nothing."""
    coordinates = [[float(x) + 0.5, float(y) + 0.5] for y, x in points]
    geometry = {"type": "LineString", "coordinates": coordinates}
    properties = {"objectType": "annotation"} | properties
    return {"type": "Feature", "geometry": geometry, "properties": properties}
