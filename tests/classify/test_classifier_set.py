"""Several properties in one pass over the images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net.classify import RockClassifier, RockClassifierSet, classifier


@pytest.fixture(scope="module")
def both(model_path: Path, one_stream_model_path: Path) -> RockClassifierSet:
    return RockClassifier.load([model_path, one_stream_model_path], device="cpu")


def test_each_model_answers_as_it_does_alone(both: RockClassifierSet, rgb: np.ndarray) -> None:
    answers = both.predict(rgb)
    assert [answer.property for answer in answers] == ["lithology", "matrix"]
    for answer, alone in zip(answers, both.classifiers, strict=True):
        assert answer.probabilities == pytest.approx(alone.predict(rgb).probabilities, abs=1e-5)


def test_every_image_is_read_once(
    both: RockClassifierSet, rgb: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    monkeypatch.setattr(classifier, "read_image", lambda path: reads.append(path) or rgb)
    results = list(both.predict_many(["a.png", "b.png", "c.png"], batch_size=2))
    assert reads == ["a.png", "b.png", "c.png"]
    assert [len(result) for result in results] == [2, 2, 2]


def test_a_bad_image_costs_its_place(both: RockClassifierSet, rgb: np.ndarray) -> None:
    errors: dict[int, Exception] = {}
    results = list(both.predict_many([rgb, "missing.png", rgb], on_error=errors.__setitem__))
    assert [result is None for result in results] == [False, True, False]
    assert "missing.png" in str(errors[1])


def test_at_least_one_model_is_needed() -> None:
    with pytest.raises(ValueError, match="No model was given"):
        RockClassifier.load([])
