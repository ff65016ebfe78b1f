"""Sample sources: what a `SampleTable` can be read from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from napari_rocks2net.samples.loading import load_samples
from napari_rocks2net.samples.table import SampleTable


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
    """CSV, or folder with one folder for each class.

    Parameters
    ----------
    path : Path
        The file or folder.
    property, group : str or None
        See `load_samples`.
    """

    path: Path
    property: str | None = None
    group: str | None = None

    def load(self, images: Path) -> SampleTable:
        """Read the samples; see `SampleSource.load`."""
        return load_samples(self.path, self.property, self.group)
