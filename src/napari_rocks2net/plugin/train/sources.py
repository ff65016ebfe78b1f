"""Where the samples of a training come from."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from napari_rocks2net.samples import SampleTable

# Names that the column of the thin section often has, best first.
SECTION_NAMES = ("section", "thin section", "thin_section", "sample", "group", "slide")
NO_PROPERTIES = frozenset({"file", "region"})


class SampleSource(Protocol):
    """Something that a `SampleTable` can be read from, frozen when it was asked for."""

    def load(self, images: Path) -> SampleTable:
        """Read the samples.

        Parameters
        ----------
        images : Path
            A folder for pixels that are in no image file yet; made only if there are any.

        Raises
        ------
        ValueError
            When there is nothing to train on; one sentence that says why.
        """


@dataclass(frozen=True)
class TableSource:
    """A CSV, or a folder with one folder for each class.

    Parameters
    ----------
    path : Path
    property, group : str or None
        See `napari_rocks2net.training.load_samples`.
    """

    path: Path
    property: str | None = None
    group: str | None = None

    def load(self, images: Path) -> SampleTable:
        """Read the samples; see `SampleSource.load`."""
        from napari_rocks2net.samples import load_samples

        return load_samples(self.path, self.property, self.group)


@dataclass(frozen=True)
class CollectionSource:
    """A collection file that the Annotate widget keeps.

    Parameters
    ----------
    path : Path
    property : str
        A property of one of its vocabularies.
    """

    path: Path
    property: str

    def load(self, images: Path) -> SampleTable:
        """Read the samples; see `SampleSource.load`."""
        from napari_rocks2net.annotation import collection_samples, read_collection

        return collection_samples(read_collection(self.path), self.property, images)


def table_columns(path: Path) -> tuple[str, ...]:
    """Return the column names of a CSV in their order; none if it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(name.strip() for name in next(csv.reader(file), []))
    except (OSError, UnicodeDecodeError, csv.Error):
        return ()


def property_columns(columns: tuple[str, ...], group: str | None = None) -> tuple[str, ...]:
    """Return the columns that may hold labels."""
    return tuple(name for name in columns if name and name not in NO_PROPERTIES | {group})


def likely_section_column(columns: tuple[str, ...]) -> str | None:
    """Return the column that most likely names the thin section."""
    by_name = {name.lower(): name for name in columns}
    return next((by_name[name] for name in SECTION_NAMES if name in by_name), None)


def collection_properties(path: Path) -> tuple[str, ...]:
    """Return the properties that a collection file has a vocabulary for.

    Raises
    ------
    ValueError
        If it is no collection file.
    """
    from napari_rocks2net.annotation import read_collection

    return tuple(vocabulary.property for vocabulary in read_collection(path).vocabularies)
