"""GeoJSON export and import of a collection: the regions of one image, or of all with their images."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from napari_rocks2net.annotation.annotated_region import AnnotatedRegion
from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.exchange.geojson import read_geojson, write_features
from napari_rocks2net.annotation.exchange.geojson_features import (
    Place,
    feature_of,
    place_of,
    with_place,
    without_place,
)
from napari_rocks2net.annotation.image import AnnotatedImage, ImageKey, canonical_file
from napari_rocks2net.annotation.image_bounds import ImageBounds, ImportRemarks
from napari_rocks2net.annotation.region_edits import with_regions, with_shared_regions
from napari_rocks2net.annotation.storage.files import file_named, relative_names


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
        outlined = [feature_of(region, vocabulary, image.key.plane) for region in image.regions]
        outlined += image.extra.get("other_features", ())
        if key is None:
            outlined = [with_place(each, name_of(image.file), image.plane) for each in outlined]
        features += outlined
    return write_features(path, features, overwrite)


def import_geojson(
    collection: AnnotationCollection, path: str | Path, key: ImageKey | None, property: str
) -> AnnotationCollection:
    """Add the annotations of a GeoJSON file to the regions of one image, or of those that it names.

    A region with the id of one that is there takes its place, so that a file can be imported again after
    it was edited. A region whose plane of a stack the file names goes to the image of that plane. Left out is
    what has no image in the collection or lies beside it, and what lies on it in part is cut at its border:
    `import_remarks` says how many. Classes that the collection does not know are added in the file's colours.
    Regions of one view of a field are of its other views, too, but for those that the file has for them.
    Features that are no areas are kept with the image and written by `export_geojson`.

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
    regions: defaultdict[ImageKey, dict[str, AnnotatedRegion]] = defaultdict(dict)
    bounds = ImageBounds()
    for region, image_key in zip(read.regions, map(place, read.places), strict=True):
        if image_key is None or image_key not in collection:
            continue
        if area := bounds.part_inside(region.area, image_key):
            regions[image_key][region.id] = replace(region, area=area)
    others: defaultdict[ImageKey | None, list[dict[str, Any]]] = defaultdict(list)
    for feature in read.other_features:
        others[key or place(place_of(feature))].append(without_place(feature))
    try:
        if key is not None:
            collection.image(key)
        for name, classes in read.colours.items():
            collection = collection.with_classes(name, classes)
        changed = {at: _with_regions(collection.image(at), new) for at, new in regions.items()}
        collection = with_shared_regions(with_regions(collection, changed))
        images = (_with_others(each, others[each.key]) for each in collection.images)
        return replace(collection, images=tuple(images))
    except CollectionError as error:
        raise CollectionError(f"{path}: {error}") from error


def _with_regions(image: AnnotatedImage, regions: dict[str, AnnotatedRegion]) -> list[AnnotatedRegion]:
    """Return the regions of an image, those of a file in the place of those with their ids."""
    return list(({old.id: old for old in image.regions} | regions).values())


def _with_others(image: AnnotatedImage, others: Sequence[dict[str, Any]]) -> AnnotatedImage:
    """Return an image with the features of a file that are no areas."""
    present = list(image.extra.get("other_features", ()))
    more = [feature for feature in others if feature not in present]
    return replace(image, extra={**image.extra, "other_features": present + more}) if more else image


def import_remarks(collection: AnnotationCollection, path: str | Path, key: ImageKey | None) -> ImportRemarks:
    """Count the regions of a file that `import_geojson` leaves out, and those that it cuts.

    Parameters
    ----------
    collection : AnnotationCollection
        What the file is read into.
    path : str or Path
        The file.
    key : ImageKey or None
        As `import_geojson` takes it.

    Returns
    -------
    ImportRemarks
        Zero everywhere where all is read as it is.
    """
    read, place = read_geojson(path, "class"), _placing(collection, path, key)
    placed = list(zip((each.area for each in read.regions), map(place, read.places), strict=True))
    on_images = [(area, at) for area, at in placed if at and at in collection]
    return (
        ImageBounds()
        .remarks(on_images)
        ._replace(without_image=len(placed) - len(on_images), no_area=len(read.other_features))
    )


def _placing(
    collection: AnnotationCollection, path: str | Path, key: ImageKey | None
) -> Callable[[Place], ImageKey | None]:
    """Return a function that tells which image a region is of; None is none."""
    path = canonical_file(path)
    # The first plane of a stack stands for it; the place in it comes from the feature.
    first = {image.file: image.key for image in reversed(collection.images)}
    alike = [image for file, image in first.items() if path.stem in (file.stem, file.name)]
    default = key or (alike[0] if len(alike) == 1 else None)

    def place(named: Place) -> ImageKey | None:
        """Return the image of a region."""
        if not named.file:
            return default and _on_plane(default, named.plane)
        image = ImageKey(file_named(named.file, path.parent), named.leading)
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
    leading = tuple(at for at in (time, depth, max(channel, 0)) if at)
    if len(key.plane) == 2 and channel <= 0:
        return replace(key, plane=(time, depth))
    if len(key.plane) == 2 or len(leading) > 1:
        return replace(key, plane=leading)
    return replace(key, plane=leading or (0,)) if key.plane or leading else key
