"""Report document: sections of sentences, facts, tables and pictures, before they become a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Picture:
    """A picture in a report.

    Attributes
    ----------
    content : bytes
        The file.
    caption : str
        What stands below it.
    kind : str
        Of the file: "png" or "jpeg".
    small : bool
        Whether several stand side by side.
    """

    content: bytes
    caption: str = ""
    kind: str = "png"
    small: bool = False


@dataclass(frozen=True, eq=False)
class Section:
    """A part of a report under a title of its own; what is empty is left out.

    Attributes
    ----------
    title : str
        Its heading.
    sentences : tuple of str
        What it says.
    facts : mapping of str to str
        Name -> value, as lines.
    tables : mapping of str to pandas.DataFrame
        By their names, which are those of the workbook's sheets.
    pictures : tuple of Picture
        In their order.
    code : str
        A command or a script.
    """

    title: str
    sentences: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    code: str = ""


@dataclass(frozen=True, eq=False)
class Report:
    """A report.

    Attributes
    ----------
    title : str
        What it is of.
    sections : tuple of Section
        Its parts.
    sheets : mapping of str to pandas.DataFrame
        Tables of the workbook alone, which are too long to read.
    """

    title: str
    sections: tuple[Section, ...]
    sheets: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by its name."""
        listed: Iterator[tuple[str, pd.DataFrame]] = (
            each for section in self.sections for each in section.tables.items()
        )
        return {**dict(listed), **self.sheets}
