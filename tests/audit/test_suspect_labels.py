"""Label errors: swapped labels come first, odd sections are named as a whole."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.audit import AuditError, label_errors

CLASSES = ("a", "b", "c")


def confident(labels, probability=0.9):
    """Probabilities of a model that is right."""
    rest = (1 - probability) / (len(CLASSES) - 1)
    return np.array([[probability if name == label else rest for name in CLASSES] for label in labels])


def test_swapped_labels_come_first(rng):
    truth = rng.choice(CLASSES, 60)
    labels = truth.copy()
    swapped = rng.choice(60, 6, replace=False)
    labels[swapped] = [CLASSES[(CLASSES.index(name) + 1) % 3] for name in truth[swapped]]
    result = label_errors(confident(truth), labels.tolist(), [str(i) for i in range(60)], CLASSES)
    assert set(result.order[:6]) == set(swapped)
    assert set(np.flatnonzero(result.likely)) == set(swapped)
    assert [result.suggested[index] for index in swapped] == truth[swapped].tolist()
    assert result.sections == ()


def test_a_section_that_is_odd_as_a_whole_is_named():
    truth = ["a", "a", "b", "b", "c", "c"]
    labels = ["a", "a", "a", "a", "c", "b"]
    result = label_errors(confident(truth), labels, ["1", "1", "2", "2", "3", "3"], CLASSES)
    (section,) = result.sections
    assert (section.group, section.label, section.suggested, section.photos) == ("2", "a", "b", (2, 3))
    assert section.self_confidence == pytest.approx(0.05)


@pytest.mark.parametrize("labels", [["a"], ["a", "a"], ["c", "a"]])
def test_absent_classes_and_few_photos_cost_no_error(labels):
    result = label_errors(confident(labels), labels, ["1"] * len(labels), CLASSES)
    assert not result.likely.any()


def test_probabilities_of_zero_and_one_cost_no_error():
    truth = ["a", "b", "c"] * 4
    result = label_errors(confident(truth, 1.0), ["b", *truth[1:]], [str(i) for i in range(12)], CLASSES)
    assert result.order[0] == 0


@pytest.mark.parametrize(
    ("probabilities", "labels", "message"),
    [
        (np.ones((2, 3)) / 3, ["a"], "pass one of each"),
        (np.ones((1, 3)) / 3, ["d"], "the labels are d"),
        (np.ones((1, 2)) / 2, ["a"], "2 columns"),
        (np.full((1, 3), np.nan), ["a"], "not a finite number"),
        (np.ones((0, 3)), [], "no photos"),
    ],
)
def test_wrong_input_is_refused(probabilities, labels, message):
    with pytest.raises(AuditError, match=message):
        label_errors(probabilities, labels, labels, CLASSES)
