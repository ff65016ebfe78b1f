"""Folds by thin section, and what is chosen by them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.training.probe.choosing import (
    Candidate,
    choose,
    clearly_lower,
    fit_on_all,
    logistic_candidates,
    split_sections,
)
from napari_rocks2net.training.probe.logistic import principal_axes


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4)), min_size=6, max_size=40), st.integers(0, 9))
def test_a_section_is_in_one_fold_and_every_fold_leaves_every_class(
    sections: list[tuple[int, int]], seed: int
) -> None:
    labels = np.array([label for label, size in sections for _ in range(size)])
    groups = np.array([number for number, (_, size) in enumerate(sections) for _ in range(size)])
    one_hot = np.eye(3)[labels]
    fewest = min(sum(label == each for label, _ in sections) for each in range(3))
    folds = split_sections(one_hot, groups, 2, seed)
    if fewest < 2:
        assert folds is None
        return
    assert folds is not None
    assert folds.count == min(5, len(sections))
    for fold_of in folds.fold_of:
        assert all(len(set(fold_of[groups == group])) == 1 for group in set(groups))
    assert ((folds.members @ one_hot) > 0).all()
    assert folds.members[-1].all()


def test_held_out_answers_are_those_of_sets_without_the_photo() -> None:
    one_hot, sections = np.eye(2)[np.arange(12) % 2], np.arange(12)
    folds = split_sections(one_hot, sections, 3)
    assert folds is not None
    of_sets = np.broadcast_to(~folds.members[:-1], (15, 12)).astype(float)
    assert folds.held_out(of_sets).shape == (3, 12)
    assert folds.held_out(of_sets).all()


def test_the_axes_span_the_photos(rng: np.random.Generator) -> None:
    for shape in ((30, 8), (8, 30)):
        values = rng.normal(size=shape)
        axes = principal_axes(values)
        np.testing.assert_allclose(values @ axes @ axes.T, values, atol=1e-8)
    assert principal_axes(np.zeros((4, 3))).shape[0] == 3


def test_the_strength_with_the_lowest_loss_lies_between(rng: np.random.Generator) -> None:
    labels = np.repeat(np.arange(2), 30)
    values = rng.normal(size=(60, 20)) + 0.4 * labels[:, None]
    one_hot = np.eye(2)[labels]
    folds = split_sections(one_hot, np.arange(60), 1)
    assert folds is not None
    candidates = logistic_candidates(("texture",), values, one_hot, folds)
    losses = [each.log_loss for each in candidates]
    assert 0 < losses.index(min(losses)) < len(losses) - 1


def candidate(kinds: tuple[str, ...], losses: np.ndarray) -> Candidate:
    return Candidate(kinds, 0.1, np.zeros(0), np.zeros(0), losses)


def test_losses_are_clearly_lower_where_most_sections_agree(rng: np.random.Generator) -> None:
    sections, than = np.repeat(np.arange(10), 2), np.full(20, 0.5)
    assert clearly_lower(than - 0.1 - 0.05 * rng.random(20), than, sections)
    one_section = np.where(sections == 0, 0.1, 0.5)
    assert not clearly_lower(one_section, than, sections)
    assert not clearly_lower(than, than, sections)
    assert not clearly_lower(than + 0.1, than, sections)


def test_fewer_descriptors_have_to_be_clearly_better(rng: np.random.Generator) -> None:
    sections = np.arange(60) // 2
    losses = rng.normal(1, 0.3, 60)
    both = candidate(("texture", "activations"), losses)
    worse = candidate(("texture", "activations"), losses + 0.5)
    by_chance = candidate(("texture",), losses + rng.normal(-0.01, 0.3, 60))
    clearly = candidate(("activations",), losses + rng.normal(-0.2, 0.1, 60))
    assert choose([by_chance, worse, both], sections) is both
    assert choose([by_chance, clearly, both], sections) is clearly
    assert choose([by_chance], sections) is by_chance


def test_numbers_that_never_vary_get_no_coefficient(rng: np.random.Generator) -> None:
    values = np.column_stack([rng.normal(size=20), np.zeros(20)])
    coefficients = fit_on_all(values, np.eye(2)[np.arange(20) % 2], 1.0)
    assert coefficients[:, 1] == pytest.approx(0)
