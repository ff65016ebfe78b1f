"""Synthetic agglomerates: repeatable, clinging together, with faint bodies behind."""

from __future__ import annotations

import numpy as np
import pytest
from agglomerates import draw_agglomerates

from napari_rocks2net.crystals import CrystalError, measure_crystals
from napari_rocks2net.crystals.synthetic import SemImage


def test_the_same_seed_draws_the_same_image() -> None:
    one, same, other = (draw_agglomerates((80, 90), 14, 12, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.image, same.image)
    assert np.array_equal(one.labels, same.labels)
    assert not np.array_equal(one.image, other.image)


def test_most_bodies_touch_another_and_the_ground_is_dark() -> None:
    agglomerates = draw_agglomerates((300, 400), 24, 80, seed=3)
    assert 70 <= agglomerates.labels.max() <= 80
    assert len(agglomerates.classes) == agglomerates.labels.max()
    table = measure_crystals(agglomerates.labels)
    assert (table["neighbours"] > 0).mean() > 0.6
    assert (
        agglomerates.image[agglomerates.labels > 0].mean()
        > agglomerates.image[agglomerates.labels == 0].mean() + 40
    )


def test_faint_bodies_are_darker_than_the_others() -> None:
    plain, faint = (draw_agglomerates((300, 400), 30, 60, faint=share, seed=5) for share in (0, 0.5))

    def darkest_over_median(agglomerates: SemImage) -> float:
        means = measure_crystals(agglomerates.labels, agglomerates.image)["intensity_mean"]
        return float(np.percentile(means, 15) / means.median())

    assert darkest_over_median(faint) < 0.75 < darkest_over_median(plain)


@pytest.mark.parametrize("arguments", [{"diameter": 2}, {"diameter": 100}, {"count": 0}])
def test_what_cannot_be_rendered_is_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(CrystalError, match="pass one body at least"):
        draw_agglomerates((64, 64), **arguments)
