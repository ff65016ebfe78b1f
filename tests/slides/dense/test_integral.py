"""Integral images beside plain means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.slides.dense.integral import IntegralImage

edges = st.tuples(st.integers(0, 24), st.integers(0, 24)).filter(lambda pair: pair[0] != pair[1]).map(sorted)


@given(rows=edges, columns=edges)
def test_means_are_those_of_the_positions_parts_counted_as_parts(rows: list[int], columns: list[int]) -> None:
    values = np.random.default_rng(0).normal(size=(6, 6, 2)).astype(np.float32)
    # In quarters of a position.
    fine = values.repeat(4, axis=0).repeat(4, axis=1)
    expected = fine[rows[0] : rows[1], columns[0] : columns[1]].mean(axis=(0, 1), dtype=float)
    box = np.array([[rows[0], columns[0], rows[1], columns[1]]]) / 4
    np.testing.assert_allclose(IntegralImage(values).means(box)[0], expected, atol=1e-12)


def test_small_differences_survive_large_sums() -> None:
    values = np.full((400, 400, 1), 1e4, np.float32)
    values[399, 399] += 1
    means = IntegralImage(values).means(np.array([[399.0, 399, 400, 400], [398, 398, 399, 399]]))
    assert means.ravel().tolist() == pytest.approx([10001, 10000], abs=1e-4)


def test_what_lies_outside_is_cut_off() -> None:
    values = np.arange(4.0).reshape(2, 2, 1)
    assert IntegralImage(values).means(np.array([[-1.0, 1, 1, 9]])).item() == 1
