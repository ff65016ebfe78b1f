"""What the built-in segmentation is asked to do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from napari_rocks2net.crystals.errors import CrystalError

SizeUnit = Literal["pixel", "micrometre"]
SIZE_UNITS: tuple[SizeUnit, ...] = ("pixel", "micrometre")


@dataclass(frozen=True)
class SegmentationSettings:
    """Settings of `segment_crystals`; the defaults suit most images.

    Parameters
    ----------
    size : float, optional
        Diameter of a typical crystal (of the circle of equal area) in `size_unit`; estimated from the
        image when left out.
    size_unit : {"pixel", "micrometre"}
        What `size` is given in; micrometres need a pixel size.
    size_range : tuple of float
        Smallest and largest diameter that counts as a crystal, as multiples of `size`.
    splitting : float
        From 0 to 1. High values cut clumps at faint necks and keep convex crystals only; low values leave
        concave and twinned crystals whole. 0 never cuts a clump that one brightness holds together.
    sensitivity : float
        From 0 to 1. High values keep faint and doubtful crystals too, low values the clearest only.
    denoising : float
        Standard deviation of the Gaussian that smooths the image, for crystals 32 pixels across; it
        grows and shrinks with the crystals. More for noisy images and textured crystals.
    dark : bool
        Whether crystals are darker than what surrounds them.
    crop_info_bar : bool
        Whether the instrument's bar with magnification and scale is left out.
    keep_border : bool
        Whether crystals that touch the border of the image are kept.
    levels : int
        Grey levels at which outlines are looked for. More is slower and finds fainter steps.

    Raises
    ------
    CrystalError
        When a value is out of its range.
    """

    size: float | None = None
    size_unit: SizeUnit = "pixel"
    size_range: tuple[float, float] = (0.3, 2.2)
    splitting: float = 0.5
    sensitivity: float = 0.5
    denoising: float = 1.0
    dark: bool = False
    crop_info_bar: bool = True
    keep_border: bool = True
    levels: int = 8

    def __post_init__(self) -> None:
        if self.size is not None and not (math.isfinite(self.size) and self.size > 0):
            raise CrystalError(f"The crystal size is {self.size}: pass a positive number or leave it out.")
        if self.size_unit not in SIZE_UNITS:
            raise CrystalError(f"The size unit is {self.size_unit!r}: pass one of {', '.join(SIZE_UNITS)}.")
        smallest, largest = self.size_range
        if not 0 < smallest < 1 < largest:
            raise CrystalError(
                f"The size range is {self.size_range}: pass a factor between 0 and 1 and one above 1."
            )
        self._check_share("splitting", self.splitting)
        self._check_share("sensitivity", self.sensitivity)
        if not 0 <= self.denoising <= 10:
            raise CrystalError(f"The denoising is {self.denoising}: pass a number from 0 to 10.")
        if not 1 <= self.levels <= 64:
            raise CrystalError(f"The number of grey levels is {self.levels}: pass 1 to 64.")

    @staticmethod
    def _check_share(name: str, value: float) -> None:
        if not 0 <= value <= 1:
            raise CrystalError(f"The {name} is {value}: pass a number from 0 to 1.")

    def size_in_pixels(self, pixel_size: float | None) -> float | None:
        """Return the size in pixels, None where it is to be estimated.

        Parameters
        ----------
        pixel_size : float or None
            Micrometres a pixel.

        Raises
        ------
        CrystalError
            When the size is in micrometres and there is no positive pixel size.
        """
        if self.size is None or self.size_unit == "pixel":
            return self.size
        if pixel_size is None or not (math.isfinite(pixel_size) and pixel_size > 0):
            raise CrystalError(
                f"The crystal size is {self.size:g} µm, but the pixel size is {pixel_size}: "
                "set the scale of the image, or give the size in pixels."
            )
        return self.size / pixel_size
