"""Several models over the same images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net.classify import RockClassifier, input_images
from napari_rocks2net.model_file import ModelFileError


@pytest.fixture(scope="module")
def both(model_path: Path, one_stream_model_path: Path) -> RockClassifier:
    return RockClassifier.load(model_path, one_stream_model_path, device="cpu")


def test_each_model_answers_as_it_does_alone(
    both: RockClassifier, model_path: Path, one_stream_model_path: Path, rgb: np.ndarray
) -> None:
    predictions = both.predict(rgb)
    assert list(predictions) == [each.name for each in both.properties] == ["lithology", "matrix"]
    for path, prediction in zip((model_path, one_stream_model_path), predictions.values(), strict=True):
        alone = RockClassifier.load(path, device="cpu").predict(rgb).only
        assert prediction.probabilities == pytest.approx(alone.probabilities, abs=1e-5)


def test_every_image_is_read_once(
    both: RockClassifier, rgb: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    monkeypatch.setattr(input_images, "read_image", lambda path: reads.append(path) or rgb)
    results = list(both.predict_many(["a.png", "b.png", "c.png"], batch_size=2))
    assert reads == ["a.png", "b.png", "c.png"]
    assert [len(result) for result in results] == [2, 2, 2]


def test_a_bad_image_costs_its_place(both: RockClassifier, rgb: np.ndarray) -> None:
    errors: dict[int, Exception] = {}
    results = list(both.predict_many([rgb, "missing.png", rgb], on_error=errors.__setitem__))
    assert [result is None for result in results] == [False, True, False]
    assert "missing.png" in str(errors[1])


def test_at_least_one_model_is_needed() -> None:
    with pytest.raises(ValueError, match="No model was given"):
        RockClassifier.load()


def test_two_models_of_the_same_property_are_refused(model_path: Path, joint_model_path: Path) -> None:
    with pytest.raises(ModelFileError, match="Several models name the property 'lithology'; choose one"):
        RockClassifier.load(model_path, joint_model_path, device="cpu")


def test_only_the_models_of_the_chosen_properties_run(both: RockClassifier, rgb: np.ndarray) -> None:
    matrix = both.select("matrix")
    assert [model.card.architecture for model in matrix.models] == ["densenet121"]
    assert matrix.predict(rgb).only.probabilities == both.predict(rgb)["matrix"].probabilities
