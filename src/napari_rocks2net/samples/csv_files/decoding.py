"""Encoding and delimiter of a CSV, found from its letters and its first lines."""

from __future__ import annotations

import codecs
import csv
import logging
import re
from collections.abc import Sequence
from pathlib import Path

from napari_rocks2net.samples.columns import FILE, find_column
from napari_rocks2net.samples.csv_files.encodings import code_page_of, is_utf_7
from napari_rocks2net.samples.csv_files.view_columns import light_columns

logger = logging.getLogger(__name__)

DELIMITERS = (",", ";", "\t", "|")
# What Excel writes above a table to say how it is separated.
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
# What a person writes above a table whose letters may be several.
ENCODING_LINE = re.compile(
    rb'[\s"#]*encoding\s*[=:]\s*([A-Za-z0-9_.:-]+)[";,\t ]*(?:\r\n?|\n)', re.IGNORECASE
)
# Lines such as a title in merged cells, above the header.
MOST_TITLES = 10
# The first bytes of .xlsx, .ods and .zip, and of .xls.
WORKBOOKS = (b"PK\3\4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0e-\x1f]")


def decoded_text(path: Path, encoding: str | None) -> str:
    """Return the text of a file without its byte order mark and the line that names its encoding.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        One of Python's names of encodings; found out when left out.

    Raises
    ------
    ValueError, LookupError, OSError
        When its letters may be several, are none, the encoding is not known, or there is no such file.
    """
    content = path.read_bytes()
    if content.startswith(WORKBOOKS):
        raise ValueError("it is a workbook or an archive, such as Excel saves")
    if line := ENCODING_LINE.match(content):
        content, encoding = content[line.end() :], encoding or line[1].decode("ascii")
    if encoding and codecs.lookup(encoding).name != "utf-8" and _is_utf_8(content):
        logger.warning("%s is in UTF-8 by its letters, and read in %s, as was asked for.", path, encoding)
    text = content.decode(encoding or _encoding_of(content, path))
    if CONTROL_CHARACTERS.search(text):
        raise ValueError("it holds characters that are no text")
    # Old programs of the Mac end lines with a carriage return alone.
    text = text if "\n" in text else text.replace("\r", "\n")
    return text.lstrip("\ufeff")


def _encoding_of(content: bytes, path: Path) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in content[:2]:
        return "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
    if content.isascii() and is_utf_7(content):
        raise ValueError("its letters may be those of utf-7")
    if content.isascii() or _is_utf_8(content):
        return "utf-8-sig"
    encoding = code_page_of(content)
    logger.warning(
        "%s is not in UTF-8; its letters are taken for those of %s: if wrong, save it in UTF-8.",
        path,
        encoding,
    )
    return encoding


def _is_utf_8(content: bytes) -> bool:
    """Tell whether letters beyond ASCII are there, and those of UTF-8."""
    try:
        return not content.isascii() and bool(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return False


def delimiter_and_table(text: str) -> tuple[str, str]:
    """Return how cells are separated, and the text from its header on.

    A line that only says how, and titles above the header, are no part of the table.
    """
    delimiters: tuple[str, ...] = DELIMITERS
    text = text.lstrip("\r\n")
    first, _, below = text.partition("\n")
    if line := SEPARATOR_LINE.fullmatch(first):
        text, delimiters = below, (line[1],)
    lines = text.split("\n", MOST_TITLES)
    for above, line_of_text in enumerate(lines[:MOST_TITLES]):
        headers = {each: next(csv.reader([line_of_text], delimiter=each), []) for each in delimiters}
        naming = [each for each in delimiters if _names_files(headers[each])]
        if naming:
            return max(naming, key=lambda each: len(headers[each])), "\n".join(lines[above:])
    return max(delimiters, key=lambda each: len(next(csv.reader(lines[:1], delimiter=each), []))), text


def _names_files(header: Sequence[str]) -> bool:
    return find_column(header, FILE) is not None or len(light_columns(header)) > 1
