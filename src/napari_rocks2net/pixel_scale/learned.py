"""Learned scale: how large the pixels were of the photos that a model was trained on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.pixel_scale.errors import PixelSizeError

# Of an atom, and of a landscape: what lies beyond is no photo of a rock.
SMALLEST_UM, LARGEST_UM = 1e-5, 1e5
# Photos of one microscope and camera differ by less.
SAME_SCALE = 1.05
LARGEST_FACTOR = 2.0


@dataclass(frozen=True)
class LearnedPixelSize:
    """The side of a pixel of the photos that a model learned one property from, as they entered the network.

    Raises
    ------
    PixelSizeError
        When one is no length that a photo can have, or they are not in order.
    """

    median: float
    smallest: float
    largest: float
    """In micrometres, see `input_pixel_size`."""

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not (math.isfinite(value) and SMALLEST_UM <= value <= LARGEST_UM):
                raise PixelSizeError(f"The {name} pixel size {value!r:.40} is no length of a photo's pixel.")
        if not self.smallest <= self.median <= self.largest:
            raise PixelSizeError(
                f"The pixel sizes {self.smallest:g}, {self.median:g} and {self.largest:g} µm are in disorder."
            )

    @classmethod
    def of(cls, sizes: Iterable[float]) -> LearnedPixelSize:
        """Return what photos have in common; `PixelSizeError` where there is none."""
        lengths = np.fromiter(sizes, float)
        if not len(lengths):
            raise PixelSizeError("No photo says how large its pixels are.")
        return cls(float(np.median(lengths)), float(lengths.min()), float(lengths.max()))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LearnedPixelSize:
        """Read what `to_dict` wrote; ValueError or TypeError for anything else."""
        return cls(**values)

    def to_dict(self) -> dict[str, float]:
        """Return the lengths by their names."""
        return asdict(self)

    def covers(self, micrometres: float) -> bool:
        """Tell whether photos of this pixel size were learned from, or nearly so."""
        return self.smallest / SAME_SCALE <= micrometres <= self.largest * SAME_SCALE

    def is_far(self, micrometres: float) -> bool:
        """Tell whether a pixel size lies beyond all that was learned from by more than a factor of 2."""
        return not self.smallest / LARGEST_FACTOR <= micrometres <= self.largest * LARGEST_FACTOR


def input_pixel_size(preprocessing: Preprocessing, size: tuple[int, int], micrometres: float) -> float:
    """Return how large a pixel of a network's input is in the rock.

    Two photos of one field look alike to a network that brings both to one size, however many pixels they
    have: this is the scale at which it sees them.

    Parameters
    ----------
    preprocessing : Preprocessing
        How photos become its input.
    size : tuple of int
        (Y, X) of the photo in pixels.
    micrometres : float
        Side of a pixel of the photo.

    Returns
    -------
    float
        Micrometres; where height and width are stretched differently, the geometric mean of both sides.
    """
    y0, x0, y1, x1 = preprocessing.pixels_to_unit((0, 0, *size), *size)
    height, width = preprocessing.input_shape(*size)
    return micrometres * math.sqrt(size[0] / ((y1 - y0) * height) * size[1] / ((x1 - x0) * width))
