"""Pixel sizes in the text files that Hitachi, JEOL and Tescan put beside an image."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from napari_rocks2net.pixel_scale.declared import Declared, square_side
from napari_rocks2net.pixel_scale.pixel_size import parsed_length

LARGEST_TEXT = 1_000_000
# Texts that are no Unicode are read in the first of these that gives a length: Japanese, Chinese, Korean,
# Cyrillic, Greek, western.
EAST_ASIAN = ("cp932", "gb18030", "euc_jp", "cp949", "big5")
ENCODINGS = (*EAST_ASIAN, "cp1251", "koi8_r", "cp866", "cp1253", "latin-1", "cp850", "mac_roman")


def from_text_beside(path: Path) -> Iterator[tuple[str, Declared]]:
    """Yield the maker and what it says in a text file that it puts beside an image."""
    kind = path.suffix.removeprefix(".")
    candidates = {
        "Hitachi": (_hitachi_text, _spellings(path, ".txt")),
        "JEOL": (_jeol_text, _spellings(path, ".txt")),
        "Tescan": (
            tescan_text,
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
    return Declared.read(parsed_length(size, "nm") if size else None, *_two_numbers(_value(text, "DataSize")))


def _jeol_text(text: str) -> Declared | None:
    """Read the bar's length in pixels, what is written at it, and the scan's size."""
    bar = _only(re.findall(r"\$SM_MICRON_BAR\s+(\d+(?:\.\d+)?)", text))
    marker = _only(re.findall(r"\$SM_MICRON_MARKER[ \t]+(.+)", text))
    scan = _only(re.findall(r"\$CM_FULL_SIZE\s+(\d+\s+\d+)", text))
    length = parsed_length(marker) if marker else None
    if length is None or bar is None or not float(bar):
        return None
    return Declared.read(length / float(bar), *_two_numbers(scan))


def tescan_text(text: str) -> Declared | None:
    """Read "PixelSizeX=4.88e-009", in metres, and the size of the image or of the field where it stands."""
    sides = (parsed_length(_value(text, name) or "", "m") for name in ("PixelSizeX", "PixelSizeY"))
    length = square_side(*sides)
    columns, rows = _value(text, "ImageWidth"), _value(text, "ImageHeight")
    field = parsed_length(_value(text, "ViewField") or "", "m")
    return Declared.read(length, columns or (length and field and field / length), rows)


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
