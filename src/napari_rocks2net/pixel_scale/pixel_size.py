"""Pixel size: a length with its source, and the way from a scale bar to it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from napari_rocks2net.pixel_scale.errors import PixelSizeError

# Micrometres in a unit, in small letters and after Unicode's compatible normalisation (NFKC): the micro sign
# is the Greek letter there, wide and square letters of Japanese programs are plain ones.
_UNITS = {
    1e6: "m",
    1e4: "cm",
    1e3: "mm мм 毫米",
    1.0: "μm um mum micron microns micrometer micrometers micrometre micrometres мкм 微米 ミクロン",
    1e-3: "nm nanometer nanometers nanometre nanometres нм 纳米 奈米",
    1e-6: "pm",
    1e-4: "å angstrom angstroms",
}
MICROMETRES = {unit: factor for factor, units in _UNITS.items() for unit in units.split()}
# What goes on after a number, as the parts of "1 234,5" do, makes it another one; so does a power of a unit.
LENGTH = re.compile(
    r"\s*([-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?)(?!\s*[.,'\u2019]?\d)\s*((?>[^\W\d_]*))(?!\^?\d)"
)
# 1,000 may be one or a thousand.
AMBIGUOUS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")


LengthUnit = Literal["pixel", "micrometre"]
"""In which a person gives lengths on a picture; micrometres need its pixel size."""
UNIT_SIGNS: Mapping[LengthUnit, str] = {"pixel": "px", "micrometre": "µm"}
TYPED, SCALE_BAR = "typed", "scale bar"
"""Sources of a pixel size that a person gave."""


@dataclass(frozen=True)
class PixelSize:
    """The side of a pixel.

    Raises
    ------
    PixelSizeError
        When the length is not a positive number.
    """

    micrometres: float
    """Its length."""
    source: str
    """Who says so, such as "Zeiss" or "scale bar"."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.micrometres) and self.micrometres > 0):
            raise PixelSizeError(
                f"The pixel size ({self.source}) is {self.micrometres:g} µm: give a positive length."
            )

    @classmethod
    def of_scale_bar(cls, pixels: float, length: float, unit: str = "µm") -> PixelSize:
        """Work the pixel size out from a scale bar.

        Parameters
        ----------
        pixels : float
            How many pixels long the bar is in the image.
        length : float
            The number that is written at the bar.
        unit : str
            Its unit: m, cm, mm, µm (or um), nm, pm, Å.

        Raises
        ------
        PixelSizeError
            When the unit is not known or a length is not positive.
        """
        if not (math.isfinite(pixels) and pixels > 0):
            raise PixelSizeError(f"The scale bar is {pixels} pixels long: draw along the one in the image.")
        return cls(length * _micrometres_in(unit) / pixels, SCALE_BAR)


def _micrometres_in(unit: str) -> float:
    """Return how many micrometres a unit of length has; raises `PixelSizeError` for one that is not known."""
    factor = MICROMETRES.get(_plain(unit))
    if factor is None:
        raise PixelSizeError(f"The unit {unit!r} is not known: pass one of m, cm, mm, µm, nm, pm, Å.")
    return factor


def parsed_length(text: str, default_unit: str | None = None) -> float | None:
    """Read a length such as "500 nm", "4.9e-9" or, where commas are decimal, "9,92 µm".

    Parameters
    ----------
    text : str
        A number, perhaps with a unit.
    default_unit : str, optional
        The unit of a number that has none.

    Returns
    -------
    float or None
        Positive micrometres, None where the text is no positive length.
    """
    match = LENGTH.match(unicodedata.normalize("NFKC", text))
    unit = (match[2] or default_unit) if match else None
    if match is None or unit is None or _plain(unit) not in MICROMETRES or AMBIGUOUS.fullmatch(match[1]):
        return None
    length = float(match[1].replace(",", ".")) * _micrometres_in(unit)
    return length if math.isfinite(length) and length > 0 else None


def _plain(unit: str) -> str:
    return unicodedata.normalize("NFKC", unit).strip().lower()
