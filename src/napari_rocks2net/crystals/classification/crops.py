"""Crops: one square picture of every crystal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from napari_rocks2net.crystals.classification.crop_settings import CropSettings
from napari_rocks2net.crystals.grey import LUMINANCE
from napari_rocks2net.crystals.labels import checked_labels, compacted, require_same_size
from napari_rocks2net.imaging import Preprocessing, as_rgb

Bytes = npt.NDArray[np.uint8]
Window = tuple[slice, slice]


def crop_crystals(
    image: Any, labels: Any, settings: CropSettings | None = None, *, size: int = 64
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Cut out every crystal and resize it: its bounding box with a margin, padded with black to a square.

    Parameters
    ----------
    image : array_like
        (Y, X) or (Y, X, channels), made grey with 8 bits as `napari_rocks2net.imaging.as_rgb` does.
    labels : array_like
        (Y, X) integers of the same height and width; 0 is background.
    settings : CropSettings, optional
        How they are cut out; the defaults when left out.
    size : int
        Side of the crops: a multiple of 32, at least 64.

    Returns
    -------
    ids : numpy.ndarray
        (N,) int64, the labels in rising order.
    crops : numpy.ndarray
        (N, size, size) float32 in 0..1.

    Raises
    ------
    CrystalError
        When labels or settings are wrong, or the image has another shape than the labels.
    ImageError
        When the image is no picture.
    """
    resize = Preprocessing(size=size).resized
    cuts = CrystalCuts(image, labels, settings or CropSettings())
    crops = np.empty((len(cuts), size, size), np.float32)
    for index, square in enumerate(cuts):
        crops[index] = resize(np.dstack([square] * 3))[0].numpy() / np.float32(255)
    return cuts.ids, crops


class CrystalCuts:
    """The crystals of an image, cut out one after the other as they are asked for, not resized.

    Parameters
    ----------
    image, labels : array_like
        See `crop_crystals`.
    settings : CropSettings, optional
        The defaults when left out.

    Raises
    ------
    CrystalError, ImageError
        See `crop_crystals`.
    """

    def __init__(self, image: Any, labels: Any, settings: CropSettings | None = None) -> None:
        compact, self.ids = compacted(checked_labels(labels))
        self._grey = _grey_bytes(image, compact.shape)
        self._labels = compact
        self._windows: list[Window] = ndimage.find_objects(compact)
        self._settings = settings or CropSettings()

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Bytes]:
        """Yield (S, S) uint8 for each of `ids`; every crystal has its own side S."""
        for number, window in enumerate(self._windows, start=1):
            yield self._square(number, window)

    def _square(self, number: int, window: Window) -> Bytes:
        margins = [math.ceil(self._settings.margin * (side.stop - side.start)) for side in window]
        lengths = [side.stop - side.start + 2 * margin for side, margin in zip(window, margins, strict=True)]
        square = np.zeros((max(lengths), max(lengths)), np.uint8)
        source, target = [], []
        for axis, side in enumerate(window):
            first = side.start - margins[axis]
            # What lies outside of the image stays black, and the crystal in the middle.
            start, stop = max(0, first), min(self._grey.shape[axis], first + lengths[axis])
            offset = (max(lengths) - lengths[axis]) // 2 - first
            source.append(slice(start, stop))
            target.append(slice(start + offset, stop + offset))
        part = self._grey[tuple(source)]
        if self._settings.zero_background:
            part = np.where(self._labels[tuple(source)] == number, part, np.uint8(0))
        square[tuple(target)] = part
        return square


def _grey_bytes(image: Any, shape: tuple[int, ...]) -> Bytes:
    values = np.asarray(image)
    rgb = as_rgb(values)
    require_same_size(rgb.shape[:2], shape)
    if values.ndim == 2 or (rgb == rgb[..., :1]).all():
        return rgb[..., 0].copy()
    return np.rint(rgb.astype(np.float32) @ LUMINANCE).astype(np.uint8)
