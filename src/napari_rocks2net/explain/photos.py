"""Photos of a collection and regions in them, described and with a thumbnail each."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.annotation import AnnotatedImage, AnnotationCollection, ImageKey
from napari_rocks2net.annotation.image_files import read_pixels
from napari_rocks2net.features import DescriptorCache, joined
from napari_rocks2net.file_version import FileVersion, file_version
from napari_rocks2net.imaging import READING_THREADS, map_ahead
from napari_rocks2net.iteration import Progress
from napari_rocks2net.samples import Region
from napari_rocks2net.samples.region import crop_region
from napari_rocks2net.views import Field, View
from napari_rocks2net.wording import count_of

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]
Versions = tuple[FileVersion | None, ...]

KINDS = ("texture",)
THUMBNAIL_SIDE = 72
DESCRIBING = "Looking at photos"


@dataclass(frozen=True)
class Photo:
    """A photo, or a region in it."""

    key: ImageKey
    """The image."""
    section: str = ""
    """Its thin section; empty where it is not known."""
    area: Region | None = None
    """The region; None for the whole image."""
    region: str = ""
    """The region's id in its collection; empty for the whole image."""
    micrometres: float | None = None
    """Side of its pixels; None where nobody says so, or nobody needs it."""
    views: tuple[View, ...] = ()
    """The views of its field, or itself, as far as their light is known; each holds the key of an image."""

    @property
    def name(self) -> str:
        """The file's name, with the plane of a stack."""
        return self.key.name + (", a region" if self.area else "")

    @property
    def whole_field(self) -> Field:
        """The field, whose views are read when they are asked for."""
        return Field(tuple(replace(each, file=partial(read_pixels, each.file)) for each in self.views))


@dataclass(frozen=True, eq=False)
class DescribedPhoto:
    """What a photo looks like."""

    photo: Photo
    """The photo, or region."""
    row: Floats
    """(D,) float64, its texture and colour, or what the cache looks at."""
    thumbnail: Bytes
    """(y, x, 3) uint8, 72 px a side at most."""


@dataclass(frozen=True, eq=False)
class DescribedPhotos:
    """What photos look like, without those that could not be read."""

    photos: tuple[DescribedPhoto, ...]
    """In the order that they were asked for."""
    unreadable: tuple[str, ...]
    """A line for each that could not be read."""

    @property
    def rows(self) -> Floats:
        """Their descriptors, (N, D) float64."""
        return np.stack([each.row for each in self.photos]) if self.photos else np.zeros((0, 0))

    @property
    def note(self) -> str:
        """How many could not be read, and why the first; empty for none."""
        if not self.unreadable:
            return ""
        return f" {count_of(len(self.unreadable), 'photo')} left out: {self.unreadable[0]}"


@dataclass
class PhotoCache:
    """The photos that were described so far; those of a file that changed since are described anew."""

    look: Callable[[Photo, Bytes], npt.NDArray[np.floating]] | None = None
    """Makes the row (D,) of a photo of its pixels (Y, X, 3) uint8; by default its texture and colour."""
    _described: dict[Photo, tuple[Versions, DescribedPhoto]] = field(default_factory=dict)
    _cache: DescriptorCache = field(default_factory=DescriptorCache)

    def describe(self, photos: Sequence[Photo]) -> Generator[Progress, None, DescribedPhotos]:
        """Describe photos, those of one file together; one that cannot be read is left out and named.

        Yields
        ------
        Progress
            How many are done, and of how many.

        Returns
        -------
        DescribedPhotos
            Those that can be read, in the order of the photos.
        """
        described: list[DescribedPhoto] = []
        unreadable: list[str] = []
        for done, result in enumerate(map_ahead(self._cached, photos, READING_THREADS), start=1):
            if isinstance(result, DescribedPhoto):
                described.append(result)
            else:
                unreadable.append(result)
            yield Progress(done, len(photos), activity=DESCRIBING)
        return DescribedPhotos(tuple(described), tuple(unreadable))

    def row_of(self, rgb: Bytes) -> Floats:
        """Return the descriptors (D,) float64 of a photo (Y, X, 3) uint8 that is none of a collection."""
        return row_of(rgb, self._cache)

    def _cached(self, photo: Photo) -> DescribedPhoto | str:
        """Return the descriptors of a photo, or a line that says why there are none."""
        try:
            versions = (file_version(photo.key.file), *(_version(each.file) for each in photo.views))
            if photo not in self._described or self._described[photo][0] != versions:
                self._described[photo] = (versions, self._describe(photo))
        # Whatever a file holds costs no more than its own place.
        except Exception as error:
            return f"{photo.name}: {str(error) or type(error).__name__}"
        return self._described[photo][1]

    def _describe(self, photo: Photo) -> DescribedPhoto:
        rgb = crop_region(read_pixels(photo.key), photo.area)
        row = self.row_of(rgb) if self.look is None else np.asarray(self.look(photo, rgb), float)
        return DescribedPhoto(photo, row, _thumbnail(rgb))


def _version(view: ImageKey) -> FileVersion | None:
    """Return that of a view of a field, which does without one that is gone."""
    with suppress(OSError):
        return file_version(view.file)
    return None


def _thumbnail(rgb: Bytes) -> Bytes:
    picture = Image.fromarray(np.ascontiguousarray(rgb))
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return np.asarray(picture)


def row_of(rgb: Bytes, cache: DescriptorCache) -> Floats:
    """Return texture and colour of pixels in a row, (D,) float64.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.
    cache : DescriptorCache
        Where descriptors are kept.
    """
    return joined(cache.describe(rgb, KINDS).whole, KINDS).astype(np.float64)


def whole_photos(images: Iterable[AnnotatedImage]) -> list[Photo]:
    """Return the images of a collection as photos."""
    return [Photo(image.key, image.section) for image in images]


def photos_of_class(collection: AnnotationCollection, property: str, class_name: str) -> list[Photo]:
    """Return the images and regions of a class; of a field its first view, which stands for all of them.

    Parameters
    ----------
    collection : AnnotationCollection
        With labels of images and of regions.
    property, class_name : str
        A property of it, and one of its classes.
    """
    photos: list[Photo] = []
    first = {views[0].key for _, views in collection.lines}
    for image in collection.images:
        if image.key in first and image.labels.get(property) == class_name:
            photos.append(Photo(image.key, image.section))
        photos += [
            Photo(image.key, image.section, region.area, region.id)
            for region in image.regions
            if region.labels.get(property) == class_name
        ]
    return photos
