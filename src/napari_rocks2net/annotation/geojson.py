"""The regions of images as GeoJSON, as QuPath writes and reads annotations.

Source: https://qupath.readthedocs.io/en/stable/docs/advanced/exporting_annotations.html. Coordinates are
x, y in pixels from the top left corner of the image.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.image import AnnotatedImage, AnnotatedRegion, ImageKey, canonical_file
from napari_rocks2net.annotation.relative_paths import file_named, relative_names
from napari_rocks2net.annotation.text_files import compact_json, read_json, write_export
from napari_rocks2net.annotation.vocabulary import Vocabulary
from napari_rocks2net.samples import Region, RegionError

OURS = "rocks2net"
"""The GeoJSON property for what QuPath has no place for: the kind, all labels, the image."""

_UNDERSTOOD = ("objectType", "object_type", "classification", OURS)


GEOMETRIES = ("Polygon", "MultiPolygon", "GeometryCollection", "Point", "MultiPoint", "LineString")
"""What may stand in a file without a feature around it."""


class Place(NamedTuple):
    """Where a GeoJSON file says that a feature is.

    Attributes
    ----------
    file : str
        The image file, relative to the GeoJSON file; empty where the file says nothing.
    leading : tuple of int
        The plane of that file.
    plane : tuple of int or None
        Position (t, z, c) in a stack, where the geometry says it; c is -1 for all channels.
    """

    file: str = ""
    leading: tuple[int, ...] = ()
    plane: tuple[int, int, int] | None = None


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
    places : tuple of Place
        One for each region.
    """

    regions: tuple[AnnotatedRegion, ...]
    colours: Mapping[str, Mapping[str, str | None]]
    other_features: tuple[dict[str, Any], ...]
    places: tuple[Place, ...]


def export_geojson(
    collection: AnnotationCollection,
    path: str | Path,
    key: ImageKey | None,
    property: str,
    *,
    overwrite: bool = False,
) -> Path:
    """Write the regions of one image or of all, classified by one property.

    Parameters
    ----------
    collection : AnnotationCollection
        Where the image and the property's colours are.
    path : str or Path
        The file, usually .geojson.
    key : ImageKey or None
        The image; None writes all, each region with the file and plane of its image.
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
    vocabulary, name_of = collection.vocabulary(property), relative_names(canonical_file(path).parent)
    features: list[Mapping[str, Any]] = []
    for image in collection.images if key is None else [collection.image(key)]:
        made = [_feature(region, vocabulary, image.key.plane) for region in image.regions]
        made += image.extra.get("other_features", ())
        features += [_named(each, name_of(image.file), image.plane) for each in made] if key is None else made
    return _write_features(path, features, overwrite)


def import_geojson(
    collection: AnnotationCollection, path: str | Path, key: ImageKey | None, property: str
) -> AnnotationCollection:
    """Add the annotations of a GeoJSON file to the regions of one image, or of those that it names.

    A region with the id of one that is there takes its place, so that a file can be imported again after
    it was edited. A region whose plane of a stack the file names goes to the image of that plane, or is left
    out where the collection has none: `count_without_image` says how many. Classes that the collection does
    not know are added in the file's colours. Features that are no areas are kept with the image and written
    by `export_geojson`.

    Parameters
    ----------
    collection : AnnotationCollection
        The image must be in it.
    path : str or Path
        A FeatureCollection, a single feature or a list of features.
    key : ImageKey or None
        The image. None takes each region to the image that it names, as `export_geojson` writes it, else to
        the one image that is called like the file, as QuPath exports them; others are left out.
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
    read, place = read_geojson(path, property), _placing(collection, path, key)
    added: dict[ImageKey | None, dict[str, AnnotatedRegion]] = {}
    for region, where in zip(read.regions, read.places, strict=True):
        added.setdefault(place(where), {})[region.id] = region
    others: dict[ImageKey | None, list[dict[str, Any]]] = {}
    for feature in read.other_features:
        others.setdefault(key or place(_place_of(feature)), []).append(_nameless(feature))

    def imported(image: AnnotatedImage) -> AnnotatedImage:
        """Return an image with what the file says about it."""
        regions = {old.id: old for old in image.regions} | added.get(image.key, {})
        image = replace(image, regions=tuple(regions.values()))
        known = list(image.extra.get("other_features", ()))
        more = [feature for feature in others.get(image.key, ()) if feature not in known]
        return replace(image, extra={**image.extra, "other_features": known + more}) if more else image

    try:
        if key is not None:
            collection.image(key)
        for name, classes in read.colours.items():
            collection = collection.with_classes(name, classes)
        return replace(collection, images=tuple(map(imported, collection.images)))
    except CollectionError as error:
        raise CollectionError(f"{path}: {error}") from error


def count_without_image(collection: AnnotationCollection, path: str | Path, key: ImageKey | None) -> int:
    """Return how many regions of a file `import_geojson` leaves out: their images are not in the collection.

    Parameters
    ----------
    collection : AnnotationCollection
        What the file is read into.
    path : str or Path
        The file.
    key : ImageKey or None
        As `import_geojson` takes it.
    """
    place = _placing(collection, path, key)
    return sum(place(where) not in collection for where in read_geojson(path, "class").places)


def _placing(
    collection: AnnotationCollection, path: str | Path, key: ImageKey | None
) -> Callable[[Place], ImageKey | None]:
    """Return a function that tells which image a region is of; None is none."""
    path = canonical_file(path)
    # The first plane of a stack stands for it; the place in it comes from the feature.
    first = {image.file: image.key for image in reversed(collection.images)}
    alike = [image for file, image in first.items() if path.stem in (file.stem, file.name)]
    default = key or (alike[0] if len(alike) == 1 else None)

    def place(where: Place) -> ImageKey | None:
        """Return the image of a region."""
        if not where.file:
            return default and _on_plane(default, where.plane)
        image = ImageKey(file_named(where.file, path.parent), where.leading)
        return image if key is None or key.file == image.file else None

    return place


def _on_plane(key: ImageKey, plane: tuple[int, int, int] | None) -> ImageKey:
    """Return the image of a region for a stack of one or two axes; `plane` is (t, z, c).

    One axis is that of the time, the depth or the channels: where two of them are given, there is no such
    image.
    """
    if plane is None or len(key.plane) > 2:
        return key
    time, depth, channel = plane
    given = tuple(at for at in (time, depth, max(channel, 0)) if at)
    if len(key.plane) == 2 and channel <= 0:
        return replace(key, plane=(time, depth))
    if len(key.plane) == 2 or len(given) > 1:
        return replace(key, plane=given)
    return replace(key, plane=given or (0,)) if key.plane or given else key


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
    features = [_feature(region, vocabulary, plane) for region in regions]
    return _write_features(path, [*features, *other_features], overwrite)


def _write_features(path: str | Path, features: Iterable[Mapping[str, Any]], overwrite: bool) -> Path:
    lines = ",\n".join(compact_json(feature) for feature in features)
    text = f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'
    return write_export(canonical_file(path), text, overwrite)


def read_geojson(path: str | Path, property: str) -> GeoJSONRegions:
    """Return the regions of a GeoJSON file, and what else it holds.

    A multipolygon or a collection of geometries becomes one region for each part. Holes are of no meaning
    for a region, whose box is cut out; they are kept for `export_geojson`, as long as the outline is the same.

    Parameters
    ----------
    path : str or Path
        A FeatureCollection, a single feature, a list of features, or geometries alone.
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
    holes = region.extra.get("holes") or {}
    inside = holes["rings"] if holes.get("outline") == ring else []
    ours = {"kind": region.area.kind, "property": vocabulary.property, "labels": dict(region.labels)}
    properties = {"objectType": "annotation", **region.facts, OURS: ours}
    label = region.labels.get(vocabulary.property)
    if label is not None:
        colour = vocabulary.colour_of(label)
        channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        properties["classification"] = {"name": label, "color": channels}
    geometry: dict[str, Any] = {"type": "Polygon", "coordinates": [ring, *inside]}
    if 1 <= len(plane) <= 2:
        geometry["plane"] = {"c": -1, "z": plane[-1], "t": plane[0] if len(plane) == 2 else 0}
    return {
        "type": "Feature",
        "id": region.id,
        "geometry": geometry,
        "properties": properties,
    }


def _features(document: Any) -> list[dict[str, Any]]:
    if isinstance(document, dict) and document.get("type") in ("Feature", *GEOMETRIES):
        document = [document]
    features = document["features"] if isinstance(document, dict) else document
    if isinstance(features, list):
        features = [_as_feature(each) for each in features]
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise TypeError("it has no list of features")
    return features


def _as_feature(document: Any) -> Any:
    """Return a geometry that stands alone as a feature, and everything else as it is."""
    alone = isinstance(document, dict) and document.get("type") in GEOMETRIES
    return {"type": "Feature", "geometry": document, "properties": {}} if alone else document


def _read_features(features: list[dict[str, Any]], property: str) -> GeoJSONRegions:
    # Old versions of QuPath give every annotation the same id; two images may well have one each.
    count = Counter((str(each.get("id", "")), _place_of(each)) for each in features)
    shared = {name for (name, _), number in count.items() if number > 1}
    colours: dict[str, dict[str, str | None]] = {}
    areas: list[AnnotatedRegion] = []
    others: list[dict[str, Any]] = []
    places: list[Place] = []
    for feature in features:
        regions = list(_regions(feature, shared, property))
        if not regions:
            others.append(feature)
            continue
        areas += regions
        places += [_place_of(feature)] * len(regions)
        for name, label in regions[0].labels.items():
            colours.setdefault(name, {}).setdefault(label, None)
        name, classified, colour = _classification(feature, property)
        if classified is not None and colour is not None:
            colours[name][classified] = colour
    return GeoJSONRegions(tuple(areas), colours, tuple(others), tuple(places))


def _place_of(feature: Mapping[str, Any]) -> Place:
    ours = (feature.get("properties") or {}).get(OURS) or {}
    if not isinstance(file := ours.get("file", ""), str):
        raise TypeError(f"an image is named {file!r:.80}")
    plane = (feature.get("geometry") or {}).get("plane")
    position = (int(plane.get("t", 0)), int(plane.get("z", 0)), int(plane.get("c", -1))) if plane else None
    return Place(file, tuple(map(int, ours.get("index", ()))), position)


def _named(feature: Mapping[str, Any], file: str, index: tuple[int, ...]) -> dict[str, Any]:
    """Return a feature that says of which image it is."""
    properties = feature.get("properties") or {}
    ours = {**(properties.get(OURS) or {}), "file": file} | ({"index": index} if index else {})
    return {**feature, "properties": {**properties, OURS: ours}}


def _nameless(feature: dict[str, Any]) -> dict[str, Any]:
    """Return a feature as it was before `_named`."""
    if not _place_of(feature).file:
        return feature
    properties = dict(feature["properties"])
    ours = {name: value for name, value in properties.pop(OURS).items() if name not in ("file", "index")}
    return {**feature, "properties": properties | ({OURS: ours} if ours else {})}


def _regions(feature: dict[str, Any], shared: set[str], property: str) -> Iterator[AnnotatedRegion]:
    """Yield one region for each polygon of an annotation."""
    properties = feature.get("properties") or {}
    if properties.get("objectType", properties.get("object_type", "annotation")) != "annotation":
        return
    others = {name: value for name, value in properties.items() if name not in _UNDERSTOOD}
    kind = (properties.get(OURS) or {}).get("kind")
    labels = _labels(feature, property)
    for number, (ring, *holes) in enumerate(_polygons(feature.get("geometry") or {})):
        vertices = _vertices(ring)
        outline = [[x, y] for y, x in (*vertices, vertices[0])]
        extra: dict[str, Any] = {"properties": others} if others else {}
        extra |= {"holes": {"outline": outline, "rings": holes}} if holes else {}
        name = _region_id(feature, number, vertices, shared)
        # A click without a drag leaves an area of nothing, which is kept with what is no area.
        with suppress(RegionError):
            yield AnnotatedRegion(name, Region(vertices, kind or _kind(vertices)), labels, extra)


def _vertices(ring: list[Any]) -> tuple[tuple[float, float], ...]:
    """Return (y, x) of a ring of x, y (and perhaps z), without the last point that closes it."""
    vertices = tuple((float(point[1]), float(point[0])) for point in ring)
    return vertices[:-1] if vertices[0] == vertices[-1] else vertices


def _polygons(geometry: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield each polygon as its outline and its holes; one without an outline is none."""
    parts: list[Any] = []
    if geometry.get("type") == "Polygon":
        parts = [geometry["coordinates"]]
    elif geometry.get("type") == "MultiPolygon":
        parts = geometry["coordinates"]
    elif geometry.get("type") == "GeometryCollection":
        parts = [polygon for each in geometry["geometries"] for polygon in _polygons(each)]
    yield from (polygon for polygon in parts if polygon and polygon[0])


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
    if isinstance(channels, str):
        return channels.lower() if re.fullmatch("#[0-9a-fA-F]{6}", channels) else None
    if channels is None:
        return None
    red, green, blue = (min(255, max(0, int(level))) for level in channels[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"
