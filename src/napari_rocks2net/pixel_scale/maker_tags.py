"""Pixel sides in the TIFF tags of Gatan, Olympus, Aperio, MetaMorph and Phenom."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import tifffile

from napari_rocks2net.pixel_scale.pixel_size import parsed_length

Sides = tuple[float | None, float | None]

# Private tags of DigitalMicrograph, units and scales of two axes; as in RosettaSciIO, `tiff`.
GATAN_UNITS, GATAN_SCALES = (65003, 65004), (65009, 65010)
# The settings and the calibration of Olympus, and the header of FluoView.
OLYMPUS_SIS, FLUOVIEW = (33471, 33560), 34361
# XML of desktop microscopes of Phenom.
PHENOM_TAG = 34683


def gatan(page: tifffile.TiffPage) -> Sides:
    """Return what DigitalMicrograph says: a unit and a scale for each axis."""
    value = page.tags.valueof
    first, second = (
        _length(value(scale), value(unit)) for scale, unit in zip(GATAN_SCALES, GATAN_UNITS, strict=True)
    )
    return first, second


def olympus(page: tifffile.TiffPage) -> Sides:
    """Return what Olympus says in its SIS structure (metres) or the header of FluoView (a unit an axis)."""
    metres = entries(page, *OLYMPUS_SIS)
    if "pixelsizex" in metres:
        return _length(metres["pixelsizex"], "m"), _length(metres.get("pixelsizey"), "m")
    dimensions = entries(page, FLUOVIEW).get("Dimensions") or ()
    axes = {_text(name).upper(): _length(scale, unit) for name, _, _, scale, unit in dimensions}
    return axes.get("X"), axes.get("Y")


def aperio(page: tifffile.TiffPage) -> Sides:
    """Return the "MPP = 0.499" of a scanner of Aperio, in micrometres."""
    description = page.description
    side = re.search(r"\|\s*MPP\s*=\s*(\d[\d.,]*)", description if description.startswith("Aperio") else "")
    length = _length(side[1], "um") if side else None
    return length, length


def scan_of_aperio(page: tifffile.TiffPage) -> tuple[str, str] | None:
    """Return columns and rows of the scan that an image of Aperio was made of: exports may be smaller.

    Its first line is such as "46920x33014 [0,100 46000x32914] -> 1024x732", the part of it in brackets.
    """
    size = r"(\d+)x(\d+)"
    scan = re.search(rf"\n\s*{size}(?:\s*\[\d+,\d+ {size}\])?", page.description)
    return None if scan is None else (scan[3] or scan[1], scan[4] or scan[2])


def metamorph(page: tifffile.TiffPage) -> Sides:
    """Return the calibration of a stack of MetaMorph, where it is switched on."""
    # Its planes are all behind the first page.
    metadata: dict[str, Any] = (page.parent.stk_metadata if page.index == 0 else None) or {}
    unit = metadata.get("CalibrationUnits") if metadata.get("SpatialCalibration", 1) else None
    return _length(metadata.get("XCalibration"), unit), _length(metadata.get("YCalibration"), unit)


def phenom(page: tifffile.TiffPage) -> Sides:
    """Return the "<pixelWidth unit="um">0.694952" of a desktop microscope of Phenom."""
    xml = _text(page.tags.valueof(PHENOM_TAG))

    def side(name: str) -> float | None:
        """Return one side of a pixel."""
        match = re.search(rf"<pixel{name}\s+unit=[\"']([^\"']+)[\"']\s*>([^<]+)<", xml)
        return _length(match[2], match[1]) if match else None

    return side("Width"), side("Height")


MAKERS: dict[str, Callable[[tifffile.TiffPage], Sides]] = {
    "Gatan": gatan,
    "Olympus": olympus,
    "Aperio": aperio,
    "MetaMorph": metamorph,
    "Phenom": phenom,
}


def entries(page: tifffile.TiffPage, *tags: int) -> dict[str, Any]:
    """Return the entries of tags that tifffile reads as such, together.

    Parameters
    ----------
    page : tifffile.TiffPage
        The page.
    *tags : int
        Their numbers; those that are not there or damaged have none.
    """
    values = map(page.tags.valueof, tags)
    return {name: value for each in values if isinstance(each, Mapping) for name, value in each.items()}


def _length(value: Any, unit: Any) -> float | None:
    """Return a number and its unit in micrometres; None where one of them is none."""
    number = value[0] if isinstance(value, tuple) and len(value) == 1 else value
    return parsed_length(f"{number} {_text(unit)}") if unit else None


def _text(value: Any) -> str:
    if not isinstance(value, bytes):
        return str(value or "").strip("\0 ")
    try:
        return value.decode("utf-8").strip("\0 ")
    except UnicodeDecodeError:
        return value.decode("latin-1").strip("\0 ")
