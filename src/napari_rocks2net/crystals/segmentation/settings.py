"""Segmentation settings of SEM crystals."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.pixel_scale.pixel_size import UNIT_SIGNS, LengthUnit
from napari_rocks2net.settings import Settings, document_settings, setting

_share = functools.partial(setting, within=(0, 1), step=0.05)


@document_settings
@dataclass(frozen=True)
class SegmentationSettings(Settings, panel="Built-in segmentation", error=CrystalError):
    """Settings of `segment_crystals`; the defaults suit most images."""

    size: float | None = setting(
        None,
        "Diameter of a typical crystal (of the circle of equal area). Give this first where the result "
        "looks wrong.",
        label="Crystal size",
        step=1,
        when_none="estimated for each image",
    )
    size_unit: LengthUnit = setting(
        "pixel",
        "Unit of the crystal size; micrometres need the pixel size.",
        choices=UNIT_SIGNS,
    )
    size_range: tuple[float, float] = setting(
        (0.3, 2.2), "Smallest and largest diameter that counts as a crystal, as multiples of the size."
    )
    splitting: float = _share(
        0.5,
        "High cuts clumps at faint necks and keeps convex crystals; low leaves concave and twinned "
        "crystals whole. 0 never cuts a clump that one brightness holds together.",
    )
    sensitivity: float = _share(0.5, "High keeps faint and doubtful crystals too; low the clearest only.")
    denoising: float = setting(
        1.0,
        "Standard deviation of the Gaussian that smooths the image, for crystals 32 pixels across; it "
        "grows and shrinks with the crystals. More for noisy images and textured crystals.",
        within=(0, 10),
        step=0.25,
    )
    dark: bool = setting(
        False, "The crystals are darker than what surrounds them.", label="Crystals are dark"
    )
    crop_info_bar: bool = setting(
        True, "Leave out the instrument's bar with magnification and scale; for SAM too."
    )
    keep_border: bool = setting(
        True,
        "Keep crystals that touch the border of the image; for SAM too.",
        label="Keep crystals at the border",
    )
    levels: int = setting(
        8,
        "Grey levels at which outlines are looked for: more is slower and finds fainter steps.",
        label="Grey levels",
        within=(1, 64),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.size is not None and not (math.isfinite(self.size) and self.size > 0):
            raise CrystalError(f"The crystal size is {self.size}: pass a positive number or leave it out.")
        smallest, largest = self.size_range
        if not 0 < smallest < 1 < largest:
            raise CrystalError(
                f"The size range is {self.size_range}: pass a factor between 0 and 1 and one above 1."
            )

    def size_in_pixels(self, pixel_size: float | None) -> float | None:
        """Return the size in pixels for a pixel size in micrometres, None where it is to be estimated.

        Raises
        ------
        CrystalError
            When the size is in micrometres and there is no positive pixel size.
        """
        if self.size is None or self.size_unit == "pixel":
            return self.size
        if pixel_size is None or not (math.isfinite(pixel_size) and pixel_size > 0):
            raise CrystalError(
                f"The crystal size is {self.size:g} µm, but the pixel size is {pixel_size or 'not known'}: "
                "set the scale of the image, or give the size in pixels."
            )
        return self.size / pixel_size
