"""Samples of a training as a thread reads them: what cannot be used left out, copies in one section."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.logged_warnings import gathered_warnings
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.samples import SampleSource, SampleTable

MOST_NAMED = 3


@dataclass(frozen=True, eq=False)
class ReadSamples:
    """Samples that can be trained on, and a sentence for each image or region that was left out."""

    samples: SampleTable
    excluded: tuple[str, ...]
    cut: str = ""
    """See `sentence_of_cut_regions`."""
    warnings: tuple[str, ...] = ()
    """What else a person must know before they train, a sentence each."""

    @property
    def sentence(self) -> str:
        """What was left out or cut and is warned of, "" if there is nothing."""
        excluded = []
        if self.excluded:
            count, named = len(self.excluded), self.excluded[:MOST_NAMED]
            more = [f"And {count - MOST_NAMED} more."] if count > MOST_NAMED else []
            excluded = [f"{count_of(count, 'image')} left out:", *named, *more]
        return " ".join(filter(None, [*excluded, self.cut, *self.warnings]))


def read_samples(source: SampleSource, images: Path) -> ReadSamples:
    """Read samples as the command `train` does; every photo is read, so this is for a thread.

    Parameters
    ----------
    source : SampleSource
        What to read.
    images : Path
        See `SampleSource.load`.

    Returns
    -------
    ReadSamples
        Those that can be used, and a sentence for each other.

    Raises
    ------
    ValueError
        When there is nothing to train on.
    """
    from napari_rocks2net.audit import join_sections_of_copies
    from napari_rocks2net.samples import readable_samples, sentence_of_cut_regions

    excluded: list[str] = []
    with gathered_warnings() as warnings:
        samples = readable_samples(source.load(images), excluded.append)
        joined = join_sections_of_copies(samples)
    return ReadSamples(joined, tuple(excluded), sentence_of_cut_regions(samples), tuple(warnings))
