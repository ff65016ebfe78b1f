"""Pixel sizes in image files, or beside them, as programs and makers of microscopes write them."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import tifffile

from napari_rocks2net.imaging import ImageError, is_tiff, picture_size
from napari_rocks2net.imaging.channel_colours import ome_pixels
from napari_rocks2net.imaging.tiff import Plane, TiffStack, find_picture, open_tiff
from napari_rocks2net.pixel_scale.errors import PixelSizeError
from napari_rocks2net.pixel_scale.maker_tags import MAKERS, Sides, entries
from napari_rocks2net.pixel_scale.pixel_size import PixelSize, parsed_length

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
LARGEST_TEXT = 1_000_000
# Texts that are no Unicode are read in the first of these that gives a length: Japanese, Chinese, Korean,
# Cyrillic, Greek, western.
EAST_ASIAN = ("cp932", "gb18030", "euc_jp", "cp949", "big5")
ENCODINGS = (*EAST_ASIAN, "cp1251", "koi8_r", "cp866", "cp1253", "latin-1", "cp850", "mac_roman")
# A scan of so nearly the image's size is the image.
SAME_SIZE = 0.01
# No scan has more pixels a side, or less than one.
MOST_PIXELS = 1e7
# An info bar below the scan makes the image higher, by at most so much.
HIGHEST_WITH_BAR = 1.25


@dataclass(frozen=True)
class Declared:
    """A pixel size in micrometres that a file declares, and the scan that it holds for, in pixels."""

    micrometres: float
    columns: float | None = None
    rows: float | None = None

    def of_image(self, height: int, width: int) -> float | None:
        """Return the side of a pixel of the image that was stored.

        Parameters
        ----------
        height, width : int
            Size of the image in pixels.

        Returns
        -------
        float or None
            Micrometres: other than declared where the image was stored larger or smaller than it was
            scanned; None where it is another part of the scan, so that nothing is known.
        """
        if self.columns is None:
            return self.micrometres
        # A damaged file may say that it is of no width; that it cannot be read is for its reader to say.
        if not width or not height:
            return None
        zoom = width / self.columns
        if self.rows is not None and not (1 - SAME_SIZE) <= height / (self.rows * zoom) <= HIGHEST_WITH_BAR:
            return None if abs(zoom - 1) > SAME_SIZE else self.micrometres
        return self.micrometres if abs(zoom - 1) <= SAME_SIZE else self.micrometres / zoom


@dataclass(frozen=True)
class Place:
    """Where a TIFF speaks of one of its pictures."""

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


def read_pixel_size(path: str | Path, plane: Plane = ()) -> PixelSize | None:
    """Read the pixel size of an image.

    Looked for in this order: the TIFF tags of FEI / ThermoFisher, Zeiss, Tescan, Gatan, Olympus, Aperio,
    MetaMorph and Phenom; the calibration of ImageJ; the physical size of OME; the maker's file beside the
    image (Hitachi's and JEOL's ``.txt``, Tescan's ``.hdr``); the resolution of the TIFF where it is finer
    than that of any printer, as scanners of Leica and Hamamatsu write it, too. Where the maker says how large
    the scan was, that is compared with the image, which may have been stored at another size.

    Parameters
    ----------
    path : str or pathlib.Path
        The image, of any format.
    plane : tuple of int
        Which picture of the file, as `read_plane` takes it. Series and pages are pictures of their own, and
        what is said of the first holds for no other; planes of one series have one size.

    Returns
    -------
    PixelSize or None
        None where nothing is said about it, nothing that can be read, or nothing that fits the image.

    Raises
    ------
    PixelSizeError
        When there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise PixelSizeError(f"{path} is no file: check the path.")
    source, declared = next(_declarations(path, plane), (None, None))
    if source is None or declared is None:
        return None
    try:
        length = declared.of_image(*picture_size(path, plane))
    # That the image cannot be read is for its reader to say.
    except ImageError:
        length = declared.micrometres
    return None if length is None else PixelSize(length, source)


def _declarations(path: Path, plane: Plane) -> Iterator[tuple[str, Declared]]:
    """Go through what is said about the pixel size, the most trustworthy first."""
    tagged, first = _from_tiff(path, plane) if is_tiff(path) else ([], True)
    yield from (pair for pair in tagged if pair[0] != RESOLUTION)
    yield from _beside(path) if first else ()
    yield from tagged


def _from_tiff(path: Path, plane: Plane) -> tuple[list[tuple[str, Declared]], bool]:
    """Return what a TIFF says of a picture, and whether that is the first."""
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
            length = _side(parsed_length(str(width), "m"), parsed_length(str(height), "m"))
            field = parsed_length(str(sections.get(name, {}).get("HorFieldsize")), "m")
            scanned, of_field = _pixels(image.get("ResolutionX")), length and field and field / length
            if scanned and of_field and not math.isclose(scanned, of_field, rel_tol=SAME_SIZE):
                return None
            return _declared(length, scanned or of_field, image.get("ResolutionY"))
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
    return _declared(pixel, width and pixel and width / pixel, height and pixel and height / pixel)


def _tescan(place: Place) -> Declared | None:
    value: Any = place.page.tags.valueof(TESCAN_TAG)
    if isinstance(value, bytes):
        return _tescan_text(value.decode("latin-1"))
    return _tescan_text(value) if isinstance(value, str) else None


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
    return _declared(parsed_length(f"{1 / pixels!r} {unit}"))


def _ome(place: Place) -> Declared | None:
    """Read the attributes PhysicalSizeX, in micrometres where no unit is named."""
    known = place.first or place.stack.series.kind == "ome"
    pixels = ome_pixels(place.stack.series).partition(">")[0] if known else ""
    attributes = dict(re.findall(r"\b((?:PhysicalSize|Size)\w+)=[\"']([^\"']*)", pixels))
    sides = (
        parsed_length(f"{attributes.get(name)} {html.unescape(attributes.get(f'{name}Unit', 'µm'))}")
        for name in ("PhysicalSizeX", "PhysicalSizeY")
    )
    return _declared(_side(*sides), attributes.get("SizeX"), attributes.get("SizeY"))


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
    return _side(across[0] / across[1], down[0] / down[1] if down[0] > 0 and down[1] > 0 else None)


def _of_maker(sides: Callable[[tifffile.TiffPage], Sides], place: Place) -> Declared | None:
    return _declared(_side(*sides(place.page)))


TIFF_READERS: dict[str, Callable[[Place], Declared | None]] = {
    "FEI / ThermoFisher": _fei,
    "Zeiss": _zeiss,
    "Tescan": _tescan,
    **{maker: partial(_of_maker, sides) for maker, sides in MAKERS.items()},
    "ImageJ": _imagej,
    "OME": _ome,
    RESOLUTION: _resolution,
}


def _beside(path: Path) -> Iterator[tuple[str, Declared]]:
    """Read the text files that some makers put beside an image."""
    kind = path.suffix.removeprefix(".")
    candidates = {
        "Hitachi": (_hitachi_text, _spellings(path, ".txt")),
        "JEOL": (_jeol_text, _spellings(path, ".txt")),
        "Tescan": (
            _tescan_text,
            [*_spellings(path, ".hdr"), *_spellings(path.with_name(f"{path.stem}-{kind}.hdr"), ".hdr")],
        ),
    }
    for source, (reader, files) in candidates.items():
        for file in files:
            declared = next(filter(None, map(reader, _texts_of(file))), None) if file.is_file() else None
            if declared is not None:
                yield source, declared


def _spellings(path: Path, suffix: str) -> list[Path]:
    """Return the names that a maker's file may have where letters of other case make another name."""
    return [path.with_suffix(spelt) for spelt in (suffix, suffix.upper(), suffix.title())]


def _texts_of(path: Path) -> Iterator[str]:
    """Read a text in each of the encodings that it may have: Unicode, or one of `ENCODINGS`."""
    with path.open("rb") as file:
        raw = file.read(LARGEST_TEXT)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield raw.decode("utf-16", errors="replace")
    elif raw[1:200:2].count(0) > len(raw[1:200:2]) / 2:
        yield raw.decode("utf-16-le", errors="replace")
    elif raw[:200:2].count(0) > len(raw[:200:2]) / 2:
        yield raw.decode("utf-16-be", errors="replace")
    else:
        # What is UTF-8 is nothing else: its letters, taken for those of others, may be another unit.
        with suppress(UnicodeDecodeError):
            yield raw.decode("utf-8-sig")
            return
        yield from (raw.decode(encoding, errors="replace") for encoding in ENCODINGS)


def _hitachi_text(text: str) -> Declared | None:
    """Read "PixelSize=9.92", in nanometres, and "DataSize=1280x960"."""
    size = _value(text, "PixelSize") if "[SemImageFile]" in text else None
    return _declared(parsed_length(size, "nm") if size else None, *_two_numbers(_value(text, "DataSize")))


def _jeol_text(text: str) -> Declared | None:
    """Read the bar's length in pixels, what is written at it, and the scan's size."""
    bar = _only(re.findall(r"\$SM_MICRON_BAR\s+(\d+(?:\.\d+)?)", text))
    marker = _only(re.findall(r"\$SM_MICRON_MARKER[ \t]+(.+)", text))
    scan = _only(re.findall(r"\$CM_FULL_SIZE\s+(\d+\s+\d+)", text))
    length = parsed_length(marker) if marker else None
    if length is None or bar is None or not float(bar):
        return None
    return _declared(length / float(bar), *_two_numbers(scan))


def _tescan_text(text: str) -> Declared | None:
    """Read "PixelSizeX=4.88e-009", in metres, and the size of the image or of the field where it stands."""
    sides = (parsed_length(_value(text, name) or "", "m") for name in ("PixelSizeX", "PixelSizeY"))
    length = _side(*sides)
    columns, rows = _value(text, "ImageWidth"), _value(text, "ImageHeight")
    field = parsed_length(_value(text, "ViewField") or "", "m")
    return _declared(length, columns or (length and field and field / length), rows)


def _value(text: str, name: str) -> str | None:
    """Return what a line "name=value" says; None where there is none, or several contradict each other."""
    return _only(re.findall(rf"(?<![A-Za-z]){name}[ \t]*=[ \t]*([^\r\n\0]+)", text))


def _only(values: Iterable[str]) -> str | None:
    different = {value.strip() for value in values}
    return different.pop() if len(different) == 1 else None


def _two_numbers(text: str | None) -> tuple[str | None, str | None]:
    """Take "1280x960" or "1280 960" apart."""
    numbers = re.findall(r"\d+", text or "")
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (None, None)


def _declared(length: float | None, columns: Any = None, rows: Any = None) -> Declared | None:
    """Return a declaration with the parts of it that can be."""
    if length is None:
        return None
    return Declared(length, _pixels(columns), _pixels(rows))


def _side(width: float | None, height: float | None) -> float | None:
    """Return the side of square pixels; None where they are not square, and have no one size."""
    if width is None or height is None:
        return width
    return float(width) if abs(height / width - 1) <= SAME_SIZE else None


def _pixels(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 1 <= number <= MOST_PIXELS else None
