"""Planted masks become labels without overlaps."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from napari_rocks2net.crystals import SamSettings
from napari_rocks2net.crystals.sam.masks_to_labels import masks_to_labels
from napari_rocks2net.crystals.sam.proposals import MaskProposal, without_duplicates

SHAPE = (80, 100)
ALL = SamSettings(largest_share=1)


def disc(y: int, x: int, radius: float, score: float = 0.9, layer: int = 0) -> MaskProposal:
    down, right = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return proposal((down - y) ** 2 + (right - x) ** 2 <= radius**2, score, layer)


def proposal(mask: np.ndarray, score: float = 0.9, layer: int = 0) -> MaskProposal:
    window = ndimage.find_objects(mask.astype(int))[0]
    return MaskProposal(window, mask[window], score, layer)


def full(mask: MaskProposal) -> np.ndarray:
    whole = np.zeros(SHAPE, bool)
    whole[mask.window] = mask.mask
    return whole


def test_separate_masks_are_labels_as_they_are() -> None:
    masks = [disc(20, 20, 10, 0.8), disc(50, 70, 15, 0.95)]
    labels = masks_to_labels(masks, SHAPE, ALL)
    assert labels.dtype == np.int32
    # The best is the first.
    np.testing.assert_array_equal(labels == 1, full(masks[1]))
    np.testing.assert_array_equal(labels == 2, full(masks[0]))


def test_an_overlap_goes_to_the_better_mask() -> None:
    better, worse = disc(40, 40, 15, 0.95), disc(40, 62, 15, 0.9)
    labels = masks_to_labels([worse, better], SHAPE, ALL)
    np.testing.assert_array_equal(labels == 1, full(better))
    np.testing.assert_array_equal(labels == 2, full(worse) & ~full(better))


def test_a_mask_that_better_ones_have_mostly_taken_is_left_out() -> None:
    labels = masks_to_labels([disc(40, 40, 15, 0.95), disc(40, 44, 14, 0.9)], SHAPE, ALL)
    assert labels.max() == 1


def test_every_label_is_in_one_piece() -> None:
    bar = np.zeros(SHAPE, bool)
    bar[35:45, 5:95] = True
    labels = masks_to_labels([proposal(bar, 0.8), disc(40, 30, 12, 0.99)], SHAPE, ALL)
    assert labels.max() == 2
    assert ndimage.label(labels == 2)[1] == 1
    assert not labels[40, 10]


def test_containing_masks_are_dropped_on_request() -> None:
    clump, inside = disc(40, 50, 30, 0.99), [disc(40, 35, 10), disc(40, 62, 12)]
    labels = masks_to_labels([clump, *inside], SHAPE, SamSettings(largest_share=1, drop_containing=True))
    assert labels.max() == 2
    for mask in inside:
        assert labels[full(mask)].min() == labels[full(mask)].max() > 0
    assert masks_to_labels([clump, *inside], SHAPE, ALL).max() == 1


def test_masks_at_the_border_are_dropped_on_request() -> None:
    masks = [disc(40, 2, 10), disc(40, 50, 10), disc(79, 50, 8)]
    assert masks_to_labels(masks, SHAPE, ALL).max() == 3
    labels = masks_to_labels(masks, SHAPE, SamSettings(largest_share=1, drop_border=True))
    np.testing.assert_array_equal(labels > 0, full(masks[1]))


def test_small_masks_islands_and_holes_go() -> None:
    mask = full(disc(40, 40, 20))
    mask[40:42, 40:42] = False
    mask[5:7, 5:7] = True
    masks = [proposal(mask), disc(70, 90, 3)]
    labels = masks_to_labels(masks, SHAPE, SamSettings(largest_share=1, minimum_area=50))
    np.testing.assert_array_equal(labels == 1, full(disc(40, 40, 20)))
    assert labels.max() == 1


def test_the_background_is_too_large() -> None:
    ground = proposal(np.ones(SHAPE, bool), 0.999)
    labels = masks_to_labels([ground, disc(40, 40, 20)], SHAPE, SamSettings())
    np.testing.assert_array_equal(labels > 0, full(disc(40, 40, 20)))


def test_nothing_detected_is_an_empty_label_image() -> None:
    assert not masks_to_labels([], SHAPE, SamSettings(drop_containing=True)).any()


def test_of_duplicates_the_deepest_layer_and_then_the_best_is_kept() -> None:
    worse, better, deeper = disc(40, 40, 15, 0.9), disc(40, 41, 15, 0.95), disc(41, 40, 15, 0.89, layer=1)
    other = disc(40, 75, 15, 0.5)
    assert without_duplicates([worse, better, other], 0.7) == [better, other]
    assert without_duplicates([worse, better, deeper], 0.7) == [deeper]
    assert without_duplicates([], 0.7) == []
