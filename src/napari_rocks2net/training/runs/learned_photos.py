"""Photos that a model learned from, small and with its own features of each, kept in the run folder."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.features import FieldLayout
from napari_rocks2net.samples import SampleTable, field_rows
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError, reading

Bytes = npt.NDArray[np.uint8]

THUMBNAIL_SIDE = 72
MOST_PHOTOS = 2_000


@dataclass(frozen=True, eq=False)
class LearnedPhotos:
    """Photos that a model learned from, as its run keeps them."""

    rows: npt.NDArray[np.int64]
    """(N,) the row of each in the samples of the run; of a field that of its first view."""
    features: npt.NDArray[np.float32]
    """(N, F) by the model, see `ModelOutput.features`; what a field lacks is not a number."""
    thumbnails: Bytes
    """(N, 72, 72, 3) as the model saw them; of a field its first view."""

    @classmethod
    def of(
        cls,
        rows: npt.NDArray[np.int64],
        features: npt.NDArray[np.floating],
        thumbnail_of: Callable[[int], Bytes],
        most: int = MOST_PHOTOS,
    ) -> LearnedPhotos:
        """Keep photos; of very many some by chance.

        Parameters
        ----------
        rows : numpy.ndarray
            (N,) int, see `LearnedPhotos`.
        features : numpy.ndarray
            (N, F).
        thumbnail_of : callable
            Takes a number below N, and returns what `thumbnail` does.
        most : int
            How many are kept.
        """
        kept = np.arange(len(rows))
        if len(kept) > most:
            kept = np.sort(np.random.default_rng(0).choice(kept, most, replace=False))
        thumbnails = np.stack([thumbnail_of(int(number)) for number in kept])
        return cls(rows[kept].astype(np.int64), features[kept].astype(np.float32), thumbnails)

    def chosen(self, which: npt.NDArray[np.bool_]) -> LearnedPhotos:
        """Return those of the photos (N,) that are chosen."""
        return LearnedPhotos(self.rows[which], self.features[which], self.thumbnails[which])

    def write(self, folder: RunFolder) -> None:
        """Write them into a run folder."""
        content = io.BytesIO()
        np.savez_compressed(content, **vars(self))
        atomic_write(folder.learned_photos, content.getvalue())

    @classmethod
    def read(cls, folder: RunFolder) -> LearnedPhotos:
        """Return those of a run folder.

        Raises
        ------
        RunFolderError
            If it holds none, as the run was made by an earlier version or its network has no features, or
            they are damaged.
        """
        path = folder.learned_photos
        try:
            # numpy leaves a damaged file open.
            with reading(path), path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                photos = cls(arrays["rows"], arrays["features"], arrays["thumbnails"])
                photos._check()
        except (EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise RunFolderError(f"{path} is damaged ({error}); choose another folder.") from error
        return photos

    def _check(self) -> None:
        side = THUMBNAIL_SIDE
        if self.thumbnails.dtype != np.uint8 or self.thumbnails.shape != (len(self.rows), side, side, 3):
            raise ValueError("its thumbnails are none")
        if self.rows.ndim != 1 or self.rows.dtype != np.int64 or (self.rows < 0).any():
            raise ValueError("its rows are none")
        if self.features.ndim != 2 or len(self.features) != len(self.rows) or self.features.dtype.kind != "f":
            raise ValueError("its features are none")


def thumbnail(rgb: Bytes) -> Bytes:
    """Return a photo (Y, X, 3) uint8 as (72, 72, 3) uint8."""
    picture = Image.fromarray(np.ascontiguousarray(rgb))
    return np.asarray(picture.resize((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BILINEAR))


def first_rows(samples: SampleTable, layout: FieldLayout) -> npt.NDArray[np.int64]:
    """Return the row of each sample in a table: of fields that of the first view.

    Parameters
    ----------
    samples : SampleTable
        One row a photo or view.
    layout : FieldLayout
        Without lights every row is a sample.
    """
    if not layout.lights:
        return np.arange(len(samples.frame))
    return np.array([int(own[0]) for own in field_rows(samples.frame)], np.int64)
