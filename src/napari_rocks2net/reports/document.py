"""Report document: sections of sentences, facts, tables and pictures, before they become a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ReportPicture:
    """A picture in a report."""

    content: bytes  # The file.
    caption: str = ""  # What stands below it.
    kind: str = "png"  # Of the file: "png" or "jpeg".
    small: bool = False  # Whether several stand side by side.


@dataclass(frozen=True, eq=False)
class ReportSection:
    """A part of a report under a title of its own; what is empty is left out."""

    title: str
    """Its heading."""
    sentences: tuple[str, ...] = ()
    """What it says."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Name -> value, as lines."""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """By their names, which are those of the workbook's sheets."""
    pictures: tuple[ReportPicture, ...] = ()
    """In their order."""
    code: str = ""
    """A command or a script."""


@dataclass(frozen=True, eq=False)
class Report:
    """A report."""

    title: str
    """What it is of."""
    sections: tuple[ReportSection, ...]
    """Its parts."""
    sheets: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Tables of the workbook alone, which are too long to read."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by its name."""
        listed: Iterator[tuple[str, pd.DataFrame]] = (
            each for section in self.sections for each in section.tables.items()
        )
        return {**dict(listed), **self.sheets}
