"""Windows know their places in the endless plane."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.synthetic.plane.window import Window

SIDES = st.integers(1, 300)
PLACES = st.integers(-5000, 5000)


@given(PLACES, PLACES, SIDES, SIDES, st.integers(0, 40))
def test_an_aligned_window_holds_the_window_and_its_margin(top, left, height, width, margin):
    window = Window(top, left, height, width, 2.0)
    larger = window.aligned(margin, 8)
    assert all(value % 8 == 0 for value in (larger.top, larger.left, larger.height, larger.width))
    rows, columns = window.within(larger)
    assert (larger.rows[rows] == window.rows).all()
    assert (larger.columns[columns] == window.columns).all()
    assert min(rows.start, larger.height - rows.stop, columns.start, larger.width - columns.stop) >= margin


def test_places_are_in_micrometres():
    window = Window(-1, 2, 3, 2, 4.0)
    assert window.y_um.ravel().tolist() == [-4, 0, 4]
    assert window.x_um.ravel().tolist() == [8, 12]
    assert window.pixels(10.0) == pytest.approx(2.5)
    assert Window(0, 0, 3, 1, 4.0, stride=5).rows.tolist() == [0, 5, 10]
