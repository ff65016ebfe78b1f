"""Label image from overlapping masks."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from napari_rocks2net.crystals.sam.proposals import Mask, MaskProposal
from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.crystals.segmentation.watershed import fill_small_holes, label_components, without_small

# A mask contains another of which it covers so much, and than which it is so many times larger.
CONTAINED_SHARE, CONTAINING_RATIO = 0.9, 1.2
# Share of a mask that better ones may have taken already.
LARGEST_LOSS = 0.5


def masks_to_labels(
    proposals: Sequence[MaskProposal], shape: tuple[int, int], settings: SamSettings
) -> npt.NDArray[np.int32]:
    """Write masks into a label image, the best first; each gets what better ones have left of it.

    Parameters
    ----------
    proposals : sequence of MaskProposal
        In any order.
    shape : tuple of int
        Height and width of the image.
    settings : SamSettings
        Minimum area, largest share, and whether masks at the border and around others are dropped.

    Returns
    -------
    numpy.ndarray
        (Y, X) int32, 0 background, crystals 1, 2, ...; each in one piece. Masks that lost more than half of
        their pixels to better ones are left out.
    """
    largest = settings.largest_share * shape[0] * shape[1]
    tidy = [_tidied(proposal, settings.minimum_area) for proposal in proposals]
    selected = [mask for mask in tidy if max(1, settings.minimum_area) <= mask.area <= largest]
    if settings.drop_border:
        border = (0, 0, shape[1], shape[0])
        selected = [mask for mask in selected if not any(map(operator.eq, mask.box, border))]
    if settings.drop_containing:
        selected = _without_containing(selected)
    return _painted(sorted(selected, key=lambda mask: -mask.score), shape, settings.minimum_area)


def _tidied(proposal: MaskProposal, smallest: int) -> MaskProposal:
    """Fill small holes and drop small islands."""
    if smallest < 1:
        return proposal
    # The mask touches its box, so it is padded: what is outside is no hole.
    whole = fill_small_holes(np.pad(proposal.mask, 1), smallest)[1:-1, 1:-1]
    return replace(proposal, mask=without_small(label_components(whole), smallest) > 0)


def _without_containing(masks: list[MaskProposal]) -> list[MaskProposal]:
    if not masks:
        return []
    left, top, right, bottom = np.array([mask.box for mask in masks]).T
    areas = np.array([mask.area for mask in masks])
    selected = []
    for index, mask in enumerate(masks):
        meet = (left < right[index]) & (right > left[index]) & (top < bottom[index]) & (bottom > top[index])
        smaller = np.flatnonzero(meet & (areas * CONTAINING_RATIO <= areas[index]))
        if not any(_shared(mask, masks[other]) >= CONTAINED_SHARE * areas[other] for other in smaller):
            selected.append(mask)
    return selected


def _shared(first: MaskProposal, second: MaskProposal) -> int:
    """Return how many pixels two masks have in common; their boxes overlap."""
    both = [
        slice(max(one.start, other.start), min(one.stop, other.stop))
        for one, other in zip(first.window, second.window, strict=True)
    ]

    def part(mask: MaskProposal) -> Mask:
        """Return the part of a mask that lies in both boxes."""
        rows, columns = (
            slice(side.start - of.start, side.stop - of.start)
            for side, of in zip(both, mask.window, strict=True)
        )
        return mask.mask[rows, columns]

    return int(np.count_nonzero(part(first) & part(second)))


def _painted(
    masks: Sequence[MaskProposal], shape: tuple[int, int], minimum_area: int
) -> npt.NDArray[np.int32]:
    labels = np.zeros(shape, np.int32)
    count = 0
    for mask in masks:
        window = labels[mask.window]
        free = _largest_piece(mask.mask & (window == 0))
        area = np.count_nonzero(free)
        if area >= max(1, minimum_area, (1 - LARGEST_LOSS) * mask.area):
            count += 1
            window[free] = count
    return labels


def _largest_piece(mask: Mask) -> Mask:
    pieces, count = ndimage.label(mask)
    if count < 2:
        return mask
    areas = np.bincount(pieces.ravel())
    areas[0] = 0
    return np.asarray(pieces == areas.argmax(), bool)
