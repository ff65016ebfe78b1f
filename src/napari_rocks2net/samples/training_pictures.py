"""Training pictures of a model, recognised by their pixels or, saved anew, by their look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.samples.identical import picture_hash
from napari_rocks2net.samples.perceptual_hash import differing_bits, perceptual_hash
from napari_rocks2net.samples.region import Region, crop_region

Bytes = npt.NDArray[np.uint8]

HASH_BYTES = 8
# Before the hash of a look, to tell it from one of pixels.
PERCEPTUAL_MARK = "~"
PERCEPTUAL_SIDE = 96
# Of 465 photos of ten collections, saved as JPEG of quality 30 to 75, darkened, or reduced to a half or a
# third, 98.5 % or more differ by so many bits at most; no two different photos differ by less than 8.
MOST_BITS = 6
# A picture of one grey looks like every other.
LEAST_DEVIATION = 1.0


def sample_hashes(photo: Bytes, region: Region | None) -> frozenset[str]:
    """Return what a model remembers of a sample that it is trained on, to know it again.

    Whatever trains gathers them over the samples of the part "train" and hands them to `ModelCard` as
    ``trained_on``; `napari_rocks2net.evaluation.evaluate` does the rest.

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
    pictures = (photo,) if region is None else (photo, crop_region(photo, region))
    pixels = {picture_hash(picture)[:HASH_BYTES].hex() for picture in pictures}
    perceptual = (_perceptual_hash(picture) for picture in pictures)
    return frozenset(pixels | {f"{PERCEPTUAL_MARK}{each:016x}" for each in perceptual if each is not None})


@dataclass(frozen=True)
class TrainingPictures:
    """What a model remembers of the samples that it was trained on."""

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

    def likeness(self, photo: Bytes, region: Region | None) -> Literal["same", "near"] | None:
        """Tell whether a sample was trained on.

        Parameters
        ----------
        photo, region
            See `sample_hashes`.

        Returns
        -------
        {"same", "near"} or None
            "near" where it looks like one, such as a copy that was saved as JPEG or resized.
        """
        hashes = sample_hashes(photo, region)
        pixels = {each for each in hashes if not each.startswith(PERCEPTUAL_MARK)}
        if not self.hashes.isdisjoint(pixels):
            return "same"
        own, remembered = TrainingPictures(hashes)._perceptual_hashes, self._perceptual_hashes
        if not len(own) or not len(remembered):
            return None
        return "near" if differing_bits(own[:, None], remembered).min() <= MOST_BITS else None


def _perceptual_hash(rgb: Bytes) -> int | None:
    """Return the perceptual hash of a picture; None where it shows nothing."""
    image = Image.fromarray(np.ascontiguousarray(rgb)).convert("L")
    scale = PERCEPTUAL_SIDE / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    grey = np.asarray(image.resize(size, Image.Resampling.BOX), float)
    return int(perceptual_hash(grey)) if grey.std() >= LEAST_DEVIATION else None
