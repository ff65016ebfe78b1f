from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.synthetic.planted_clue import planted_clues


def test_the_clue_lies_where_the_truth_says() -> None:
    planted = planted_clues(40, side=64, patch=8, seed=3)
    for image, label, clue in zip(planted.images, planted.labels, planted.clues, strict=True):
        y0, x0, y1, x1 = (clue * 64).round().astype(int)
        assert (y1 - y0, x1 - x0) == (8, 8)
        assert image[label, y0:y1, x0:x1].mean() == pytest.approx(2, abs=0.2)
        assert np.delete(image, label, axis=0).mean() == pytest.approx(0, abs=0.05)


def test_a_seed_gives_the_same_images() -> None:
    assert np.array_equal(planted_clues(2, 64, 8, seed=1).images, planted_clues(2, 64, 8, seed=1).images)
    assert not np.array_equal(planted_clues(2, 64, 8, seed=1).images, planted_clues(2, 64, 8, seed=2).images)


def test_coverage_counts_centres_inside_the_areas() -> None:
    planted = planted_clues(100, side=64, patch=8, seed=0)
    assert planted.covered_by(np.tile([0.0, 0, 1, 1], (100, 1))) == 1
    assert planted.covered_by(planted.clues) == 1
    centres_x = planted.clues[:, [1, 3]].mean(axis=1)
    left_half = np.tile([0, 0, 1, 0.5], (100, 1))
    assert planted.covered_by(left_half) == pytest.approx((centres_x <= 0.5).mean())
