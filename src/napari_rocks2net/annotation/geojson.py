"""The regions of an image as GeoJSON, as QuPath writes and reads annotations.

Source: https://qupath.readthedocs.io/en/stable/docs/advanced/exporting_annotations.html. Coordinates are
x, y in pixels from the top left corner of the image.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.files import compact_json, read_json, write_export
from napari_rocks2net.annotation.image import AnnotatedRegion, canonical_file
from napari_rocks2net.annotation.vocabulary import Vocabulary
from napari_rocks2net.samples import Region, RegionError

OURS = "rocks2net"
"""The GeoJSON property for what QuPath has no place for: the kind, all labels, the image."""

GEOMETRIES = ("Polygon", "MultiPolygon", "GeometryCollection", "Point", "MultiPoint", "LineString")
"""What may stand in a file without a feature around it."""

HALF_TURN = 180.0
_UNDERSTOOD = ("objectType", "object_type", "classification", OURS)


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
    features = [feature_of(region, vocabulary, plane) for region in regions]
    return write_features(path, [*features, *other_features], overwrite)


def write_features(path: str | Path, features: Iterable[Mapping[str, Any]], overwrite: bool) -> Path:
    """Write GeoJSON features as a FeatureCollection, one a line.

    Parameters
    ----------
    path : str or Path
        The file.
    features : iterable of mapping
        GeoJSON features.
    overwrite : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Path
        The file's absolute path.
    """
    lines = ",\n".join(compact_json(feature) for feature in features)
    text = f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'
    return write_export(canonical_file(path), text, overwrite)


def read_geojson(path: str | Path, property: str) -> GeoJSONRegions:
    """Return the regions of a GeoJSON file, and what else it holds.

    A multipolygon or a collection of geometries becomes one region for each part. Holes are of no meaning for
    a region, whose box is cut out; they are kept for `export_geojson`, as long as the outline is the same.

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
        document = read_json(path)
        if isinstance(document, dict) and document.get("type") in ("Feature", *GEOMETRIES):
            document = [document]
        features = document["features"] if isinstance(document, dict) else document
        if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
            raise TypeError("it has no list of features")
        read = _read_features([*map(_as_feature, features)], property)
        if isinstance(document, dict) and _is_on_a_map(document, read.regions):
            raise CollectionError(
                f"{path} has places on a map ({_reference_system(document)}), not pixels of an image: draw "
                "on the image without a reference system, and export it again."
            )
        return read
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        if isinstance(error, CollectionError):
            raise
        raise CollectionError(f"{path} is no GeoJSON of annotations ({error}); export it again.") from error


def _reference_system(document: Mapping[str, Any]) -> str:
    """Return the coordinate reference system that a file names, as QGIS and GDAL write it; empty for none."""
    return str(((document.get("crs") or {}).get("properties") or {}).get("name") or "")


def _is_on_a_map(document: Mapping[str, Any], regions: Sequence[AnnotatedRegion]) -> bool:
    """Tell places on the earth, in metres or degrees, from pixels; some programs name degrees always."""
    name = _reference_system(document)
    degrees = all(max(map(abs, region.area.box)) <= HALF_TURN for region in regions)
    return "EPSG" in name.upper() or (bool(name and regions) and degrees)


def feature_of(region: AnnotatedRegion, vocabulary: Vocabulary, plane: tuple[int, ...]) -> dict[str, Any]:
    """Return a region as a GeoJSON feature.

    Parameters
    ----------
    region, vocabulary, plane
        See `write_geojson`.
    """
    ring = [[x, y] for y, x in (*region.area.vertices, region.area.vertices[0])]
    holes = region.extra.get("holes") or {}
    inside = holes["rings"] if holes.get("outline") == ring else []
    facts = {"kind": region.area.kind, "property": vocabulary.property, "labels": dict(region.labels)}
    properties = {"objectType": "annotation", **region.facts, OURS: facts}
    label = region.labels.get(vocabulary.property)
    if label is not None:
        colour = vocabulary.colour_of(label)
        channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        properties["classification"] = {"name": label, "color": channels}
    geometry: dict[str, Any] = {"type": "Polygon", "coordinates": [ring, *inside]}
    if 1 <= len(plane) <= 2:
        geometry["plane"] = {"c": -1, "z": plane[-1], "t": plane[0] if len(plane) == 2 else 0}
    return {"type": "Feature", "id": region.id, "geometry": geometry, "properties": properties}


def _as_feature(document: dict[str, Any]) -> dict[str, Any]:
    """Return a geometry that stands alone as a feature, and everything else as it is."""
    alone = document.get("type") in GEOMETRIES
    return {"type": "Feature", "geometry": document, "properties": {}} if alone else document


def _read_features(features: list[dict[str, Any]], property: str) -> GeoJSONRegions:
    # Old versions of QuPath give every annotation the same id; two images may well have one each.
    count = Counter((str(each.get("id", "")), place_of(each)) for each in features)
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
        places += [place_of(feature)] * len(regions)
        for name, label in regions[0].labels.items():
            colours.setdefault(name, {}).setdefault(label, None)
        name, classified, colour = _classification(feature, property)
        if classified is not None and colour is not None:
            colours[name][classified] = colour
    return GeoJSONRegions(tuple(areas), colours, tuple(others), tuple(places))


def _parts(feature: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the geometry of a feature, its properties, and what of these is ours."""
    properties = feature.get("properties") or {}
    return feature.get("geometry") or {}, properties, properties.get(OURS) or {}


def place_of(feature: Mapping[str, Any]) -> Place:
    """Return where a feature is; TypeError or ValueError where the file says it in no readable way."""
    geometry, _, facts = _parts(feature)
    if not isinstance(file := facts.get("file", ""), str):
        raise TypeError(f"an image is named {file!r:.80}")
    plane = geometry.get("plane")
    position = (int(plane.get("t", 0)), int(plane.get("z", 0)), int(plane.get("c", -1))) if plane else None
    return Place(file, tuple(map(int, facts.get("index", ()))), position)


def _regions(feature: dict[str, Any], shared: set[str], property: str) -> Iterator[AnnotatedRegion]:
    """Yield one region for each polygon of an annotation."""
    geometry, properties, facts = _parts(feature)
    if properties.get("objectType", properties.get("object_type", "annotation")) != "annotation":
        return
    others = {name: value for name, value in properties.items() if name not in _UNDERSTOOD}
    name, label, _ = _classification(feature, property)
    labels = {key: other for key, other in (facts.get("labels") or {}).items() if key != name}
    labels |= {} if label is None else {name: label}
    for number, (ring, *holes) in enumerate(_polygons(geometry)):
        # A ring is of x, y (and perhaps z), and its last point closes it.
        vertices = tuple((float(point[1]), float(point[0])) for point in ring)
        vertices = vertices[:-1] if vertices[0] == vertices[-1] else vertices
        outline = [[x, y] for y, x in (*vertices, vertices[0])]
        extra: dict[str, Any] = {"properties": others} if others else {}
        extra |= {"holes": {"outline": outline, "rings": holes}} if holes else {}
        kind: Any = facts.get("kind") or ("rectangle" if _is_upright(vertices) else "polygon")
        # A click without a drag leaves an area of nothing, which is kept with what is no area.
        with suppress(RegionError):
            area = Region(vertices, kind)
            yield AnnotatedRegion(_region_id(feature, number, vertices, shared), area, labels, extra)


def _polygons(geometry: Mapping[str, Any]) -> list[list[Any]]:
    """Return each polygon as its outline and its holes; one without an outline is none."""
    parts: list[Any] = []
    if geometry.get("type") == "Polygon":
        parts = [geometry["coordinates"]]
    elif geometry.get("type") == "MultiPolygon":
        parts = geometry["coordinates"]
    elif geometry.get("type") == "GeometryCollection":
        parts = [polygon for each in geometry["geometries"] for polygon in _polygons(each)]
    return [polygon for polygon in parts if polygon and polygon[0]]


def _region_id(
    feature: dict[str, Any], number: int, vertices: tuple[tuple[float, float], ...], shared: set[str]
) -> str:
    name = str(feature.get("id", ""))
    if not name or name in shared:
        # The same outline gets the same id, so that a second import does not double it.
        return str(uuid.uuid5(uuid.NAMESPACE_OID, str(vertices)))
    return f"{name}-{number}" if number else name


def _is_upright(vertices: tuple[tuple[float, float], ...]) -> bool:
    ys, xs = ({vertex[axis] for vertex in vertices} for axis in (0, 1))
    return len(vertices) == 4 and len(set(vertices)) == 4 and len(ys) == len(xs) == 2


def _classification(feature: dict[str, Any], property: str) -> tuple[str, str | None, str | None]:
    """Return the property, class and colour of a feature; its class is None when it has none."""
    _, properties, facts = _parts(feature)
    name, classification = facts.get("property", property), properties.get("classification") or {}
    if isinstance(classification, str):
        return name, classification.strip() or None, None
    label = classification.get("name") or ": ".join(classification.get("names") or ())
    return name, label.strip() or None, _colour(classification)


def _colour(classification: dict[str, Any]) -> str | None:
    channels = classification.get("color")
    packed = classification.get("colorRGB") if channels is None else channels
    if isinstance(packed, int | float):
        # Until version 0.3 QuPath wrote Java's packed, signed ARGB, as some scripts still do.
        packed = int(packed)
        channels = [packed >> shift & 255 for shift in (16, 8, 0)]
    if isinstance(channels, str):
        return channels.lower() if re.fullmatch("#[0-9a-fA-F]{6}", channels) else None
    if channels is None:
        return None
    red, green, blue = (min(255, max(0, int(level))) for level in channels[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"
