"""Convex hulls of labels."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.crystals.measuring.hulls import hull_areas, hulls
from napari_rocks2net.crystals.synthetic import SemImage


def areas_one_by_one(labels: np.ndarray) -> np.ndarray:
    areas = np.zeros(int(labels.max()) + 1)
    for hull in hulls(labels):
        areas[hull.label] = hull.area
    return areas


def test_all_areas_at_once_are_those_of_the_single_hulls(sem: SemImage) -> None:
    np.testing.assert_allclose(hull_areas(sem.labels), areas_one_by_one(sem.labels), rtol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_labels_in_scattered_pieces_have_one_hull(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = np.where(rng.random((30, 40)) < 0.03, rng.integers(1, 7, (30, 40)), 0)
    np.testing.assert_allclose(hull_areas(labels), areas_one_by_one(labels), rtol=1e-12)


def test_numbers_that_do_not_occur_have_no_area() -> None:
    labels = np.zeros((5, 5), int)
    labels[2, 2] = 3
    # The middles of the four sides of a pixel are half a pixel apart: a square of half its area.
    np.testing.assert_array_equal(hull_areas(labels), [0, 0, 0, 0.5])


def test_an_image_without_labels_has_no_hull() -> None:
    assert hull_areas(np.zeros((4, 4), int)).tolist() == [0]
    assert not list(hulls(np.zeros((4, 4), int)))
