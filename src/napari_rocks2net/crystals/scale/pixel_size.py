"""How large a pixel is: a length with its source, and the way from a scale bar to it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from napari_rocks2net.crystals.errors import CrystalError

# Micrometres in a unit; the micro sign and the Greek letter look the same.
MICROMETRES = {
    "m": 1e6,
    "cm": 1e4,
    "mm": 1e3,
    "µm": 1.0,
    "μm": 1.0,
    "um": 1.0,
    "micron": 1.0,
    "nm": 1e-3,
    "pm": 1e-6,
    "å": 1e-4,
}
LENGTH = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\W\d_]*)")


@dataclass(frozen=True)
class PixelSize:
    """The side of a pixel.

    Parameters
    ----------
    micrometres : float
        Its length.
    source : str
        Who says so, such as "Zeiss" or "scale bar".

    Raises
    ------
    CrystalError
        When the length is not a positive number.
    """

    micrometres: float
    source: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.micrometres) and self.micrometres > 0):
            raise CrystalError(
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
        CrystalError
            When the unit is not known or a length is not positive.
        """
        if not (math.isfinite(pixels) and pixels > 0):
            raise CrystalError(f"The scale bar is {pixels} pixels long: draw it along the one in the image.")
        return cls(length * micrometres_in(unit) / pixels, "scale bar")


def micrometres_in(unit: str) -> float:
    """Return how many micrometres a unit of length has.

    Raises
    ------
    CrystalError
        When the unit is not known.
    """
    factor = MICROMETRES.get(unit.strip().lower())
    if factor is None:
        raise CrystalError(f"The unit {unit!r} is not known: pass one of m, cm, mm, µm, nm, pm, Å.")
    return factor


def parsed_length(text: str, default_unit: str | None = None) -> float | None:
    """Read a length such as "500 nm" or "4.9e-9".

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
    match = LENGTH.match(text)
    unit = (match[2] or default_unit) if match else None
    if match is None or unit is None or unit.lower() not in MICROMETRES:
        return None
    length = float(match[1]) * micrometres_in(unit)
    return length if math.isfinite(length) and length > 0 else None
