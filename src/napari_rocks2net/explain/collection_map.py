"""Map of a collection, and gallery of a class: photos described by texture and colour, and laid out."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from napari_rocks2net.iteration import Progress
from napari_rocks2net.views import LIGHTS
from napari_rocks2net.wording import percent

if TYPE_CHECKING:
    from napari_rocks2net.annotation import AnnotationCollection, ImageKey
    from napari_rocks2net.annotation.open_collection import Suggestions
    from napari_rocks2net.explain import DescribedPhoto, DescribedPhotos, PhotoCache
    from napari_rocks2net.explain.feature_space import Projection


@dataclass(frozen=True, eq=False)
class CollectionMap:
    """Photos and where they lie."""

    described: DescribedPhotos  # N photos; of a field the first view, with the texture of all its lights.
    places: np.ndarray  # (N, 2).
    projection: str
    noun: str = "photo"  # What one of them is called.

    @property
    def keys(self) -> list[ImageKey]:
        """The images, in the order of the places."""
        return [each.photo.key for each in self.described.photos]


def map_collection(
    photo_cache: PhotoCache, collection: AnnotationCollection, projection: Projection
) -> Generator[Progress, None, CollectionMap]:
    """Describe the photos and fields of a collection and lay them out, each field as one.

    Parameters
    ----------
    photo_cache : PhotoCache
        Keeps what was described before.
    collection : AnnotationCollection
        Its images are mapped; regions are left out.
    projection : {"PCA", "t-SNE", "UMAP"}
        See `napari_rocks2net.explain.projected`, also for the errors.

    Yields
    ------
    Progress
        Of the photos that are described.

    Returns
    -------
    CollectionMap
        Photos and their places.
    """
    from napari_rocks2net.explain import projected, whole_photos

    described = yield from photo_cache.describe(whole_photos(collection.images))
    yield Progress(activity=f"Drawing the map by {projection}")
    fields = _fields(described, collection)
    noun = "photo" if fields is described else "field"
    return CollectionMap(fields, projected(fields.rows, projection), projection, noun)


def _fields(described: DescribedPhotos, collection: AnnotationCollection) -> DescribedPhotos:
    """Return fields in the place of their views: the texture of each light side by side.

    The photos as they are where there is no field, or a photo beside fields does not say its light.
    """
    from napari_rocks2net.features import FieldLayout

    lines = collection.lines
    if all(len(views) == 1 for _, views in lines) or not all(image.light for image in collection.images):
        return described
    layout = FieldLayout.of([[view.light for view in views] for _, views in lines], LIGHTS)
    of_key = {each.photo.key: each for each in described.photos}
    fields = []
    for _, views in lines:
        seen = [(view.light, of_key[view.key]) for view in views if view.key in of_key]
        if seen:
            row = layout.join([(light, {"texture": each.row.astype(np.float32)}) for light, each in seen])[
                "texture"
            ]
            fields.append(replace(seen[0][1], row=row.astype(np.float64)))
    return replace(described, photos=tuple(fields))


@dataclass(frozen=True, eq=False)
class Gallery:
    """Photos and regions of a class, odd ones first."""

    described: DescribedPhotos
    reasons: tuple[str, ...]  # Why each stands where it stands.


def gallery_of(
    photo_cache: PhotoCache,
    collection: AnnotationCollection,
    property: str,
    class_name: str,
    suggestions: Suggestions,
) -> Generator[Progress, None, Gallery]:
    """Collect the photos and regions of a class, odd ones first.

    Odd is what a model finds improbable, where one has said anything about it, and else what lies far from
    the middle of the class.

    Parameters
    ----------
    photo_cache : PhotoCache
        Keeps what was described before.
    collection : AnnotationCollection
        Whose photos and regions are shown.
    property, class_name : str
        A property of it, and one of its classes.
    suggestions : dict
        What models say about images.

    Yields
    ------
    Progress
        Of the photos that are described.

    Returns
    -------
    Gallery
        The odd ones first, with the reason for each.
    """
    from napari_rocks2net.explain import distances_from_centre, photos_of_class

    photos = photos_of_class(collection, property, class_name)
    described = yield from photo_cache.describe(photos)
    far = distances_from_centre(described.rows, np.ones(len(described.photos), bool))
    probabilities = _class_probabilities(described.photos, property, class_name, suggestions)
    order = sorted(range(len(far)), key=lambda at: (probabilities.get(at, 1.0) >= 0.5, -far[at]))
    reasons = [
        f"{percent(probabilities[at])} by the model"
        if at in probabilities
        else f"{far[at]:.1f} from the middle"
        for at in order
    ]
    ordered = tuple(described.photos[at] for at in order)
    return Gallery(replace(described, photos=ordered), tuple(reasons))


def _class_probabilities(
    described: Sequence[DescribedPhoto], property: str, class_name: str, suggestions: Suggestions
) -> Mapping[int, float]:
    """Return what a model gives the class of whole images that it was asked about."""
    answers = {
        at: suggestions.get((each.photo.key, property))
        for at, each in enumerate(described)
        if each.photo.area is None
    }
    return {
        at: answer.probabilities.get(class_name, 0.0) for at, answer in answers.items() if answer is not None
    }
