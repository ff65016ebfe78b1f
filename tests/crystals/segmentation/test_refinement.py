"""Outlines lie on the edges of the image at full resolution, however large the crystals are."""

from __future__ import annotations

import numpy as np
import pytest
from tests.crystals.segmentation.test_size import true_size

from napari_rocks2net.crystals import (
    SegmentationSettings,
    measure_crystals,
    outline_distances,
    segment_crystals,
)
from napari_rocks2net.crystals.segmentation.watershed import refine_outlines
from napari_rocks2net.crystals.synthetic import draw_sem_image

FACTOR = 8


def discs(*centres: tuple[int, int], radius: float = 90, side: int = 480) -> np.ndarray:
    y, x = np.mgrid[:side, :side]
    labels = np.zeros((side, side), np.int32)
    for number, (down, right) in enumerate(centres, 1):
        labels[(y - down) ** 2 + (x - right) ** 2 < radius**2] = number
    return labels


@pytest.mark.parametrize("diameter", [20, 90, 400])
def test_outlines_of_synthetic_crystals_are_right_to_a_pixel_and_a_half(diameter: int) -> None:
    side = max(200, round(2.2 * diameter))
    sem_image = draw_sem_image((side, side), diameter, 0.4, seed=2)
    labels = segment_crystals(sem_image.image, SegmentationSettings(size=true_size(sem_image), levels=6))
    distances = outline_distances(sem_image.labels, labels)
    assert len(distances)
    assert distances.mean() < 1
    assert distances.max() < 2.5


def test_the_staircase_of_a_coarse_label_becomes_the_disc(rng: np.random.Generator) -> None:
    truth = discs((150, 150), (330, 330))
    grey = np.where(truth > 0, 0.7, 0.2) + rng.normal(scale=0.05, size=truth.shape)
    coarse = truth[FACTOR // 2 :: FACTOR, FACTOR // 2 :: FACTOR]
    refined = refine_outlines(coarse, grey.astype(np.float32), 1.0)
    assert refined.dtype == np.int32
    assert outline_distances(truth, refined).max() < 0.7
    assert outline_distances(truth, coarse.repeat(FACTOR, 0).repeat(FACTOR, 1)).min() > 1.5
    circularity = measure_crystals(refined)["circularity"]
    assert (circularity > 0.97).all(), "shape figures are those of a disc"


def test_touching_crystals_keep_the_seam_between_them() -> None:
    truth = discs((240, 150), (240, 320))
    grey = np.where(truth == 1, 0.8, np.where(truth == 2, 0.55, 0.1)).astype(np.float32)
    refined = refine_outlines(truth[4::FACTOR, 4::FACTOR], grey, 1.0)
    assert outline_distances(truth, refined).max() < 0.7


def test_a_label_without_an_inside_stays_and_an_even_image_moves_none_far() -> None:
    labels = np.zeros((40, 40), np.int32)
    labels[20, 5:30], labels[3:12, 3:12] = 4, 9
    refined = refine_outlines(labels, np.full(labels.shape, 0.5, np.float32), 1.0)
    assert np.array_equal(refined == 4, labels == 4)
    assert outline_distances((labels == 9).astype(int), (refined == 9).astype(int)) < 2.5


def test_without_crystals_nothing_is_refined() -> None:
    assert not refine_outlines(np.zeros((10, 10), np.int32), np.ones((80, 85), np.float32), 1.0).any()
