"""Synthetic SEM images: repeatable, and true to their labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from napari_rocks2net.crystals import CrystalError, measure_crystals
from napari_rocks2net.crystals.synthetic import CRYSTAL_CLASSES, draw_sem_image


def whole(labels: np.ndarray) -> pd.DataFrame:
    """Measures of the crystals that the border does not cut."""
    table = measure_crystals(labels)
    return table[~table.touches_border]


def test_the_same_seed_draws_the_same_image():
    one, same, other = (draw_sem_image((80, 90), 20, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.image, same.image)
    assert one.classes == same.classes
    assert not np.array_equal(one.image, other.image)


def test_every_label_is_one_piece_with_a_class(sem):
    assert sem.image.dtype == np.uint8
    assert len(sem.classes) == sem.labels.max()
    assert set(sem.classes) == set(CRYSTAL_CLASSES)
    assert np.array_equal(np.unique(sem.labels), np.arange(sem.labels.max() + 1))


def test_crystals_are_brighter_than_the_ground(sem):
    assert sem.image[sem.labels > 0].mean() > sem.image[sem.labels == 0].mean() + 40


def test_diameters_are_about_what_was_asked_for():
    sem = draw_sem_image((400, 400), diameter=40, coverage=0.3, seed=5)
    inner = whole(sem.labels)
    assert 28 < inner.equivalent_diameter.median() < 46


def test_balls_are_round_and_amorphous_crystals_are_not():
    circularity = {
        name: whole(draw_sem_image((300, 300), 50, 0.2, [name], seed=3).labels).circularity.median()
        for name in ("spherical", "rhombic", "amorphous")
    }
    assert circularity["spherical"] > 0.95 > circularity["rhombic"] > circularity["amorphous"]


def test_the_bar_lies_below_the_picture(sem, sem_with_bar):
    height = len(sem.image)
    assert np.array_equal(sem_with_bar.image[:height], sem.image)
    assert not sem_with_bar.labels[height:].any()
    assert sem_with_bar.image[height:].max() == 255


@pytest.mark.parametrize(
    "arguments",
    [
        {"classes": ["cubic"]},
        {"classes": []},
        {"diameter": 2},
        {"diameter": 1000},
        {"coverage": 0},
        {"coverage": 2},
    ],
)
def test_what_cannot_be_rendered_is_refused(arguments):
    with pytest.raises(CrystalError):
        draw_sem_image((64, 64), **{"diameter": 20, **arguments})
