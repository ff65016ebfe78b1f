"""The rectangle a network looked at."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.classify import CriticalArea


def test_corners_run_clockwise_from_the_top_left() -> None:
    corners = CriticalArea(1, 2, 5, 9).corners()
    assert corners.tolist() == [[1, 2], [1, 9], [5, 9], [5, 2]]


@pytest.mark.parametrize("box", [(0, 0, 0, 1), (0, 3, 1, 2), (0, 0, np.nan, 1), (0, 0, np.inf, 1)])
def test_an_area_has_a_size(box: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="critical area needs"):
        CriticalArea(*box)
