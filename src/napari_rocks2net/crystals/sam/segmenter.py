"""SAM segmenter: crystals by a Segment Anything Model."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.grey import as_grey
from napari_rocks2net.crystals.info_bar import find_info_bar
from napari_rocks2net.crystals.sam.checkpoint import load_network
from napari_rocks2net.crystals.sam.masks_to_labels import masks_to_labels
from napari_rocks2net.crystals.sam.proposals import (
    MaskNetwork,
    MaskProposal,
    count_batches,
    propose,
    without_duplicates,
)
from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.crystals.sam.tiles import Tile, tiles_of
from napari_rocks2net.imaging import as_rgb
from napari_rocks2net.iteration import OnProgress, iterate_to_end

Labels = npt.NDArray[np.int32]


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
        self._parts: dict[Tile, Any] = {}

    @property
    def size(self) -> tuple[int, int]:
        """Height and width without the bar."""
        return self.picture.shape[0], self.picture.shape[1]

    def encoded(self, tile: Tile, network: MaskNetwork) -> Any:
        """Return a tile encoded, by the network where it is not yet.

        Parameters
        ----------
        tile : Tile
            Part of the picture.
        network : MaskNetwork
            Always the same.
        """
        if tile not in self._parts:
            self._parts[tile] = network.embed(self.picture[tile.window].copy())
        return self._parts[tile]


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
        """Return a segmenter with a checkpoint from a folder or by its name on the hub.

        Parameters
        ----------
        checkpoint, device, download
            As for `load_network`, whose errors it raises too.
        """
        return cls(load_network(checkpoint, device, download))

    def embed(
        self, image: Any, on_progress: OnProgress | None = None, settings: SamSettings | None = None
    ) -> SamEmbedding:
        """Return an image encoded, the slow part, once for all settings.

        Parameters
        ----------
        image : array_like
            (Y, X) or (Y, X, channels) numbers.
        on_progress : callable, optional
            Takes parts encoded and parts in all; whatever it raises ends the work.
        settings : SamSettings, optional
            Tiles, crop layers and info bar. Other tiles or layers that are asked for later are encoded then.

        Raises
        ------
        CrystalError, ImageError
            When the image is none.
        """
        return iterate_to_end(self.iterate_embedding(image, settings), on_progress)

    def iterate_embedding(
        self, image: Any, settings: SamSettings | None = None
    ) -> Generator[tuple[int, int], None, SamEmbedding]:
        """See `embed`; yields steps done and steps in all."""
        settings = settings or SamSettings()
        embedding = SamEmbedding(image, settings.crop_info_bar)
        tiles = tiles_of(embedding.size, settings)
        for done, tile in enumerate(tiles, start=1):
            embedding.encoded(tile, self._network)
            yield done, len(tiles)
        return embedding

    def segment(
        self,
        embedding: SamEmbedding,
        settings: SamSettings | None = None,
        on_progress: OnProgress | None = None,
    ) -> Labels:
        """Find crystals in an encoded image.

        Parameters
        ----------
        embedding : SamEmbedding
            From `embed` of the same segmenter.
        settings : SamSettings, optional
            The defaults when left out. The info bar is cropped or not as the image was encoded.
        on_progress : callable, optional
            See `embed`.

        Returns
        -------
        numpy.ndarray
            (Y, X) int32 of the whole image: 0 where no crystal is, else 1, 2, ...
        """
        return iterate_to_end(self.iterate_segmentation(embedding, settings), on_progress)

    def iterate_segmentation(
        self, embedding: SamEmbedding, settings: SamSettings | None = None
    ) -> Generator[tuple[int, int], None, Labels]:
        """See `segment`; yields steps done and steps in all."""
        settings, shape = settings or SamSettings(), embedding.size
        tiles = tiles_of(shape, settings)
        total = sum(1 + count_batches(tile, settings) for tile in tiles)
        tiles_done = 0
        proposals: list[MaskProposal] = []
        for tile in tiles:
            encoded = embedding.encoded(tile, self._network)
            yield (tiles_done := tiles_done + 1), total
            part: list[MaskProposal] = []
            for masks in propose(self._network, encoded, tile, shape, settings):
                part.extend(masks)
                yield (tiles_done := tiles_done + 1), total
            proposals.extend(without_duplicates(part, settings.box_nms))
        labels = np.zeros(embedding.shape, np.int32)
        labels[embedding.rows] = masks_to_labels(
            without_duplicates(proposals, settings.crop_nms), shape, settings
        )
        return labels
