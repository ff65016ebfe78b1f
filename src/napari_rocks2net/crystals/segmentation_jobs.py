"""Segmentation as jobs: by the built-in way with an estimated size, or by a model that is kept loaded."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.crystals.grey import as_grey
from napari_rocks2net.crystals.info_bar import find_info_bar
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.imaging.strips import checksum
from napari_rocks2net.iteration import Progress, report_progress
from napari_rocks2net.torch_beside_opengl import prepare_torch_import
from napari_rocks2net.wording import LOADING_MODEL

if TYPE_CHECKING:
    from napari_rocks2net.crystals.sam.settings import SamSettings

Read = Callable[[], np.ndarray]
LOOKING = "Looking for crystals"
ESTIMATING = "Estimating the size of the crystals"


@dataclass(frozen=True, eq=False)
class Segmented:
    """Result of a segmentation."""

    labels: np.ndarray  # (Y, X) int32, 0 is background.
    seconds: float  # How long it took.
    estimate: float | None = None  # Typical diameter in pixels, where it was estimated.


def estimate_crystal_size(read: Read, settings: SegmentationSettings) -> float:
    """Return the typical diameter in pixels of the crystals of a picture.

    Parameters
    ----------
    read : callable
        Returns the picture, (Y, X) or (Y, X, channels).
    settings : SegmentationSettings
        Of which count whether the crystals are dark, and whether the info bar is left out.
    """
    from napari_rocks2net.crystals.segmentation.size import estimate_size

    grey = as_grey(read())
    rows = find_info_bar(grey) if settings.crop_info_bar else (0, len(grey))
    return estimate_size(grey[slice(*rows)], SegmentationSettings(dark=settings.dark))


def segment_built_in(
    read: Read,
    settings: SegmentationSettings,
    micrometres: float | None,
    estimate: float | None,
) -> Generator[Progress, None, Segmented]:
    """Segment with the size that a preview used too; estimate it where none is given or known. A job.

    Parameters
    ----------
    read : callable
        See `estimate_crystal_size`.
    settings : SegmentationSettings
        See `iterate_segmentation`.
    micrometres : float or None
        Side of a pixel, None where it is not known.
    estimate : float or None
        A size that was estimated before.

    Yields
    ------
    Progress
        Of the estimate and of the search.

    Returns
    -------
    Segmented
        With the size, where it was estimated.
    """
    from napari_rocks2net.crystals.segmentation.segmenting import iterate_segmentation

    start = time.monotonic()
    if settings.size is None:
        yield Progress(activity=ESTIMATING)
        estimate = estimate or estimate_crystal_size(read, settings)
        settings = replace(settings, size=estimate, size_unit="pixel")
    yield Progress(activity=LOOKING)
    steps = iterate_segmentation(read(), settings, micrometres)
    labels = yield from report_progress(steps, LOOKING)
    return Segmented(labels, time.monotonic() - start, estimate)


class KeptSegmenter:
    """Keeps the Segment Anything Model that was loaded last, and what it made of the last image."""

    def __init__(self) -> None:
        self._segmenter: tuple[str, Any] | None = None
        self._embedding: tuple[tuple[Any, ...], Any] | None = None

    def segment(
        self, read: Read, checkpoint: str, download: bool, settings: SamSettings
    ) -> Generator[Progress, None, Segmented]:
        """Load, encode and segment, as far as that was not done before. A job.

        Parameters
        ----------
        read : callable
            Returns the picture, (Y, X) or (Y, X, channels).
        checkpoint : str
            Folder or name.
        download : bool
            Whether it may be fetched.
        settings : SamSettings
            See `SamSegmenter`.

        Yields
        ------
        Progress
        Of what was not done before.

        Returns
        -------
        Segmented
            Labels, and the time it took.
        """
        start = time.monotonic()
        yield Progress(activity=LOADING_MODEL)
        segmenter = self._loaded(checkpoint, download)
        picture = read()
        # By what it shows: a layer has many planes, and may be given another picture.
        key = (checkpoint, checksum([picture]), settings.crop_info_bar)
        # A job that was replaced may still be at its last step, and keep another image's.
        kept = self._embedding
        if kept is None or kept[0] != key:
            steps = segmenter.iterate_embedding(picture, settings)
            self._embedding = kept = (key, (yield from report_progress(steps, "Encoding the image")))
        steps = segmenter.iterate_segmentation(kept[1], settings)
        labels = yield from report_progress(steps, LOOKING)
        return Segmented(labels, time.monotonic() - start)

    def _loaded(self, checkpoint: str, download: bool) -> Any:
        if self._segmenter is None or self._segmenter[0] != checkpoint:
            prepare_torch_import()
            from napari_rocks2net.crystals.sam.segmenter import SamSegmenter

            segmenter = SamSegmenter.load(checkpoint, download=download)
            self._segmenter, self._embedding = (checkpoint, segmenter), None
        return self._segmenter[1]
