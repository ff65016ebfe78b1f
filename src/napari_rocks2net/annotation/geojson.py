"""The regions of an image as GeoJSON, as QuPath writes and reads annotations.

Source: https://qupath.readthedocs.io/en/stable/docs/advanced/exporting_annotations.html. Coordinates are
x, y in pixels from the top left corner of the image.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.image import AnnotatedRegion, ImageKey, canonical_file
from napari_rocks2net.annotation.text_files import compact_json, read_json, write_export
from napari_rocks2net.annotation.vocabulary import Vocabulary
from napari_rocks2net.samples import Region, RegionError

OURS = "rocks2net"
"""The GeoJSON property for what QuPath has no place for: the kind, and the labels of all properties."""

_UNDERSTOOD = ("objectType", "object_type", "classification", OURS)


@dataclass(frozen=True)
class GeoJSONRegions:
    """What a GeoJSON file holds.

    Attributes
    ----------
    regions : tuple of AnnotatedRegion
        Of the annotations with an area. Other GeoJSON properties of a feature are in ``extra["properties"]``.
    colours : mapping
        Property -> class -> "#rrggbb", or None where the file gives no colour.
    other_features : tuple of dict
        Points, lines, cells and the like, as they are in the file.
    planes : mapping
        Id of a region -> (t, z) on a stack, where the file says it.
    """

    regions: tuple[AnnotatedRegion, ...]
    colours: Mapping[str, Mapping[str, str | None]]
    other_features: tuple[dict[str, Any], ...]
    planes: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def export_geojson(
    collection: AnnotationCollection,
    path: str | Path,
    key: ImageKey,
    property: str,
    *,
    overwrite: bool = False,
) -> Path:
    """Write the regions of one image, classified by one property.

    Parameters
    ----------
    collection : AnnotationCollection
        Where the image and the property's colours are.
    path : str or Path
        The file, usually .geojson.
    key : ImageKey
        The image.
    property : str
        Its class becomes ``properties.classification``; the labels of all properties are kept beside it.
    overwrite : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Path
        The file's absolute path.

    Raises
    ------
    CollectionExistsError
        When there is a file and `overwrite` is not set.
    CollectionError
        When the image or property is not in the collection, or the file cannot be written.
    """
    image, vocabulary = collection.image(key), collection.vocabulary(property)
    others = image.extra.get("other_features", ())
    return write_geojson(path, image.regions, vocabulary, others, plane=key.plane, overwrite=overwrite)


def import_geojson(
    collection: AnnotationCollection, path: str | Path, key: ImageKey, property: str
) -> AnnotationCollection:
    """Add the annotations of a GeoJSON file to the regions of one image.

    A region with the id of one that is there takes its place, so that a file can be imported again after
    it was edited. A region whose plane of a stack the file names goes to the image of that plane, or is left
    out where the collection has none: `count_without_plane` says how many. Classes that the collection does
    not know are added in the file's colours. Features that are no areas are kept with the image and written
    by `export_geojson`.

    Parameters
    ----------
    collection : AnnotationCollection
        The image must be in it.
    path : str or Path
        A FeatureCollection, a single feature or a list of features.
    key : ImageKey
        The image.
    property : str
        What ``properties.classification`` names, where the file does not say.

    Returns
    -------
    AnnotationCollection
        Another collection; the one given stays as it is.

    Raises
    ------
    CollectionError
        When the file or a name in it cannot be used, or the image is not in the collection.
    """
    read = read_geojson(path, property)
    try:
        for name, classes in read.colours.items():
            collection = collection.with_classes(name, classes)
        image = collection.image(key)
        others = list(image.extra.get("other_features", ()))
        others += [feature for feature in read.other_features if feature not in others]
        extra = dict(image.extra) | ({"other_features": others} if others else {})
        added: dict[ImageKey, dict[str, AnnotatedRegion]] = {key: {}}
        for region in read.regions:
            added.setdefault(_place(key, read.planes.get(region.id)), {})[region.id] = region
        images = tuple(
            replace(
                each,
                regions=tuple(({old.id: old for old in each.regions} | added.get(each.key, {})).values()),
                extra=extra if each is image else each.extra,
            )
            for each in collection.images
        )
        return replace(collection, images=images)
    except CollectionError as error:
        raise CollectionError(f"{path}: {error}") from error


def count_without_plane(collection: AnnotationCollection, path: str | Path, key: ImageKey) -> int:
    """Return how many regions of a file `import_geojson` leaves out: their planes are not in the collection.

    Parameters
    ----------
    collection : AnnotationCollection
        What the file is read into.
    path : str or Path
        The file.
    key : ImageKey
        The image that it is read for.
    """
    read, known = read_geojson(path, "class"), {image.key for image in collection.images}
    return sum(_place(key, read.planes.get(region.id)) not in known for region in read.regions)


def _place(key: ImageKey, plane: tuple[int, int] | None) -> ImageKey:
    """Return the image of a region for a stack of one or two axes; `plane` is (t, z)."""
    if plane is None or len(key.plane) > 2:
        return key
    if len(key.plane) == 2:
        return replace(key, plane=plane)
    time, depth = plane
    return replace(key, plane=(depth or time,)) if key.plane or any(plane) else key


def write_geojson(
    path: str | Path,
    regions: Iterable[AnnotatedRegion],
    vocabulary: Vocabulary,
    other_features: Iterable[Mapping[str, Any]] = (),
    *,
    plane: tuple[int, ...] = (),
    overwrite: bool = False,
) -> Path:
    """Write regions as a FeatureCollection, one feature a line; see `export_geojson`.

    Parameters
    ----------
    path : str or Path
        The file, usually .geojson.
    regions : iterable of AnnotatedRegion
        Labelled with classes of the vocabulary, or without a label of its property.
    vocabulary : Vocabulary
        Of the property that becomes ``properties.classification``.
    other_features : iterable of mapping
        GeoJSON features that are no areas, written as they are.
    plane : tuple of int
        Position (z) or (t, z) of all regions in a stack; one along more axes is not written.
    overwrite : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Path
        The file's absolute path.
    """
    features = [_feature(region, vocabulary, plane) for region in regions] + [*other_features]
    lines = ",\n".join(compact_json(feature) for feature in features)
    text = f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'
    return write_export(canonical_file(path), text, overwrite)


def read_geojson(path: str | Path, property: str) -> GeoJSONRegions:
    """Return the regions of a GeoJSON file, and what else it holds.

    A polygon's holes are not read, and a multipolygon becomes one region for each part.

    Parameters
    ----------
    path : str or Path
        A FeatureCollection, a single feature or a list of features.
    property : str
        What ``properties.classification`` names, where the file does not say.

    Raises
    ------
    CollectionError
        When the file cannot be read or holds no features.
    """
    path = canonical_file(path)
    try:
        features = _features(read_json(path))
        return _read_features(features, property)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        if isinstance(error, CollectionError):
            raise
        raise CollectionError(f"{path} is no GeoJSON of annotations ({error}); export it again.") from error


def _feature(region: AnnotatedRegion, vocabulary: Vocabulary, plane: tuple[int, ...]) -> dict[str, Any]:
    ring = [[x, y] for y, x in (*region.area.vertices, region.area.vertices[0])]
    ours = {"kind": region.area.kind, "property": vocabulary.property, "labels": dict(region.labels)}
    properties = {"objectType": "annotation", **region.facts, OURS: ours}
    label = region.labels.get(vocabulary.property)
    if label is not None:
        colour = vocabulary.colour_of(label)
        channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        properties["classification"] = {"name": label, "color": channels}
    geometry: dict[str, Any] = {"type": "Polygon", "coordinates": [ring]}
    if 1 <= len(plane) <= 2:
        geometry["plane"] = {"c": -1, "z": plane[-1], "t": plane[0] if len(plane) == 2 else 0}
    return {
        "type": "Feature",
        "id": region.id,
        "geometry": geometry,
        "properties": properties,
    }


def _features(document: Any) -> list[dict[str, Any]]:
    if isinstance(document, dict) and document.get("type") == "Feature":
        document = [document]
    features = document["features"] if isinstance(document, dict) else document
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise TypeError("it has no list of features")
    return features


def _read_features(features: list[dict[str, Any]], property: str) -> GeoJSONRegions:
    # Old versions of QuPath give every annotation the same id.
    shared = {
        name for name, number in Counter(str(each.get("id", "")) for each in features).items() if number > 1
    }
    colours: dict[str, dict[str, str | None]] = {}
    areas: list[AnnotatedRegion] = []
    others: list[dict[str, Any]] = []
    planes: dict[str, tuple[int, int]] = {}
    for feature in features:
        regions = list(_regions(feature, shared, property))
        if not regions:
            others.append(feature)
            continue
        areas += regions
        if plane := feature["geometry"].get("plane"):
            place = int(plane.get("t", 0)), int(plane.get("z", 0))
            planes |= {region.id: place for region in regions}
        for name, label in regions[0].labels.items():
            colours.setdefault(name, {}).setdefault(label, None)
        name, classified, colour = _classification(feature, property)
        if classified is not None and colour is not None:
            colours[name][classified] = colour
    return GeoJSONRegions(tuple(areas), colours, tuple(others), planes)


def _regions(feature: dict[str, Any], shared: set[str], property: str) -> Iterator[AnnotatedRegion]:
    """Yield one region for each polygon of an annotation."""
    properties = feature.get("properties") or {}
    if properties.get("objectType", properties.get("object_type", "annotation")) != "annotation":
        return
    others = {name: value for name, value in properties.items() if name not in _UNDERSTOOD}
    extra = {"properties": others} if others else {}
    kind = (properties.get(OURS) or {}).get("kind")
    labels = _labels(feature, property)
    for number, ring in enumerate(_rings(feature.get("geometry") or {})):
        vertices = _vertices(ring)
        name = _region_id(feature, number, vertices, shared)
        # A click without a drag leaves an area of nothing, which is kept with what is no area.
        with suppress(RegionError):
            yield AnnotatedRegion(name, Region(vertices, kind or _kind(vertices)), labels, extra)


def _vertices(ring: list[Any]) -> tuple[tuple[float, float], ...]:
    """Return (y, x) of a ring of x, y (and perhaps z), without the last point that closes it."""
    vertices = tuple((float(point[1]), float(point[0])) for point in ring)
    return vertices[:-1] if vertices[0] == vertices[-1] else vertices


def _rings(geometry: dict[str, Any]) -> Iterator[list[Any]]:
    """Yield the outline of each polygon."""
    if geometry.get("type") == "Polygon":
        yield geometry["coordinates"][0]
    elif geometry.get("type") == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            yield polygon[0]


def _region_id(
    feature: dict[str, Any], number: int, vertices: tuple[tuple[float, float], ...], shared: set[str]
) -> str:
    name = str(feature.get("id", ""))
    if not name or name in shared:
        # The same outline gets the same id, so that a second import does not double it.
        return str(uuid.uuid5(uuid.NAMESPACE_OID, str(vertices)))
    return f"{name}-{number}" if number else name


def _kind(vertices: tuple[tuple[float, float], ...]) -> Literal["rectangle", "polygon"]:
    ys, xs = ({vertex[axis] for vertex in vertices} for axis in (0, 1))
    upright = len(vertices) == 4 and len(set(vertices)) == 4 and len(ys) == len(xs) == 2
    return "rectangle" if upright else "polygon"


def _labels(feature: dict[str, Any], property: str) -> dict[str, str]:
    ours = (feature.get("properties") or {}).get(OURS) or {}
    name, label, _ = _classification(feature, property)
    labels = {key: other for key, other in (ours.get("labels") or {}).items() if key != name}
    return labels if label is None else labels | {name: label}


def _classification(feature: dict[str, Any], property: str) -> tuple[str, str | None, str | None]:
    """Return the property, class and colour of a feature; its class is None when it has none."""
    properties = feature.get("properties") or {}
    name = (properties.get(OURS) or {}).get("property", property)
    classification = properties.get("classification") or {}
    if isinstance(classification, str):
        return name, classification.strip() or None, None
    label = classification.get("name") or ": ".join(classification.get("names") or ())
    return name, label.strip() or None, _colour(classification)


def _colour(classification: dict[str, Any]) -> str | None:
    channels = classification.get("color")
    if channels is None and "colorRGB" in classification:
        # Until version 0.3 QuPath wrote Java's packed, signed ARGB.
        packed = int(classification["colorRGB"])
        channels = [packed >> shift & 255 for shift in (16, 8, 0)]
    if channels is None:
        return None
    red, green, blue = (min(255, max(0, int(level))) for level in channels[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"
