"""Fit of the crystal scoring: weights of candidates, and how far they can be trusted.

    python benchmarks/fit_crystal_scoring.py FOLDER    # FOLDER holds list.csv: image, segmap

The figures are cross-validated by image: the weights that segment an image were fitted without it. They
come from candidates of the true median diameter of each image.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from crystals import read_pairs
from skimage.transform import resize
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from napari_rocks2net.crystals import InstanceScores, SegmentationSettings, find_info_bar, score_crystals
from napari_rocks2net.crystals.grey import as_grey
from napari_rocks2net.crystals.segmentation.candidates import Candidates, join_candidates, search
from napari_rocks2net.crystals.segmentation.selection import FEATURES, Scoring, candidate_features, select
from napari_rocks2net.crystals.segmentation.working_image import WorkingImage, working_image

SETTINGS = SegmentationSettings()
FOLDS = 4
# From this overlap on a candidate counts as a crystal.
GOOD_OVERLAP = 0.7


@dataclass(frozen=True)
class Example:
    """One image, its candidates, what they look like and how well they overlap a true crystal."""

    image: WorkingImage
    truth: npt.NDArray[np.int32]
    candidates: Candidates
    features: npt.NDArray[np.float64]
    overlap: npt.NDArray[np.float64]


def example(image: npt.NDArray[np.uint8], truth: npt.NDArray[np.int32]) -> Example:
    """Search an image with the median diameter of its true crystals."""
    grey = as_grey(image)
    rows = slice(*find_info_bar(grey))
    areas = np.bincount(truth.ravel())[1:]
    size = float(np.median(np.sqrt(4 / np.pi * areas[areas > 0])))
    small = working_image(grey[rows], size, SETTINGS.denoising)
    labels = resize(truth[rows], small.grey.shape, order=0, preserve_range=True, anti_aliasing=False)
    candidates = join_candidates(list(search(small, SETTINGS)))
    features = candidate_features(candidates, small.size, float(np.median(small.gradient)), SETTINGS)
    return Example(small, labels.astype(np.int32), candidates, features, overlaps(candidates, labels))


def overlaps(candidates: Candidates, truth: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """Return the intersection over union of each candidate with its best true crystal."""
    areas = np.bincount(truth.ravel().astype(np.int64))
    best = np.zeros(len(candidates))
    for index, (window, mask) in enumerate(zip(candidates.windows, candidates.masks, strict=True)):
        shared = np.bincount(truth[window][mask].astype(np.int64), minlength=2)
        shared[0] = 0
        label = int(shared.argmax())
        best[index] = shared[label] / (areas[label] + candidates.area[index] - shared[label])
    return best


def fitted(examples: list[Example]) -> Scoring:
    """Fit the weights; every image counts the same."""
    features = np.concatenate([each.features for each in examples])
    good = np.concatenate([each.overlap for each in examples]) >= GOOD_OVERLAP
    weight = np.concatenate([np.full(len(each.overlap), 1 / len(each.overlap)) for each in examples])
    scaler = StandardScaler().fit(features)
    model = LogisticRegression(max_iter=1000)
    model.fit(scaler.transform(features), good, sample_weight=weight / weight.mean())
    weights = model.coef_[0] / scaler.scale_
    return Scoring(
        float(model.intercept_[0] - weights @ scaler.mean_), dict(zip(FEATURES, weights, strict=True))
    )


def main() -> None:
    """Print the weights and the cross-validated scores."""
    examples = [example(image, truth) for _, image, truth in read_pairs(Path(sys.argv[1]))]
    scoring = fitted(examples)
    print(f"intercept {scoring.intercept:.2f}", {name: round(w, 2) for name, w in scoring.weights.items()})
    scores = []
    for index, each in enumerate(examples):
        others = [other for place, other in enumerate(examples) if place % FOLDS != index % FOLDS]
        labels = select(each.candidates, each.image, SETTINGS, fitted(others))
        scores.append(score_crystals(each.truth, labels))
    pooled = InstanceScores.pooled(scores)
    mean = np.mean([score.f1 for score in scores])
    precision = pooled.mean_average_precision
    print(f"cross-validated F1 {pooled.f1:.3f}, mean of the images {mean:.3f}, mAP {precision:.3f}")


if __name__ == "__main__":
    main()
