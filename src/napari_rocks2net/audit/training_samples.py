"""Samples of a training as a thread reads them: what cannot be used left out, copies in one section."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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

    @property
    def sentence(self) -> str:
        """What was left out or cut, "" if nothing was."""
        if not self.excluded:
            return self.cut
        count, named = len(self.excluded), self.excluded[:MOST_NAMED]
        more = [f"And {count - MOST_NAMED} more."] if count > MOST_NAMED else []
        cut = [self.cut] if self.cut else []
        return " ".join([f"{count_of(count, 'image')} left out:", *named, *more, *cut])


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
    samples = readable_samples(source.load(images), excluded.append)
    cut = sentence_of_cut_regions(samples)
    return ReadSamples(join_sections_of_copies(samples), tuple(excluded), cut)
