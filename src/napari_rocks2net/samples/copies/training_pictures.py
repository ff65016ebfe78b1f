"""Training pictures of a model, recognised by their pixels, by their look, or as parts of one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.imaging.reduction import fitting_size
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.samples.copies.grey_thumbnail import grey_thumbnail, thumbnail_of_text, thumbnail_text
from napari_rocks2net.samples.copies.identical import picture_hash
from napari_rocks2net.samples.copies.near_copies import copies
from napari_rocks2net.samples.copies.perceptual_hash import differing_bits, hashes_of_turns, perceptual_hash
from napari_rocks2net.samples.region import Region, crop_region

Bytes = npt.NDArray[np.uint8]

HASH_BYTES = 8
# Before the hash of a look, to tell it from one of pixels.
PERCEPTUAL_MARK = "~"
# Before the thumbnail of a photo, of 6.2 thousand letters at most.
THUMBNAIL_MARK = "="
MOST_THUMBNAILS = 2_000
PERCEPTUAL_SIDE = 96
# Of 465 photos of ten collections, saved as JPEG of quality 30 to 75, darkened, or reduced to a half or a
# third, 98.5 % or more differ by so many bits at most; no two different photos differ by less than 8, and of
# 306 none from the turns of another by less than 12.
MOST_BITS = 6
# A picture of one grey looks like every other.
LEAST_DEVIATION = 1.0


def sample_hashes(photo: Bytes, region: Region | None) -> frozenset[str]:
    """Return what a model remembers of a sample that it is trained on, to know it again.

    Whatever trains gathers them over the samples of the part "train" by `remembered`, and hands those without
    thumbnails to `ModelCard` as ``trained_on``; its run folder keeps all, which
    `napari_rocks2net.evaluation.evaluate` takes as ``pictures``.

    Parameters
    ----------
    photo : numpy.ndarray
        (Y, X, 3) uint8, as `read_image` gives it.
    region : Region or None
        The part of it that is the sample.

    Returns
    -------
    frozenset of str
        16 hexadecimal digits for the pixels of the photo, and of the region if there is one: another region
        of the same photo is known again, and so is the region saved as a file of its own. And as many after
        a "~" for the look of each, see `perceptual_hash`.
    """
    pictures = _pictures(photo, region)
    greys = [grey for grey in map(_thumbnail, pictures) if grey is not None]
    perceptual = {f"{PERCEPTUAL_MARK}{int(perceptual_hash(grey)):016x}" for grey in greys}
    small = grey_thumbnail(photo)
    thumbnails = [] if small is None else [THUMBNAIL_MARK + thumbnail_text(small)]
    return frozenset(perceptual.union(map(_pixel_hash, pictures), thumbnails))


def remembered(hashes: Iterable[frozenset[str]]) -> tuple[str, ...]:
    """Return what a model remembers of all its samples, of what `sample_hashes` gives of each.

    Of more than 2,000 photos no thumbnails are kept.
    """
    together = sorted(frozenset[str]().union(*hashes))
    short = without_thumbnails(together)
    return tuple(together) if len(together) - len(short) <= MOST_THUMBNAILS else short


def without_thumbnails(hashes: Iterable[str]) -> tuple[str, ...]:
    """Return what a model remembers but the small pictures."""
    return tuple(each for each in hashes if not each.startswith(THUMBNAIL_MARK))


@dataclass(frozen=True)
class TrainingPictures:
    """Hashes of the samples that a model was trained on."""

    hashes: frozenset[str]
    """What `sample_hashes` returned for them."""

    @classmethod
    def of(cls, hashes: Iterable[str]) -> TrainingPictures:
        """Make it of the hashes of a card."""
        return cls(frozenset(hashes))

    @cached_property
    def _perceptual_hashes(self) -> npt.NDArray[np.uint64]:
        marked = (each for each in self.hashes if each.startswith(PERCEPTUAL_MARK))
        return np.array([int(each[1:], 16) for each in marked], np.uint64)

    @cached_property
    def thumbnails(self) -> list[npt.NDArray[np.float32]]:
        """Small pictures of the photos, see `grey_thumbnail`; none of models that keep none.

        Raises
        ------
        ValueError
            When one is none.
        """
        marked = sorted(each for each in self.hashes if each.startswith(THUMBNAIL_MARK))
        return [thumbnail_of_text(each[1:]) for each in marked[:MOST_THUMBNAILS]]

    def copies_among(
        self,
        photos: Sequence[npt.NDArray[np.float32] | None],
        on_progress: OnProgress = lambda done, total: None,
    ) -> set[int]:
        """Return the positions of the photos that show a training photo or a part of one, or hold one.

        Parameters
        ----------
        photos : sequence of numpy.ndarray or None
            See `grey_thumbnail`.
        on_progress : callable
            Takes how many photos, of the training and these, were compared, and how many there are.
        """
        known, total = self.thumbnails, len(self.thumbnails) + len(photos)
        parts = copies(known, photos, lambda done, _: on_progress(done, total))
        positions = {part for _, part, _ in parts}
        wholes = copies(photos, known, lambda done, _: on_progress(len(known) + done, total))
        return positions | {whole for whole, _, _ in wholes}

    def match(self, photo: Bytes, region: Region | None) -> Literal["same", "near"] | None:
        """Tell whether a sample was trained on.

        Parameters
        ----------
        photo, region
            See `sample_hashes`.

        Returns
        -------
        {"same", "near"} or None
            "near" where it looks like one, such as a copy that was saved as JPEG, resized, turned by quarters
            or mirrored.
        """
        pictures = _pictures(photo, region)
        greys = [grey for grey in map(_thumbnail, pictures) if grey is not None]
        remembered = self._perceptual_hashes
        if greys and len(remembered):
            own = np.concatenate([hashes_of_turns(grey) for grey in greys])
            near = bool(differing_bits(own[:, None], remembered).min() <= MOST_BITS)
            # The same pixels look the same: those of other looks, nearly all, need not be hashed.
            if not near and len(greys) == len(pictures):
                return None
        else:
            near = False
        if not self.hashes.isdisjoint(map(_pixel_hash, pictures)):
            return "same"
        return "near" if near else None


def _pictures(photo: Bytes, region: Region | None) -> tuple[Bytes, ...]:
    return (photo,) if region is None else (photo, crop_region(photo, region))


def _pixel_hash(picture: Bytes) -> str:
    return picture_hash(picture)[:HASH_BYTES].hex()


def _thumbnail(rgb: Bytes) -> npt.NDArray[np.float64] | None:
    """Return a picture in grey and small; None where it shows nothing."""
    image = Image.fromarray(np.ascontiguousarray(rgb)).convert("L")
    height, width = fitting_size(image.height, image.width, PERCEPTUAL_SIDE)
    grey = np.asarray(image.resize((width, height), Image.Resampling.BOX), float)
    return grey if grey.std() >= LEAST_DEVIATION else None
