"""GeoJSON features, as QuPath writes annotations, and the regions in them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from napari_rocks2net.annotation.annotated_region import AnnotatedRegion
from napari_rocks2net.annotation.names import is_colour
from napari_rocks2net.annotation.vocabulary import Vocabulary
from napari_rocks2net.samples import Region, RegionError

OURS = "rocks2net"
"""The GeoJSON property for what QuPath has no place for: the kind, all labels, the image."""
_UNDERSTOOD = ("objectType", "object_type", "classification", OURS)


class Place(NamedTuple):
    """Place of a GeoJSON feature: its image, and the plane of it."""

    file: str = ""  # The image file, relative to the GeoJSON file; empty where the file says nothing.
    leading: tuple[int, ...] = ()  # The plane of that file.
    # Position (t, z, c) in a stack, where the geometry says it; c is -1 for all channels.
    plane: tuple[int, int, int] | None = None


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


def with_place(feature: Mapping[str, Any], file: str, index: tuple[int, ...]) -> dict[str, Any]:
    """Return a feature that says of which image it is.

    Parameters
    ----------
    feature : mapping
        A GeoJSON feature.
    file, index
        Fields of its `Place`: the file, and the plane of it.
    """
    properties = feature.get("properties") or {}
    facts = {**(properties.get(OURS) or {}), "file": file} | ({"index": index} if index else {})
    return {**feature, "properties": {**properties, OURS: facts}}


def without_place(feature: dict[str, Any]) -> dict[str, Any]:
    """Return a feature as it was before `with_place`."""
    if not place_of(feature).file:
        return feature
    properties = dict(feature["properties"])
    facts = {name: value for name, value in properties.pop(OURS).items() if name not in ("file", "index")}
    return {**feature, "properties": properties | ({OURS: facts} if facts else {})}


def regions_in(feature: dict[str, Any], shared: set[str], property: str) -> Iterator[AnnotatedRegion]:
    """Yield one region for each polygon of an annotation.

    Parameters
    ----------
    feature : dict
        Of GeoJSON.
    shared : set of str
        Ids that several features have, and so none.
    property : str
        What ``properties.classification`` names, where the feature does not say.
    """
    geometry, properties, facts = _parts(feature)
    if properties.get("objectType", properties.get("object_type", "annotation")) != "annotation":
        return
    others = {name: value for name, value in properties.items() if name not in _UNDERSTOOD}
    name, label, _ = classification_of(feature, property)
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


def classification_of(feature: dict[str, Any], property: str) -> tuple[str, str | None, str | None]:
    """Return the property, class and colour of a feature; its class is None when it has none.

    Parameters
    ----------
    feature, property
        See `regions_in`.
    """
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
        return channels.lower() if is_colour(channels) else None
    if channels is None:
        return None
    red, green, blue = (min(255, max(0, int(level))) for level in channels[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"
