"""Crystals found by a Segment Anything Model."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.grey import as_grey
from napari_rocks2net.crystals.sam.checkpoint import load_network
from napari_rocks2net.crystals.sam.masks_to_labels import masks_to_labels
from napari_rocks2net.crystals.sam.proposals import (
    MaskNetwork,
    MaskProposal,
    count_batches,
    propose,
    without_duplicates,
)
from napari_rocks2net.crystals.sam.regions import Region, regions_of
from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.crystals.scale.info_bar import find_info_bar
from napari_rocks2net.crystals.segmentation.segmenting import SegmentationStopped
from napari_rocks2net.crystals.steps import run_steps
from napari_rocks2net.imaging import as_rgb

Labels = npt.NDArray[np.int32]
Progress = Callable[[int, int], None]
StopAsked = Callable[[], bool]


class SamEmbedding:
    """An image and what a network has made of its parts, kept while settings are tuned.

    Parameters
    ----------
    image : array_like
        (Y, X) or (Y, X, channels).
    crop_info_bar : bool
        Whether the instrument's bar is left out.

    Raises
    ------
    CrystalError, ImageError
        When the image is none.
    """

    def __init__(self, image: Any, crop_info_bar: bool = True) -> None:
        grey = as_grey(image)
        self.shape = grey.shape
        self.rows = slice(*(find_info_bar(grey) if crop_info_bar else (0, len(grey))))
        self.crop_info_bar = crop_info_bar
        self.picture = as_rgb(image)[self.rows]
        self._parts: dict[Region, Any] = {}

    def __contains__(self, region: Region) -> bool:
        """Tell whether a region is encoded already."""
        return region in self._parts

    def encoded(self, region: Region, network: MaskNetwork) -> Any:
        """Return a region encoded, by the network where it is not yet."""
        if region not in self:
            self._parts[region] = network.embed(self.picture[region.window].copy())
        return self._parts[region]


class SamSegmenter:
    """A loaded Segment Anything Model.

    Parameters
    ----------
    network : MaskNetwork
        What encodes images and answers to points.
    """

    def __init__(self, network: MaskNetwork) -> None:
        self._network = network

    @classmethod
    def load(cls, checkpoint: str | Path, device: str = "auto", *, download: bool = False) -> SamSegmenter:
        """Load a checkpoint from a folder or by its name on the hub; see `load_network`.

        Raises
        ------
        MissingExtraError
            When transformers is not installed.
        CrystalError
            When the checkpoint is not there or cannot be used; the sentence says how to get one.
        DeviceError
            When the device is not there.
        """
        return cls(load_network(checkpoint, device, download))

    def embed(
        self,
        image: Any,
        on_progress: Progress | None = None,
        should_stop: StopAsked | None = None,
        settings: SamSettings | None = None,
    ) -> SamEmbedding:
        """Encode an image, the slow part, once for all settings.

        Parameters
        ----------
        image : array_like
            (Y, X) or (Y, X, channels) numbers.
        on_progress : callable, optional
            Takes parts encoded and parts in all.
        should_stop : callable, optional
            Asked after each part; True ends the work.
        settings : SamSettings, optional
            Tiles, crop layers and info bar. Other tiles or layers that are asked for later are encoded then.

        Raises
        ------
        CrystalError, ImageError
            When the image is none.
        SegmentationStopped
            When `should_stop` said so.
        """
        return run_steps(self.embed_steps(image, settings), on_progress, should_stop, _stopped())

    def embed_steps(
        self, image: Any, settings: SamSettings | None = None
    ) -> Generator[tuple[int, int], None, SamEmbedding]:
        """Do what `embed` does as a generator of steps done and steps in all."""
        settings = settings or SamSettings()
        embedding = SamEmbedding(image, settings.crop_info_bar)
        regions = regions_of(_size(embedding), settings)
        for done, region in enumerate(regions, start=1):
            embedding.encoded(region, self._network)
            yield done, len(regions)
        return embedding

    def segment(
        self,
        embedding: SamEmbedding,
        settings: SamSettings | None = None,
        on_progress: Progress | None = None,
        should_stop: StopAsked | None = None,
    ) -> Labels:
        """Find crystals in an encoded image.

        Parameters
        ----------
        embedding : SamEmbedding
            From `embed` of the same segmenter.
        settings : SamSettings, optional
            The defaults when left out. The info bar is cropped or not as the image was encoded.
        on_progress, should_stop : callable, optional
            See `embed`.

        Returns
        -------
        numpy.ndarray
            (Y, X) int32 of the whole image: 0 where no crystal is, else 1, 2, ...

        Raises
        ------
        SegmentationStopped
            When `should_stop` said so.
        """
        return run_steps(self.segment_steps(embedding, settings), on_progress, should_stop, _stopped())

    def segment_steps(
        self, embedding: SamEmbedding, settings: SamSettings | None = None
    ) -> Generator[tuple[int, int], None, Labels]:
        """Do what `segment` does as a generator of steps done and steps in all."""
        settings = settings or SamSettings()
        shape = _size(embedding)
        regions = regions_of(shape, settings)
        total = sum(1 + count_batches(region, settings) for region in regions)
        done = 0
        found: list[MaskProposal] = []
        for region in regions:
            encoded = embedding.encoded(region, self._network)
            yield (done := done + 1), total
            part: list[MaskProposal] = []
            for masks in propose(self._network, encoded, region, shape, settings):
                part.extend(masks)
                yield (done := done + 1), total
            found.extend(without_duplicates(part, settings.box_nms))
        labels = np.zeros(embedding.shape, np.int32)
        labels[embedding.rows] = masks_to_labels(
            without_duplicates(found, settings.crop_nms), shape, settings
        )
        return labels


def _size(embedding: SamEmbedding) -> tuple[int, int]:
    return embedding.picture.shape[0], embedding.picture.shape[1]


def _stopped() -> SegmentationStopped:
    return SegmentationStopped("The segmentation was stopped.")
