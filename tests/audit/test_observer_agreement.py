"""Agreement of two observers: scikit-learn and published figures as oracles."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from napari_rocks2net.audit import AuditError, agreement


def pairs(table):
    """Two observers whose labels make up a table."""
    rows = [(str(i), str(j)) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return tuple(zip(*rows, strict=True))


def test_kappa_is_that_of_scikit_learn(rng):
    first = rng.choice(["a", "b", "c"], 200).tolist()
    second = [one if keep else "b" for one, keep in zip(first, rng.random(200) < 0.7, strict=True)]
    result = agreement(first, second)
    assert result.kappa.value == pytest.approx(cohen_kappa_score(first, second))
    assert result.observed.value == pytest.approx(np.mean(np.array(first) == second))
    assert result.table.sum() == 200
    for estimate in (result.observed, result.kappa, result.ac1, *result.per_class.values()):
        assert estimate.low < estimate.value < estimate.high


def test_figures_are_the_published_ones_where_one_class_is_rare():
    # Gwet 2002, Kappa statistic is not satisfactory, table of 125 subjects.
    result = agreement(*pairs([[118, 5], [2, 0]]))
    assert result.observed.value == pytest.approx(0.944)
    assert result.kappa.value == pytest.approx(-0.0234, abs=1e-4)
    assert result.ac1.value == pytest.approx(0.9408, abs=1e-4)
    assert result.per_class["0"].value == pytest.approx(2 * 118 / (123 + 120))
    assert result.per_class["1"].value == 0


def test_agreement_on_everything_is_one_and_lists_nothing():
    result = agreement(["a", "b", "a"], ["a", "b", "a"], ["1", "2", "3"])
    assert (result.kappa.value, result.ac1.value, result.observed.low) == (1, 1, 1)
    assert result.disagreements.size == 0


def test_one_class_leaves_kappa_undefined():
    result = agreement(["a", "a"], ["a", "a"])
    assert np.isnan(result.kappa.value)
    assert result.ac1.value == 1


def test_photos_of_one_section_widen_the_interval():
    first = ["a", "b"] * 20
    second = ["a", "b"] * 15 + ["b", "a"] * 5
    alone = agreement(first, second)
    together = agreement(first, second, [str(index // 10) for index in range(40)])
    assert together.kappa.high - together.kappa.low > alone.kappa.high - alone.kappa.low


def test_disagreements_are_positions():
    assert agreement(["a", "b", "c"], ["a", "c", "b"]).disagreements.tolist() == [1, 2]


@pytest.mark.parametrize("second", [["a"], ["a", ""]])
def test_wrong_input_is_refused(second):
    with pytest.raises(AuditError, match=r"pass one of each|is empty"):
        agreement(["a", "b"], second)


def test_no_photos_are_refused():
    with pytest.raises(AuditError, match="no photos"):
        agreement([], [])
