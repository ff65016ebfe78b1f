"""Nearest labelled photos, of a collection or of a model's training set."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.explain.compared_photos import LabelledPhotos
from napari_rocks2net.explain.feature_space import nearest
from napari_rocks2net.explain.photos import DescribedPhoto, Photo, PhotoCache
from napari_rocks2net.iteration import Progress
from napari_rocks2net.wording import count_of

MOST_NEIGHBOURS = 8
BY_LOOKS, BY_MODEL = "by texture and colour", "by the model's own features"
NOTHING = (
    "There is nothing to compare with: open a collection with labels of {property} in Annotate, or "
    "classify with a model that is still in its run folder."
)
NO_SECTION = " Its own section is not known: some may be of it."


@dataclass(frozen=True, eq=False)
class Resembling:
    """A labelled photo that looks alike."""

    described: DescribedPhoto
    """The photo and what it looks like."""
    label: str
    """Its class."""
    distance: float
    """See `napari_rocks2net.explain.Neighbour`."""


@dataclass(frozen=True, eq=False)
class SimilarPhotos:
    """Photos that a photo resembles, and a sentence about them."""

    neighbours: tuple[Resembling, ...]
    """The nearest first."""
    sentence: str
    """What they are of, and what was left out."""


def resembling(
    photo_cache: PhotoCache,
    labelled: LabelledPhotos,
    rgb: npt.NDArray[np.uint8],
    section: str,
    count: int = MOST_NEIGHBOURS,
) -> Generator[Progress, None, SimilarPhotos]:
    """Find the labelled photos that look most like one, by texture and colour.

    Parameters
    ----------
    photo_cache : PhotoCache
        Keeps what was described before.
    labelled : LabelledPhotos
        Photos to compare with; those that cannot be read are left out.
    rgb : numpy.ndarray
        (Y, X, 3) uint8, the photo that is asked about.
    section : str
        Its thin section, whose photos are left out; empty where it is not known.
    count : int
        How many at most.

    Yields
    ------
    Progress
        Of the photos that are described.

    Returns
    -------
    SimilarPhotos
        The nearest photos and a sentence about them.
    """
    return (yield from _nearest_of(photo_cache, labelled, photo_cache.row_of(rgb), section, BY_LOOKS, count))


def _nearest_of(
    photo_cache: PhotoCache,
    labelled: LabelledPhotos,
    row: npt.NDArray[np.floating],
    section: str,
    basis: str,
    count: int = MOST_NEIGHBOURS,
) -> Generator[Progress, None, SimilarPhotos]:
    """Find the labelled photos that look most like the one of a row (D,), as the cache describes photos."""
    label_of = dict(zip(labelled.photos, labelled.labels, strict=True))
    described = yield from photo_cache.describe(labelled.photos)
    photos = described.photos
    sections = [each.photo.section for each in photos]
    neighbours = [
        Resembling(photos[each.index], label_of[photos[each.index].photo], each.distance)
        for each in nearest(described.rows, sections, row.astype(np.float64), section, count)
    ]
    return _similar_photos(neighbours, labelled, section, basis, described.note)


def _nearest_learned(
    labelled: LabelledPhotos, features: npt.NDArray[np.floating], section: str
) -> SimilarPhotos:
    """Find the photos that a model learned from, as its run keeps them, that look most like one."""
    assert labelled.learned is not None
    rows = labelled.learned.features.astype(np.float64)
    sections = [each.section for each in labelled.photos]
    neighbours = [
        Resembling(
            DescribedPhoto(labelled.photos[at], rows[at], labelled.learned.thumbnails[at]),
            labelled.labels[at],
            each.distance,
        )
        for each in nearest(rows, sections, features.astype(np.float64), section, MOST_NEIGHBOURS)
        for at in [each.index]
    ]
    return _similar_photos(neighbours, labelled, section, BY_MODEL)


def _similar_photos(
    neighbours: Sequence[Resembling], labelled: LabelledPhotos, section: str, basis: str, note: str = ""
) -> SimilarPhotos:
    sentence = (
        f"{count_of(len(neighbours), labelled.noun)} of {labelled.source}, the most alike first, {basis}."
    )
    if not neighbours:
        sentence = f"No {labelled.noun} of {labelled.source} is of another section and can be read."
    return SimilarPhotos(tuple(neighbours), sentence + ("" if section else NO_SECTION) + note)


@dataclass(frozen=True, eq=False)
class ModelFeatures:
    """How a model looks at photos."""

    features: npt.NDArray[np.floating]
    """(F,) of the photo that is asked about."""
    photo_cache: PhotoCache
    """Makes the same of others."""
    lights: tuple[str, ...] = ()
    """Of a model of fields in which lights it looks at them; none where it looks at photos."""


def features_by(
    classifier: RockClassifier, property: str
) -> Callable[[Photo, npt.NDArray[np.uint8]], npt.NDArray[np.floating]]:
    """Return what makes the features (F,) of a photo of its pixels, or of its field for a model of fields.

    Parameters
    ----------
    classifier : RockClassifier
        Its network has features.
    property : str
        One that it names.
    """

    def features_of(photo: Photo, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.floating]:
        """Return them at the scale that the photo says."""
        size = classifier.pixel_size_of(photo.key.file, photo.micrometres, photo.key.plane)
        image = photo.whole_field if classifier.lights else rgb
        features = classifier.features(image, property, pixel_size=size)
        assert features is not None
        return features

    return features_of


def find_similar_photos(
    photo_cache: PhotoCache,
    labelled: LabelledPhotos,
    property: str,
    read: Callable[[], npt.NDArray[np.uint8]],
    key: ImageKey | None,
    look: Callable[[], ModelFeatures | None] | None = None,
) -> Generator[Progress, None, SimilarPhotos]:
    """Find what a photo resembles, as a job: to the model that answered, else by its looks.

    Parameters
    ----------
    photo_cache : PhotoCache
        Keeps what was described before by texture and colour.
    labelled : LabelledPhotos
        Photos to compare with, perhaps none.
    property : str
        What they are labelled with.
    read : callable
        Returns the photo, (Y, X, 3) uint8.
    key : ImageKey or None
        Its file, where it is known.
    look : callable, optional
        Returns how the model of the photos to compare with looks at them; None where it has no features. It
        is called where there is such a model.

    Yields
    ------
    Progress
        Of the photos that are described.

    Returns
    -------
    SimilarPhotos
        The nearest photos and a sentence about them.
    """
    if not labelled.photos:
        return SimilarPhotos((), NOTHING.format(property=property))
    section = labelled.section_of(key)
    yield Progress(activity="Looking at the photo")
    model = look() if look is not None and labelled.model else None
    learned = labelled.learned
    if model is not None and learned is None:
        compared = labelled.fields(model.lights) if model.lights else labelled
        if compared.photos:
            return (yield from _nearest_of(model.photo_cache, compared, model.features, section, BY_MODEL))
    if model is not None and learned is not None and model.features.shape == learned.features.shape[1:]:
        return _nearest_learned(labelled, model.features, section)
    return (yield from resembling(photo_cache, labelled, read(), section))
