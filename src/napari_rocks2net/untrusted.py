"""Untrusted text and files: read without surprises, shown and stored without harm."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import pandas as pd

LONGEST_SHOWN = 5000
# What spreadsheets take for the beginning of a formula, after any apostrophes that keep them from it.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
NUMBERS = re.compile(f"{_NUMBER}([,;]{_NUMBER})*")


def parse_json(text: str, *, constants: bool = True) -> Any:
    """Read JSON.

    Parameters
    ----------
    text : str
        The document.
    constants : bool
        Whether NaN and Infinity may stand in it, which Python writes and JSON does not know.

    Returns
    -------
    object
        Of JSON's types.

    Raises
    ------
    ValueError
        When it is none, nested too deeply, or has numbers of thousands of digits.
    """
    try:
        return json.loads(text, parse_constant=None if constants else _refuse_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def is_file(path: str | Path) -> bool:
    """Return whether a path is a regular file; a name that no file can have, or a locked folder, is none."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: str | Path) -> bool:
    """Return whether a path is a folder; a name that none can have, or one within a locked folder, is not."""
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def is_visible(letter: str) -> bool:
    """Return whether a person sees a letter, or a space of any width."""
    return letter.isprintable() or unicodedata.category(letter) == "Zs"


def visible(text: str) -> str:
    """Return text for a terminal: one line, no control characters, the middle left out of endless text."""
    if len(text) > LONGEST_SHOWN:
        text = f"{text[: LONGEST_SHOWN // 2]} ... {text[-LONGEST_SHOWN // 2 :]}"
    return "".join(letter if is_visible(letter) else "\N{REPLACEMENT CHARACTER}" for letter in text)


def safe_cell(text: str) -> str:
    """Return text as a cell that no spreadsheet runs as a formula; `plain_cell` gives the text back."""
    return f"'{text}" if FORMULA.match(text) and not NUMBERS.fullmatch(text) else text


def plain_cell(cell: str) -> str:
    """Return the text of a cell that `safe_cell` wrote; others stay as they are."""
    return cell[1:] if ESCAPED.match(cell) else cell


def storable(text: str) -> str:
    """Return text that UTF-8 can hold: a file name that is no text in the system's encoding gets escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def csv_of(table: pd.DataFrame, *, header: bool = True) -> str:
    """Return a table as CSV for people: no cell is a formula, every letter can be stored in UTF-8.

    Parameters
    ----------
    table : pandas.DataFrame
        The rows; the index is left out, numbers keep six digits.
    header : bool
        Whether the names of the columns come first.
    """
    cells = table.map(lambda cell: safe_cell(cell) if isinstance(cell, str) else cell)
    cells.columns = [safe_cell(str(name)) for name in table.columns]
    return storable(cells.to_csv(index=False, header=header, float_format="%.6g", lineterminator="\n"))


def read_cells(path: Path) -> pd.DataFrame:
    """Read a CSV that `csv_of` wrote, as text.

    Raises
    ------
    OSError, ValueError
        When it cannot be read.
    """
    import pandas as pd

    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig").map(plain_cell)
    return table.set_axis([plain_cell(name) for name in table.columns], axis=1)
