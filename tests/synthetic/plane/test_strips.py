"""Strips cover a picture once, from top to bottom."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.synthetic.plane.window import strips


@pytest.mark.parametrize(("height", "rows"), [(1, 64), (64, 64), (65, 64), (100, 7)])
def test_every_row_lies_in_one_strip(height, rows):
    covered = np.concatenate([np.arange(height)[strip] for strip in strips(height, rows)])
    assert covered.tolist() == list(range(height))
    assert max(strip.stop - strip.start for strip in strips(height, rows)) <= rows


def test_a_picture_without_rows_has_no_strips():
    assert list(strips(0)) == []
