"""Pixel sizes in the tags of a TIFF, of makers and of programs, and its resolution."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import tifffile

from napari_rocks2net.imaging.channel_colours import ome_pixels
from napari_rocks2net.imaging.tiff import Plane, TiffStack, find_picture, open_tiff
from napari_rocks2net.pixel_scale.declared import SAME_SIZE, Declared, pixel_count, square_side
from napari_rocks2net.pixel_scale.maker_tags import MAKERS, Sides, entries, scan_of_aperio
from napari_rocks2net.pixel_scale.maker_texts import tescan_text
from napari_rocks2net.pixel_scale.pixel_size import parsed_length

# Series of pages that tifffile put together by their size alone.
PAGE_BY_PAGE = ("generic", "uniform")
# Private TIFF tags of FEI and Zeiss, as tifffile reads them: sections of entries, and entries.
FEI_TAGS, ZEISS_TAG = (34680, 34682), 34118
# Private TIFF tag of Tescan: thumbnails and text, "PixelSizeX=4.88e-009" in metres among it.
TESCAN_TAG = 50431
# Micrometres in the units of TIFF 6.0's ResolutionUnit: 2 is inch, 3 centimetre.
TIFF_UNITS = {2: 25_400.0, 3: 10_000.0}
# Screens and printers have 72 to 2,400 dots an inch; only finer pixels (below 5 µm) are a magnification.
COARSEST_BY_RESOLUTION = 5.0
# Finer ones no microscope has: numbers that a damaged or careless program wrote.
FINEST_BY_RESOLUTION = 1e-5
# ImageJ takes a resolution in one of these from any TIFF for a calibration.
UNITS_OF_PRINTERS = {"inch": TIFF_UNITS[2], "in": TIFF_UNITS[2], "cm": TIFF_UNITS[3]}
RESOLUTION = "TIFF resolution"


@dataclass(frozen=True)
class Place:
    """Place in a TIFF that describes one of its pictures."""

    stack: TiffStack
    """The series."""
    page: tifffile.TiffPage
    """The tags."""
    first: bool
    """Whether it is the first, of which the file itself speaks."""

    @property
    def file(self) -> tifffile.TiffFile:
        """The open file."""
        return self.page.parent


def from_tiff_tags(path: Path, plane: Plane) -> tuple[list[tuple[str, Declared]], bool]:
    """Return what a TIFF says of a picture, and whether that is the first.

    Parameters
    ----------
    path : pathlib.Path
        A TIFF, perhaps damaged.
    plane : tuple of int
        Which picture, see `read_pixel_size`.

    Returns
    -------
    tuple
        Pairs of a maker or program and what it says, the most trustworthy first; and whether the picture is
        the first of the file.
    """
    tagged: list[tuple[str, Declared]] = []
    first = not plane
    # A damaged header has no scale; that the image cannot be read is for its reader to say.
    with suppress(Exception), open_tiff(path) as file:
        place = _place_of(file, plane)
        first = place.first
        for source, reader in TIFF_READERS.items():
            # Nor does what one maker's tags are damaged by keep the others from being read.
            with suppress(Exception):
                if (declared := reader(place)) is not None:
                    tagged.append((source, declared))
    return tagged, first


def speaks_of_pages(path: Path) -> bool:
    """Tell whether a TIFF, perhaps damaged, has several series, or pages that no program put together."""
    with suppress(Exception), open_tiff(path) as file:
        return len(file.series) > 1 or file.series[0].kind in PAGE_BY_PAGE
    return False


def _place_of(file: tifffile.TiffFile, plane: Plane) -> Place:
    """Return where a file speaks of a picture: pages that no program put together have their own tags."""
    first_page = file.pages[0].aspage()
    stack, position = find_picture(file, plane)
    page = stack.page_at(position) if stack.series.kind in PAGE_BY_PAGE and len(position) else stack.page
    page = stack.page if page is None else page.aspage()
    first = not plane or page.index == first_page.index
    return Place(stack, first_page if first else page, first)


def _fei(place: Place) -> Declared | None:
    sections: Mapping[str, Mapping[str, Any]] = entries(place.page, *FEI_TAGS)
    image = sections.get("Image", {})
    for name in ("Scan", "EScan", "IScan"):
        width, height = (sections.get(name, {}).get(f"Pixel{side}") for side in ("Width", "Height"))
        # The section of the beam that was not used may be there and empty.
        if width:
            length = square_side(parsed_length(str(width), "m"), parsed_length(str(height), "m"))
            field = parsed_length(str(sections.get(name, {}).get("HorFieldsize")), "m")
            scanned, of_field = pixel_count(image.get("ResolutionX")), length and field and field / length
            if scanned and of_field and not math.isclose(scanned, of_field, rel_tol=SAME_SIZE):
                return None
            return Declared.read(length, scanned or of_field, image.get("ResolutionY"))
    return None


def _zeiss(place: Place) -> Declared | None:
    """Read "Image Pixel Size = 5.583 nm", and the field "Width = 5.965 µm" that was scanned."""
    tags = entries(place.page, ZEISS_TAG)

    def length(name: str) -> float | None:
        """Return what an entry says, in micrometres."""
        entry = tags.get(name, ())
        # Where commas are decimal, number and unit are one text.
        return parsed_length(" ".join(map(str, entry[1:]))) if len(entry) in (2, 3) else None

    pixel = length("ap_image_pixel_size") or length("ap_pixel_size")
    width, height = length("ap_width"), length("ap_height")
    return Declared.read(pixel, width and pixel and width / pixel, height and pixel and height / pixel)


def _tescan(place: Place) -> Declared | None:
    value: Any = place.page.tags.valueof(TESCAN_TAG)
    if isinstance(value, bytes):
        return tescan_text(value.decode("latin-1"))
    return tescan_text(value) if isinstance(value, str) else None


def _imagej(place: Place) -> Declared | None:
    """Take the resolution of a file by ImageJ, whose unit stands in its description."""
    metadata = (place.file.imagej_metadata if place.first else None) or {}
    unit = metadata.get("unit")
    pixels = _pixels_per_unit(place)
    if unit is None or pixels is None or metadata.get("yunit", unit) != unit:
        return None
    if factor := UNITS_OF_PRINTERS.get(str(unit).lower()):
        return _magnified(factor / pixels)
    # ImageJ writes the micro sign as an escape.
    unit = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda escape: chr(int(escape[1], 16)), str(unit))
    return Declared.read(parsed_length(f"{1 / pixels!r} {unit}"))


def _ome(place: Place) -> Declared | None:
    """Read the attributes PhysicalSizeX, in micrometres where no unit is named."""
    known = place.first or place.stack.series.kind == "ome"
    pixels = ome_pixels(place.stack.series).partition(">")[0] if known else ""
    attributes = dict(re.findall(r"\b((?:PhysicalSize|Size)\w+)=[\"']([^\"']*)", pixels))
    sides = (
        parsed_length(f"{attributes.get(name)} {html.unescape(attributes.get(f'{name}Unit', 'µm'))}")
        for name in ("PhysicalSizeX", "PhysicalSizeY")
    )
    return Declared.read(square_side(*sides), attributes.get("SizeX"), attributes.get("SizeY"))


def _resolution(place: Place) -> Declared | None:
    pixels = _pixels_per_unit(place)
    unit = TIFF_UNITS.get(int(_tags_of_picture(place).valueof("ResolutionUnit", default=2)))
    if pixels is None or unit is None or place.file.is_imagej:
        return None
    return _magnified(unit / pixels)


def _magnified(length: float) -> Declared | None:
    """Return a length that comes from a magnification, not from a screen or printer."""
    return Declared(length) if FINEST_BY_RESOLUTION < length < COARSEST_BY_RESOLUTION else None


def _tags_of_picture(place: Place) -> tifffile.TiffTags:
    # A thumbnail may come first.
    return (place.stack.page if place.first else place.page).tags


def _pixels_per_unit(place: Place) -> float | None:
    tags = _tags_of_picture(place)
    across, down = (tags.valueof(name, default=(0, 0)) for name in ("XResolution", "YResolution"))
    if across[0] <= 0 or across[1] <= 0:
        return None
    return square_side(across[0] / across[1], down[0] / down[1] if down[0] > 0 and down[1] > 0 else None)


def _of_maker(sides: Callable[[tifffile.TiffPage], Sides], place: Place) -> Declared | None:
    return Declared.read(square_side(*sides(place.page)))


def _aperio(place: Place) -> Declared | None:
    columns, rows = scan_of_aperio(place.page) or (None, None)
    return Declared.read(square_side(*MAKERS["Aperio"](place.page)), columns, rows)


TIFF_READERS: dict[str, Callable[[Place], Declared | None]] = {
    "FEI / ThermoFisher": _fei,
    "Zeiss": _zeiss,
    "Tescan": _tescan,
    **{maker: partial(_of_maker, sides) for maker, sides in MAKERS.items()},
    "Aperio": _aperio,
    "ImageJ": _imagej,
    "OME": _ome,
    RESOLUTION: _resolution,
}
