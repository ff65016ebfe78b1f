"""The typical size is that of the bodies, not of their clumps nor of their texture."""

from __future__ import annotations

import numpy as np
import pytest
from agglomerates import draw_agglomerates

from napari_rocks2net.crystals import InstanceScores, SegmentationSettings, score_crystals, segment_crystals
from napari_rocks2net.crystals.grey import as_grey
from napari_rocks2net.crystals.segmentation.size import estimate_size
from napari_rocks2net.crystals.synthetic import SemImage, draw_sem_image

DEFAULTS = SegmentationSettings()


def true_size(sem_image: SemImage) -> float:
    areas = np.bincount(sem_image.labels.ravel())[1:]
    return float(np.median(np.sqrt(4 / np.pi * areas)))


@pytest.mark.parametrize(
    ("diameter", "count", "noise"), [(16, 140, 0.04), (24, 90, 0.08), (45, 40, 0.04), (70, 12, 0.06)]
)
def test_the_size_is_that_of_bodies_in_chains_and_clumps(diameter: float, count: int, noise: float) -> None:
    sem_image = draw_agglomerates((240, 320), diameter, count, noise=noise, seed=count)
    size = estimate_size(as_grey(sem_image.image), DEFAULTS)
    assert 0.8 < size / true_size(sem_image) < 1.2


def test_noisy_ground_is_not_taken_for_one_crystal_of_the_size_of_the_image() -> None:
    """Eight small bodies on much ground, which is a little brighter than the specks in it."""
    sem_image = draw_agglomerates((300, 400), 19.4, 8, 0.2, 0.04, 0.073, seed=9305)
    size = estimate_size(as_grey(sem_image.image), DEFAULTS)
    assert 0.75 < size / true_size(sem_image) < 1.4


def test_large_crystals_are_not_taken_for_their_facets() -> None:
    sem_image = draw_sem_image((400, 400), 110, 0.5, ["polyhedral", "rhombic"], seed=2)
    assert 0.75 < estimate_size(as_grey(sem_image.image), DEFAULTS) / true_size(sem_image) < 1.4


def test_dark_crystals_have_the_same_size() -> None:
    sem_image = draw_agglomerates((200, 240), 24, 40, seed=8)
    grey = as_grey(sem_image.image)
    dark = estimate_size(1 - grey, SegmentationSettings(dark=True))
    assert dark == pytest.approx(estimate_size(grey, DEFAULTS), rel=0.1)


def test_agglomerates_are_segmented_as_well_as_with_the_size_given() -> None:
    automatic, given = [], []
    for seed, (diameter, count) in enumerate([(30, 50), (44, 30), (60, 16)]):
        sem_image = draw_agglomerates((240, 320), diameter, count, seed=seed)
        automatic.append(score_crystals(sem_image.labels, segment_crystals(sem_image.image)))
        sized = SegmentationSettings(size=true_size(sem_image))
        given.append(score_crystals(sem_image.labels, segment_crystals(sem_image.image, sized)))
    assert InstanceScores.pooled(automatic).f1 > InstanceScores.pooled(given).f1 - 0.05


@pytest.mark.parametrize("grey", [np.zeros((8, 8)), np.zeros((64, 300)), np.full((8, 200), 0.5), np.eye(40)])
def test_where_no_crystal_is_the_size_is_some_number_in_the_image(grey: np.ndarray) -> None:
    assert 0 < estimate_size(grey.astype(np.float32), DEFAULTS) < max(grey.shape)
