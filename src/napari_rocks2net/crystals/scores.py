"""Instance scores: intersection over union, F1 and average precision of a label image."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from napari_rocks2net.crystals.errors import CrystalError

IOU_THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))


@dataclass(frozen=True)
class InstanceScores:
    """Agreement of predicted and true crystals, of one image or pooled over several."""

    truth: int
    predicted: int
    """Crystals in the true and in the predicted label image."""
    matched: tuple[int, ...]
    """Pairs that overlap by at least each of `IOU_THRESHOLDS` (0.50, 0.55, ... 0.95)."""
    iou_sum: float
    """Sum of the intersections over union of the pairs matched at 0.5."""

    @classmethod
    def pooled(cls, scores: Iterable[InstanceScores]) -> InstanceScores:
        """Add up several images, so that every crystal counts the same."""
        scores = list(scores)
        if not scores:
            raise CrystalError("There are no scores to pool: pass those of at least one image.")
        matched = np.sum([score.matched for score in scores], axis=0)
        return cls(
            sum(score.truth for score in scores),
            sum(score.predicted for score in scores),
            tuple(int(count) for count in matched),
            sum(score.iou_sum for score in scores),
        )

    @property
    def mean_matched_iou(self) -> float:
        """Mean intersection over union of the pairs matched at 0.5, in 0..1; 0 without pairs."""
        return self.iou_sum / self.matched[0] if self.matched[0] else 0.0

    @property
    def precision(self) -> float:
        """Share of the predicted crystals that are matched at 0.5; 1 where there are none."""
        return self.matched[0] / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of the true crystals that are matched at 0.5; 1 where there are none."""
        return self.matched[0] / self.truth if self.truth else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall at 0.5; 1 where both images are empty."""
        total = self.truth + self.predicted
        return 2 * self.matched[0] / total if total else 1.0

    @property
    def mean_average_precision(self) -> float:
        """Mean over the thresholds of matched / (true + predicted - matched).

        Label images carry no confidence to rank by, so the average precision of one threshold is that of
        the 2018 Data Science Bowl and of StarDist: TP / (TP + FP + FN).
        """
        both = self.truth + self.predicted
        return float(np.mean([pairs / (both - pairs) if both else 1.0 for pairs in self.matched]))


def score_crystals(truth: Any, predicted: Any) -> InstanceScores:
    """Compare a predicted label image with the true one.

    Parameters
    ----------
    truth, predicted : array_like
        (Y, X) integers of the same shape; 0 is background. Label numbers need not agree.

    Returns
    -------
    InstanceScores
        Pairs are one to one, at each threshold as many as possible.

    Raises
    ------
    CrystalError
        When the shapes differ or the arrays hold no labels.
    """
    overlaps, truth_areas, predicted_areas = _overlaps(
        _labels(truth, "true"), _labels(predicted, "predicted")
    )
    pairs = overlaps.tocoo()
    rows, columns = pairs.coords
    iou = pairs.data / (truth_areas[rows] + predicted_areas[columns] - pairs.data)
    matches = [_matched(rows, columns, iou, threshold) for threshold in IOU_THRESHOLDS]
    counts = tuple(len(match) for match in matches)
    return InstanceScores(len(truth_areas), len(predicted_areas), counts, float(matches[0].sum()))


def outline_distances(truth: Any, predicted: Any) -> npt.NDArray[np.float64]:
    """Return how far the outlines of predicted crystals are from the true ones.

    Parameters
    ----------
    truth, predicted : array_like
        (Y, X) integers of the same shape; 0 is background.

    Returns
    -------
    numpy.ndarray
        (N,) float64, pixels: for each true crystal that the border does not touch and that a predicted one
        covers by an intersection over union of more than 0.5, the mean over both outlines of the distance to
        the other.

    Raises
    ------
    CrystalError
        When the shapes differ or the arrays hold no labels.
    """
    values = _labels(truth, "true"), _labels(predicted, "predicted")
    overlaps, truth_areas, predicted_areas = _overlaps(*values)
    pairs = overlaps.tocoo()
    rows, columns = pairs.coords
    good = 2 * pairs.data > truth_areas[rows] + predicted_areas[columns] - pairs.data
    names = [np.unique(labels[labels != 0]) for labels in values]
    masks = (
        (values[0] == names[0][row], values[1] == names[1][column])
        for row, column in zip(rows[good], columns[good], strict=True)
    )
    inside = (pair for pair in masks if not (pair[0][[0, -1]].any() or pair[0][:, [0, -1]].any()))
    return np.array([_distance(*pair) for pair in inside])


def _distance(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    rows, columns = np.nonzero(one | other)
    window = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    edges = [mask & ~ndimage.binary_erosion(mask) for mask in (one[window], other[window])]
    away = [ndimage.distance_transform_edt(~edge) for edge in edges]
    return float(away[0][edges[1]].mean() + away[1][edges[0]].mean()) / 2


def _labels(array: Any, which: str) -> npt.NDArray[np.integer[Any]]:
    labels = np.asarray(array)
    if labels.ndim != 2 or labels.dtype.kind not in "ui":
        raise CrystalError(
            f"The {which} crystals are {labels.dtype} of shape {labels.shape}: pass (Y, X) integers."
        )
    return labels


def _overlaps(
    truth: npt.NDArray[np.integer[Any]], predicted: npt.NDArray[np.integer[Any]]
) -> tuple[csr_array, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Count the shared pixels of each true and each predicted crystal, and the pixels of each."""
    if truth.shape != predicted.shape:
        raise CrystalError(
            f"The true image is {truth.shape}, the predicted one {predicted.shape}: they must agree."
        )
    truth_names, rows = np.unique(truth, return_inverse=True)
    predicted_names, columns = np.unique(predicted, return_inverse=True)
    ones = np.ones(truth.size, np.int64)
    shape = (len(truth_names), len(predicted_names))
    counts = coo_array((ones, (rows.ravel(), columns.ravel())), shape=shape).tocsr()
    truth_areas, predicted_areas = counts.sum(axis=1), counts.sum(axis=0)
    real_rows, real_columns = np.flatnonzero(truth_names), np.flatnonzero(predicted_names)
    return counts[real_rows][:, real_columns], truth_areas[real_rows], predicted_areas[real_columns]


def _matched(
    rows: npt.NDArray[Any], columns: npt.NDArray[Any], iou: npt.NDArray[np.float64], threshold: float
) -> npt.NDArray[np.float64]:
    """Return the IoU of each pair of a largest one-to-one matching at or above a threshold.

    From 0.5 on, a crystal with two partners is halved by them exactly, so that all its pairs count the same.
    """
    enough = iou >= threshold
    rows, columns, iou = rows[enough], columns[enough], iou[enough]
    if not len(iou):
        return iou
    graph = csr_array((np.ones(len(iou)), (rows, columns)))
    partner = maximum_bipartite_matching(graph, perm_type="column")
    return iou[partner[rows] == columns]
