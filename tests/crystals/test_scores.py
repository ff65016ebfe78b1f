"""Instance scores against counts done by hand and a brute-force matching."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_rocks2net.crystals import CrystalError, InstanceScores, outline_distances, score_crystals
from napari_rocks2net.crystals.scores import IOU_THRESHOLDS

LABELS = hnp.arrays(np.int32, (5, 6), elements=st.integers(0, 3))


def test_an_image_agrees_perfectly_with_itself_whatever_its_numbers(rng):
    labels = np.kron(np.arange(12).reshape(3, 4), np.ones((5, 5), int))
    scores = score_crystals(labels, np.where(labels > 0, 1000 - labels, 0))
    assert (scores.precision, scores.recall, scores.f1, scores.mean_average_precision) == (1, 1, 1, 1)
    assert scores.mean_matched_iou == 1
    assert (scores.truth, scores.predicted) == (11, 11)


def test_counts_by_hand():
    truth, predicted = np.zeros((10, 30), int), np.zeros((10, 30), int)
    truth[:, :10] = 1
    truth[:, 10:20] = 2
    predicted[:, :8] = 5  # overlaps the first by 80 of 100
    predicted[:, 14:26] = 6  # overlaps the second by 60 of 160
    scores = score_crystals(truth, predicted)
    assert (scores.truth, scores.predicted, scores.matched[0]) == (2, 2, 1)
    assert scores.mean_matched_iou == pytest.approx(0.8)
    assert scores.f1 == 0.5
    # At 0.50 to 0.80 one pair of three crystals in all, above none.
    assert scores.mean_average_precision == pytest.approx(7 / 10 / 3)


def test_ties_at_one_half_are_matched_as_often_as_possible():
    truth, predicted = np.zeros((1, 8), int), np.zeros((1, 8), int)
    truth[0, 0:2], truth[0, 2:4] = 1, 2
    predicted[0, 1:3] = 1  # a third of each: no match
    assert score_crystals(truth, predicted).matched[0] == 0
    truth = np.array([[1, 1, 0, 0]])
    assert score_crystals(truth, np.array([[7, 8, 0, 0]])).matched[0] == 1


@given(LABELS, LABELS)
def test_matching_is_the_largest_that_exists(truth, predicted):
    names, others = np.unique(truth[truth > 0]), np.unique(predicted[predicted > 0])
    iou = {
        (a, b): np.sum((truth == a) & (predicted == b)) / np.sum((truth == a) | (predicted == b))
        for a in names
        for b in others
    }
    scores = score_crystals(truth, predicted)
    for threshold, matched in zip(IOU_THRESHOLDS, scores.matched, strict=True):
        assert matched == _most_pairs(names, others, iou, threshold)


def _most_pairs(names, others, iou, threshold):
    padded = [*others, *[None] * len(names)]
    return max(
        sum(b is not None and iou[a, b] >= threshold for a, b in zip(names, order, strict=False))
        for order in itertools.permutations(padded, len(names))
    )


@given(LABELS, LABELS)
def test_swapping_truth_and_prediction_swaps_precision_and_recall(truth, predicted):
    one, other = score_crystals(truth, predicted), score_crystals(predicted, truth)
    assert one.f1 == other.f1
    if one.truth and one.predicted:
        assert one.precision == other.recall
    assert one.mean_average_precision <= one.f1 + 1e-12


def test_empty_images():
    empty, full = np.zeros((4, 4), int), np.ones((4, 4), int)
    assert score_crystals(empty, empty).f1 == 1
    assert score_crystals(full, empty).recall == 0
    assert score_crystals(full, empty).precision == 1
    assert score_crystals(empty, full).precision == 0
    assert score_crystals(empty, full).mean_matched_iou == 0


def test_pooling_counts_every_crystal_the_same():
    one = InstanceScores(10, 10, (10,) * 10, 9.0)
    other = InstanceScores(30, 20, (5,) * 10, 4.0)
    pooled = InstanceScores.pooled([one, other])
    assert pooled.f1 == pytest.approx(2 * 15 / 70)
    assert pooled.mean_matched_iou == pytest.approx(13 / 15)
    with pytest.raises(CrystalError, match="no scores"):
        InstanceScores.pooled([])


@pytest.mark.parametrize(
    ("truth", "predicted", "words"),
    [
        (np.zeros((3, 3), int), np.zeros((3, 4), int), "must agree"),
        (np.zeros((3, 3)), np.zeros((3, 3), int), "true crystals are float64"),
        (np.zeros((3, 3), int), np.zeros((2, 3, 3), int), "predicted crystals"),
    ],
)
def test_what_is_no_label_image_is_refused(truth, predicted, words):
    with pytest.raises(CrystalError, match=words):
        score_crystals(truth, predicted)


def disc(radius: float, right: int = 0) -> np.ndarray:
    y, x = np.mgrid[:80, :80] - 40
    return (y**2 + (x - right) ** 2 < radius**2).astype(int)


@pytest.mark.parametrize(("radius", "right", "distance"), [(20, 0, 0), (22, 0, 2), (20, 2, 4 / np.pi)])
def test_outlines_are_as_far_apart_as_circles(radius, right, distance):
    assert outline_distances(disc(20), 7 * disc(radius, right)) == pytest.approx([distance], abs=0.1)


@pytest.mark.parametrize(("truth", "predicted"), [((20, 0), (5, 0)), ((20, 25), (20, 25)), ((20, 0), (0, 0))])
def test_outlines_of_what_was_missed_or_is_cut_by_the_border_do_not_count(truth, predicted):
    assert len(outline_distances(disc(*truth), disc(*predicted))) == 0
