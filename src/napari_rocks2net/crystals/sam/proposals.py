"""Mask proposals of a Segment Anything Model, sieved as its automatic mask generator does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.crystals.sam.tiles import Tile, point_grid

if TYPE_CHECKING:
    from torch import Tensor

Mask = npt.NDArray[np.bool_]
Window = tuple[slice, slice]
# As in segment-anything: a mask that ends so near to the edge of a part of the image is cut off by it.
EDGE_TOLERANCE = 20
MASKS_ENLARGED_AT_ONCE = 16


@dataclass(frozen=True, eq=False)
class MaskProposal:
    """A mask within its bounding box in the image."""

    window: Window
    mask: Mask
    score: float  # The intersection over union with the truth that the model predicts, 0..1.
    layer: int = 0  # Of the tile that it is in.

    @property
    def area(self) -> int:
        """Pixels."""
        return int(np.count_nonzero(self.mask))

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom."""
        rows, columns = self.window
        return columns.start, rows.start, columns.stop, rows.stop


class MaskNetwork(Protocol):
    """Interface of a Segment Anything Model, whatever its family."""

    def embed(self, rgb: npt.NDArray[np.uint8]) -> Any:
        """Encode (Y, X, 3) uint8, once for all prompts."""

    def predict(self, embedding: Any, points: npt.NDArray[np.float32]) -> tuple[Tensor, Tensor]:
        """Return small mask logits (M, h, w) and predicted IoU (M,) for points.

        Parameters
        ----------
        embedding : object
            From `embed`.
        points : ndarray, shape (N, 2), float32
            x, y in pixels of the encoded image.
        """

    def enlarge(self, logits: Tensor, embedding: Any) -> Tensor:
        """Return small logits at the encoded image's size, (M, Y, X).

        Parameters
        ----------
        logits : Tensor, shape (M, h, w)
            From `predict`.
        embedding : object
            From `embed`.
        """


def count_batches(tile: Tile, settings: SamSettings) -> int:
    """Return how many batches of points `propose` runs in a tile.

    Parameters
    ----------
    tile, settings
        See `propose`.
    """
    return -(-(settings.points_in_layer(tile.layer) ** 2) // settings.points_per_batch)


def propose(
    network: MaskNetwork, embedding: Any, tile: Tile, shape: tuple[int, int], settings: SamSettings
) -> Iterator[list[MaskProposal]]:
    """Prompt a network with a grid of points in a tile.

    Parameters
    ----------
    network : MaskNetwork
        The model.
    embedding : object
        The tile as `MaskNetwork.embed` encoded it.
    tile : Tile
        Where.
    shape : tuple of int
        Height and width of the whole image.
    settings : SamSettings
        Points, and how sure and stable a mask has to be.

    Yields
    ------
    list of MaskProposal
        For each batch of points the sure and stable masks that the tile does not cut off; several points
        in one crystal give it several times.
    """
    points = point_grid(tile, settings)
    for start in range(0, len(points), settings.points_per_batch):
        batch = points[start : start + settings.points_per_batch]
        masks = _sure_masks(network, embedding, batch, tile, settings)
        yield [mask for mask in masks if not _cut_off(mask, tile, shape)]


def without_duplicates(proposals: Sequence[MaskProposal], largest_iou: float) -> list[MaskProposal]:
    """Keep the best of masks whose boxes overlap: of the deepest layer first, then by score.

    Parameters
    ----------
    proposals : sequence of MaskProposal
        In any order.
    largest_iou : float
        Intersection over union of two boxes, 0..1, up to which both masks are kept.

    Returns
    -------
    list of MaskProposal
        The best first.
    """
    import torch
    from torchvision.ops import nms

    if not proposals:
        return []
    boxes = torch.tensor([proposal.box for proposal in proposals], dtype=torch.float32)
    # A score is at most about 1, so that a layer always counts more.
    rank = torch.tensor([proposal.score + 10 * proposal.layer for proposal in proposals])
    return [proposals[index] for index in nms(boxes, rank, largest_iou).tolist()]


def _sure_masks(
    network: MaskNetwork, embedding: Any, points: npt.NDArray[np.float32], tile: Tile, settings: SamSettings
) -> Iterator[MaskProposal]:
    logits, scores = network.predict(embedding, points)
    sure = scores >= settings.predicted_iou
    logits, scores = logits[sure], scores[sure]
    # Enlarged logits take 4 bytes a pixel each, so a few at a time.
    for small, score in zip(
        logits.split(MASKS_ENLARGED_AT_ONCE), scores.split(MASKS_ENLARGED_AT_ONCE), strict=True
    ):
        large = network.enlarge(small, embedding)
        # The IoU of each mask at a higher and at a lower threshold; the one lies within the other.
        inner, outer = ((large > sign * settings.stability_offset).sum(dim=(1, 2)) for sign in (1, -1))
        stable = inner / outer.clamp(min=1) >= settings.stability
        masks = (large[stable] > 0).cpu().numpy()
        for mask, value in zip(masks, score[stable].tolist(), strict=True):
            if mask.any():
                yield _cropped(mask, value, tile)


def _cropped(mask: Mask, score: float, tile: Tile) -> MaskProposal:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    window = (
        slice(tile.top + int(top), tile.top + int(bottom)),
        slice(tile.left + int(left), tile.left + int(right)),
    )
    return MaskProposal(window, mask[top:bottom, left:right].copy(), score, tile.layer)


def _cut_off(proposal: MaskProposal, tile: Tile, shape: tuple[int, int]) -> bool:
    """Tell whether a mask ends at an edge of the tile that is no edge of the image."""
    left, top, right, bottom = proposal.box
    ends = (
        (top, tile.top, 0),
        (left, tile.left, 0),
        (bottom, tile.bottom, shape[0]),
        (right, tile.right, shape[1]),
    )
    return any(
        abs(end - edge) <= EDGE_TOLERANCE and abs(end - limit) > EDGE_TOLERANCE for end, edge, limit in ends
    )
