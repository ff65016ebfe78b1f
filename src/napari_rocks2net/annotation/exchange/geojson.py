"""The regions of an image as GeoJSON, as QuPath writes and reads annotations.

Source: https://qupath.readthedocs.io/en/stable/docs/advanced/exporting_annotations.html. Coordinates are
x, y in pixels from the top left corner of the image.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_rocks2net.annotation.annotated_region import AnnotatedRegion
from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.exchange.geojson_features import (
    Place,
    classification_of,
    feature_of,
    place_of,
    regions_in,
)
from napari_rocks2net.annotation.image import canonical_file
from napari_rocks2net.annotation.storage.files import compact_json, read_json, write_export
from napari_rocks2net.annotation.vocabulary import Vocabulary

GEOMETRIES = ("Polygon", "MultiPolygon", "GeometryCollection", "Point", "MultiPoint", "LineString")
"""What may stand in a file without a feature around it."""

HALF_TURN = 180.0


@dataclass(frozen=True)
class GeoJSONRegions:
    """Contents of a GeoJSON file."""

    regions: tuple[AnnotatedRegion, ...]
    """Of the annotations with an area; other properties of a feature are in ``extra["properties"]``."""
    colours: Mapping[str, Mapping[str, str | None]]
    """Property -> class -> "#rrggbb", or None where the file gives no colour."""
    other_features: tuple[dict[str, Any], ...]
    """Points, lines, cells and the like, as they are in the file."""
    places: tuple[Place, ...]
    """One for each region."""


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
    features : iterable of mapping
        GeoJSON features.
    path, overwrite
        See `write_geojson`.
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
        regions = list(regions_in(feature, shared, property))
        if not regions:
            others.append(feature)
            continue
        areas += regions
        places += [place_of(feature)] * len(regions)
        for name, label in regions[0].labels.items():
            colours.setdefault(name, {}).setdefault(label, None)
        name, classified, colour = classification_of(feature, property)
        if classified is not None and colour is not None:
            colours[name][classified] = colour
    return GeoJSONRegions(tuple(areas), colours, tuple(others), tuple(places))
