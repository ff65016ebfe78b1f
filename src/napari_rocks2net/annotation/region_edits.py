"""Edits of regions: those of one view of a field are on all views, as far as it is known how these lie."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from napari_rocks2net.annotation.annotated_region import AnnotatedRegion
from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.field_regions import are_registered, share_regions, with_regions_of
from napari_rocks2net.annotation.image import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.image_bounds import ImageBounds


def with_regions(
    collection: AnnotationCollection, regions: Mapping[ImageKey, Iterable[AnnotatedRegion]]
) -> AnnotationCollection:
    """Return a collection with regions in the place of all that some images have.

    Parameters
    ----------
    collection : AnnotationCollection
        The images, and the classes that the regions are labelled with.
    regions : mapping of ImageKey to iterable of AnnotatedRegion
        Those of each image, with ids of their own. The other views of its field get them, too, where it is
        known how they lie on it.

    Raises
    ------
    CollectionError
        When an image is not in the collection, it does not know a label, or two regions have one id.
    """
    bounds, changed = ImageBounds(), dict[ImageKey, AnnotatedImage]()
    for key, own in regions.items():
        before = collection.image(key)
        after = changed[key] = replace(before, regions=tuple(own))
        changed |= {
            view.key: with_regions_of(view, before, after)
            for view in collection.views_of(key)
            if view.key not in regions and are_registered(after, view, bounds)
        }
    return _with_images(collection, changed)


def with_labelled_regions(
    collection: AnnotationCollection,
    regions: Mapping[ImageKey, Collection[str]],
    property: str,
    label: str | None,
) -> AnnotationCollection:
    """Return a collection with a class of some regions.

    Parameters
    ----------
    collection : AnnotationCollection
        Has a vocabulary for the property.
    regions : mapping of ImageKey to collection of str
        Images of the collection, and the ids of regions in them, which the other views of a field share.
    property : str
        What is labelled.
    label : str or None
        One of its classes; None takes the label off.

    Raises
    ------
    CollectionError
        When an image or the class is not in the collection.
    """
    changed: dict[ImageKey, AnnotatedImage] = {}
    for key, ids in regions.items():
        for view in collection.views_of(key):
            changed[view.key] = changed.get(view.key, view).with_labelled_regions(ids, property, label)
    return _with_images(collection, changed)


def with_shared_regions(collection: AnnotationCollection) -> AnnotationCollection:
    """Return a collection with the regions of each view on all views of its field."""
    images = share_regions(collection.images)
    return collection if images == collection.images else replace(collection, images=images)


def _with_images(
    collection: AnnotationCollection, changed: Mapping[ImageKey, AnnotatedImage]
) -> AnnotationCollection:
    images = tuple(changed.get(image.key, image) for image in collection.images)
    return replace(collection, images=images)
