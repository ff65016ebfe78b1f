"""The pixel size that makers of electron microscopes write into an image file or beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tifffile

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.scale.pixel_size import PixelSize, parsed_length

TIFF_SUFFIXES = frozenset({".tif", ".tiff"})
# Private TIFF tag of Tescan: thumbnails and text, "PixelSizeX=4.88e-009" in metres among it.
TESCAN_TAG = 50431
TESCAN_LINE = re.compile(r"PixelSizeX\s*=\s*([-+.\deE]+)")
# In nanometres, under "[SemImageFile]".
HITACHI_LINE = re.compile(r"^\s*PixelSize\s*=\s*([-+.\deE]+)", re.MULTILINE)
# The bar's length in pixels, and what is written at it.
JEOL_BAR = re.compile(r"\$\$?SM_MICRON_BAR\s+(\d+)")
JEOL_MARKER = re.compile(r"\$\$?SM_MICRON_MARKER\s+(\S+)")
# Micrometres in the units of TIFF 6.0's ResolutionUnit: 2 is inch, 3 centimetre.
TIFF_UNITS = {2: 25_400.0, 3: 10_000.0}
# Screens and printers have 72 to 2,400 dots an inch; only finer pixels (below 5 µm) are a magnification.
COARSEST_BY_RESOLUTION = 5.0
RESOLUTION = "TIFF resolution"
LARGEST_TEXT = 1_000_000


def read_pixel_size(path: str | Path) -> PixelSize | None:
    """Read the pixel size of an SEM image.

    Looked for in this order: the TIFF tags of FEI / ThermoFisher, Zeiss and Tescan; the calibration of
    ImageJ; the maker's file beside the image (Hitachi's and JEOL's ``.txt``, Tescan's ``.hdr``); the
    resolution of the TIFF where it is finer than that of any printer.

    Parameters
    ----------
    path : str or pathlib.Path
        The image, of any format.

    Returns
    -------
    PixelSize or None
        None where nothing is said about it, or nothing that can be read.

    Raises
    ------
    CrystalError
        When there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise CrystalError(f"{path} is no file: check the path.")
    return next(_sizes(path), None)


def _sizes(path: Path) -> Iterator[PixelSize]:
    """Go through what is said about the pixel size, the most trustworthy first."""
    tagged = list(_from_tiff(path)) if path.suffix.lower() in TIFF_SUFFIXES else []
    yield from (size for size in tagged if size.source != RESOLUTION)
    yield from _beside(path)
    yield from tagged


def _from_tiff(path: Path) -> Iterator[PixelSize]:
    try:
        with tifffile.TiffFile(path) as file:
            for source, reader in TIFF_READERS.items():
                length = reader(file)
                if length is not None:
                    yield PixelSize(length, source)
    # A damaged header has no scale; that the image cannot be read is for its reader to say.
    except (tifffile.TiffFileError, OSError, ValueError, KeyError, IndexError):
        return


def _fei(file: tifffile.TiffFile) -> float | None:
    scans = file.fei_metadata or {}
    for section in ("Scan", "EScan", "IScan"):
        width = scans.get(section, {}).get("PixelWidth")
        if width is not None:
            return parsed_length(str(width), "m")
    return None


def _zeiss(file: tifffile.TiffFile) -> float | None:
    """Read "Image Pixel Size = 5.583 nm", which tifffile splits into name, number and unit."""
    tags = file.sem_metadata or {}
    for name in ("ap_image_pixel_size", "ap_pixel_size"):
        entry = tags.get(name, ())
        if len(entry) == 3:
            return parsed_length(f"{entry[1]} {entry[2]}")
    return None


def _tescan(file: tifffile.TiffFile) -> float | None:
    value: Any = file.pages[0].aspage().tags.valueof(TESCAN_TAG)
    if isinstance(value, bytes):
        return _tescan_text(value.decode("latin-1"))
    return _tescan_text(value) if isinstance(value, str) else None


def _imagej(file: tifffile.TiffFile) -> float | None:
    """Take the resolution of a file by ImageJ, whose unit stands in its description."""
    unit = (file.imagej_metadata or {}).get("unit")
    pixels = _pixels_per_unit(file)
    if unit is None or pixels is None:
        return None
    # ImageJ writes the micro sign as an escape.
    unit = str(unit).replace("\\u00B5", "µ")
    return parsed_length(f"{1 / pixels!r} {unit}")


def _resolution(file: tifffile.TiffFile) -> float | None:
    pixels = _pixels_per_unit(file)
    unit = TIFF_UNITS.get(int(file.pages[0].aspage().tags.valueof("ResolutionUnit", default=2)))
    if pixels is None or unit is None or file.is_imagej:
        return None
    length = unit / pixels
    return length if length < COARSEST_BY_RESOLUTION else None


def _pixels_per_unit(file: tifffile.TiffFile) -> float | None:
    fraction = file.pages[0].aspage().tags.valueof("XResolution")
    if fraction is None or fraction[0] <= 0 or fraction[1] <= 0:
        return None
    return float(fraction[0] / fraction[1])


TIFF_READERS: dict[str, Callable[[tifffile.TiffFile], float | None]] = {
    "FEI / ThermoFisher": _fei,
    "Zeiss": _zeiss,
    "Tescan": _tescan,
    "ImageJ": _imagej,
    RESOLUTION: _resolution,
}


def _beside(path: Path) -> Iterator[PixelSize]:
    """Read the text files that some makers put beside an image."""
    kind = path.suffix.removeprefix(".")
    candidates = {
        "Hitachi": (_hitachi_text, [path.with_suffix(".txt"), path.with_suffix(".TXT")]),
        "JEOL": (_jeol_text, [path.with_suffix(".txt"), path.with_suffix(".TXT")]),
        "Tescan": (_tescan_text, [path.with_suffix(".hdr"), path.with_name(f"{path.stem}-{kind}.hdr")]),
    }
    for source, (reader, files) in candidates.items():
        for file in files:
            length = reader(_text_of(file)) if file.is_file() else None
            if length is not None:
                yield PixelSize(length, source)


def _text_of(path: Path) -> str:
    """Read a text in the encodings that occur: UTF-16 with its mark, else any of eight bits."""
    with path.open("rb") as file:
        raw = file.read(LARGEST_TEXT)
    utf16 = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    return raw.decode("utf-16" if utf16 else "latin-1", errors="replace")


def _hitachi_text(text: str) -> float | None:
    match = HITACHI_LINE.search(text) if "[SemImageFile]" in text else None
    return parsed_length(match[1], "nm") if match else None


def _jeol_text(text: str) -> float | None:
    pixels, marker = JEOL_BAR.search(text), JEOL_MARKER.search(text)
    length = parsed_length(marker[1]) if marker else None
    return length / int(pixels[1]) if pixels and length and int(pixels[1]) else None


def _tescan_text(text: str) -> float | None:
    match = TESCAN_LINE.search(text)
    return parsed_length(match[1], "m") if match else None
