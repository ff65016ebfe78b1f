"""Reader of the samples of an evaluation, which knows those that the model was trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from napari_rocks2net.imaging import read_image
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.samples import TrainingPictures, crop_region, field_rows, row_views
from napari_rocks2net.samples.columns import FIELD, FILE, REGION
from napari_rocks2net.samples.copies.grey_thumbnail import grey_thumbnail
from napari_rocks2net.views import Field

if TYPE_CHECKING:
    from napari_rocks2net.samples import Region


@dataclass(frozen=True, eq=False)
class SampleReader:
    """Reads samples, and remembers which the model was trained on and which cannot be read."""

    frame: pd.DataFrame
    pictures: TrainingPictures
    trained_on: dict[int, bool | None] = field(default_factory=dict)
    near_copies: set[int] = field(default_factory=set)
    unreadable: dict[int, str] = field(default_factory=dict)
    new_photos: list[tuple[int, npt.NDArray[np.float32] | None]] = field(default_factory=list)
    """The samples that have not been recognised yet, and a `grey_thumbnail` of a photo of each."""

    @cached_property
    def rows(self) -> list[npt.NDArray[np.intp]]:
        """The rows of each sample: of its views, or of a photo."""
        return field_rows(self.frame)

    def __len__(self) -> int:
        return len(self.rows)

    def samples(self) -> Iterator[Callable[[], npt.NDArray[np.uint8]] | Field]:
        """Yield for each sample what reads it; a field where its light is known."""
        files, regions = self.frame[FILE].tolist(), self.frame[REGION].tolist()
        views = row_views(self.frame)
        for index, rows in enumerate(self.rows):
            read = [partial(self._read, index, files[row], regions[row]) for row in rows]
            own = [replace(views[row], file=each) for row, each in zip(rows, read, strict=True)]
            yield Field(tuple(own), self.name(index)) if own[0].light else read[0]

    @property
    def first_views(self) -> pd.DataFrame:
        """The row of each sample's first view."""
        return self.frame.iloc[[int(own[0]) for own in self.rows]]

    def name(self, index: int) -> str:
        """Return what a sample is called: its field, or its file."""
        row = self.frame.iloc[self.rows[index][0]]
        return str(row.get(FIELD) or row[FILE])

    def _read(self, index: int, file: str, region: Region | None) -> npt.NDArray[np.uint8]:
        photo = read_image(file)
        part = crop_region(photo, region)
        match = self.pictures.match(photo, region)
        trained_on = self.trained_on.get(index, False) or match is not None
        self.trained_on[index] = trained_on if self.pictures.hashes else None
        if match == "near":
            self.near_copies.add(index)
        if match is None and self.pictures.thumbnails:
            self.new_photos.append((index, grey_thumbnail(photo)))
        return part

    def recognise_parts(self, on_progress: OnProgress) -> None:
        """Tell which of the samples that were read are parts of training photos, or hold them.

        Only known of all together: each training photo is compared with all of them at once.
        """
        new = [(index, photo) for index, photo in self.new_photos if not self.trained_on[index]]
        for position in self.pictures.copies_among([photo for _, photo in new], on_progress):
            index = new[position][0]
            self.trained_on[index] = True
            self.near_copies.add(index)
