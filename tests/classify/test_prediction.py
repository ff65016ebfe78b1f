"""The rectangle a network looked at."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.classify import CriticalArea, Prediction


def test_corners_run_clockwise_from_the_top_left() -> None:
    corners = CriticalArea(1, 2, 5, 9).corners()
    assert corners.tolist() == [[1, 2], [1, 9], [5, 9], [5, 2]]


@pytest.mark.parametrize("box", [(0, 0, 0, 1), (0, 3, 1, 2), (0, 0, np.nan, 1), (0, 0, np.inf, 1)])
def test_an_area_has_a_size(box: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="critical area needs"):
        CriticalArea(*box)


@pytest.mark.parametrize(
    ("unfamiliar", "flagged"), [(None, False), (0.95, False), (0.951, True), (1.0, True)]
)
def test_an_image_is_unfamiliar_beyond_nineteen_of_twenty(unfamiliar: float | None, flagged: bool) -> None:
    prediction = Prediction("rock", "granite", 0.9, {"granite": 0.9, "basalt": 0.1}, unfamiliar=unfamiliar)
    assert prediction.is_unfamiliar is flagged
