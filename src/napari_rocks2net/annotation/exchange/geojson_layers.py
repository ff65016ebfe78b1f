"""GeoJSON of layers: shapes with their features, as QuPath reads and writes annotations."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.annotation import AnnotatedRegion, read_geojson, write_geojson
from napari_rocks2net.annotation.exchange.geojson_features import OURS
from napari_rocks2net.annotation.region_shapes import (
    CLASSIFICATION,
    LayerData,
    class_name,
    fact_columns,
    features_of,
    label_columns,
    layer_features,
    layer_regions,
    regions_layer,
    shapes_of,
)
from napari_rocks2net.annotation.vocabulary import Vocabulary
from napari_rocks2net.class_colours import class_colours
from napari_rocks2net.samples.columns import FACT_PREFIX

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    import pandas as pd

# GeoJSON properties of an annotation with a meaning of their own.
RESERVED = ("objectType", CLASSIFICATION, OURS)
LEADING = "leading axes"


def write_geojson_layer(path: str | Path, data: Sequence[np.ndarray], meta: Mapping[str, Any]) -> Path:
    """Write a layer of shapes; every feature survives.

    Coordinates are in pixels of the image below. Ellipses become polygons, lines and paths become
    LineStrings.

    Parameters
    ----------
    path : str or Path
        An existing file is replaced.
    data, meta
        See `layer_regions`.
    """
    features = layer_features(data, meta)
    columns = label_columns(features)
    regions, lines = [], []
    for index, (region, facts) in enumerate(layer_regions(data, meta, close_paths=False)):
        points = np.asarray(data[index], float)
        facts = {FACT_PREFIX + name if name in RESERVED else name: value for name, value in facts.items()}
        if points.shape[1] > 2:
            facts[LEADING] = points[0, :-2].tolist()
        if region is not None:
            regions.append(region.with_facts(facts))
        else:
            labels = {name: class_name(features[name].iloc[index]) for name in columns}
            lines.append(_line(points[:, -2:], facts | {OURS: {"labels": labels}}))
    vocabulary = _vocabulary(features, columns, meta.get("edge_color"))
    return write_geojson(path, regions, vocabulary, lines, overwrite=True)


def read_geojson_layer(path: Path) -> LayerData:
    """Read a file, as `write_geojson_layer`, QuPath and `export_geojson` write it, as a layer of shapes.

    It has one categorical feature column for each property and one column for each other GeoJSON property,
    and is coloured by class.

    Raises
    ------
    CollectionError
        If the file cannot be read.
    """
    read = read_geojson(path, CLASSIFICATION)
    if with_holes := sum("holes" in region.extra for region in read.regions):
        logger.warning(
            "%d of %d regions of %s have holes, which a layer of shapes cannot show: it has their outlines.",
            with_holes,
            len(read.regions),
            path,
        )
    vocabularies = [_read_vocabulary(name, colours) for name, colours in read.colours.items()]
    facts = fact_columns(read.regions, without=LEADING)
    features = features_of(read.regions, vocabularies)
    features = features.assign(**{name.removeprefix(FACT_PREFIX): values for name, values in facts.items()})
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
    from matplotlib.colors import to_hex

    if not labels:
        return Vocabulary.of_classes(CLASSIFICATION)
    names = [class_name(value) for value in features[labels[0]]]
    edges = map(to_hex, np.atleast_2d(edge_colours)) if len(features) and edge_colours is not None else ()
    stored: dict[str, str] = {}
    for name, colour in zip(names, edges, strict=False):
        stored.setdefault(name, colour)
    colours = class_colours(filter(None, names), stored)
    return Vocabulary(labels[0], tuple(colours), tuple(colours.values()))


def _line(points: np.ndarray, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a feature for what encloses nothing."""
    coordinates = [[float(x) + 0.5, float(y) + 0.5] for y, x in points]
    geometry = {"type": "LineString", "coordinates": coordinates}
    properties = {"objectType": "annotation"} | properties
    return {"type": "Feature", "geometry": geometry, "properties": properties}
