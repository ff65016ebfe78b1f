"""A model of several properties answers as several models do, in one pass."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from napari_rocks2net.classify import CriticalArea, RockClassifier
from napari_rocks2net.model_file import ModelFileError, load_model, save_model
from napari_rocks2net.training.network.familiarity import fit_familiarity


@pytest.fixture(scope="module")
def joint(joint_model_path: Path) -> RockClassifier:
    return RockClassifier.load(joint_model_path, device="cpu")


@pytest.fixture(scope="module")
def texture_model_path(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of one property under another name."""
    network, card = load_model(model_path)
    named = replace(card, properties=(replace(card.properties[0], name="texture"),))
    return save_model(tmp_path_factory.mktemp("models") / "texture.safetensors", network, named)


def count_passes(classifier: RockClassifier, rgb: np.ndarray) -> int:
    """Return how often a convolution of each network's backbone is called for one image, in all."""
    calls: list[int] = []
    hooks = [
        model.network.backbone.register_forward_hook(lambda *_: calls.append(1))
        for model in classifier.models
    ]
    classifier.predict(rgb)
    for hook in hooks:
        hook.remove()
    return len(calls)


def test_one_file_answers_in_the_shape_of_several(joint: RockClassifier, rgb: np.ndarray) -> None:
    predictions = joint.predict(rgb)
    assert {name: tuple(prediction.probabilities) for name, prediction in predictions.items()} == {
        "lithology": ("granite", "Übergang fein", "basalt"),
        "matrix": ("clay", "basalt"),
    }
    assert predictions["lithology"].critical_area == predictions["matrix"].critical_area


def test_every_answer_is_what_the_network_says(
    joint: RockClassifier, joint_model_path: Path, rgb: np.ndarray
) -> None:
    network, card = load_model(joint_model_path)
    with torch.inference_mode():
        output = network(card.preprocessing(rgb)[None])
    answers = joint.predict(rgb).values()
    for stream in ("", "global_", "local_"):
        expected = getattr(output, f"{stream}log_probabilities")[0].exp().tolist()
        values = [value for each in answers for value in getattr(each, f"{stream}probabilities").values()]
        assert values == pytest.approx(expected, abs=1e-5)
    for answer in answers:
        assert answer.probability == max(answer.probabilities.values()) == answer.probabilities[answer.label]


def test_all_answers_cost_as_much_as_one(
    joint: RockClassifier, joint_model_path: Path, texture_model_path: Path, rgb: np.ndarray
) -> None:
    assert count_passes(joint, rgb) == count_passes(joint.select("matrix"), rgb) == 1
    beside = RockClassifier.load(joint_model_path, texture_model_path, device="cpu")
    assert [each.name for each in beside.properties] == ["lithology", "matrix", "texture"]
    assert count_passes(beside, rgb) == 2


def test_one_property_of_it_answers_as_with_the_others(
    joint: RockClassifier, joint_model_path: Path, rgb: np.ndarray
) -> None:
    matrix = RockClassifier.load(joint_model_path, device="cpu", property="matrix")
    assert [(each.name, each.classes) for each in matrix.properties] == [("matrix", ("clay", "basalt"))]
    for area in (None, CriticalArea(0, 0, 30, 40)):
        assert matrix.predict(rgb, area).only.probabilities == pytest.approx(
            joint.predict(rgb, area)["matrix"].probabilities, abs=1e-5
        )


def test_a_property_that_no_model_names_is_answered_with_those_it_names(joint_model_path: Path) -> None:
    with pytest.raises(
        ModelFileError, match="'grain' is not named by the model; choose one of lithology, matrix"
    ):
        RockClassifier.load(joint_model_path, device="cpu", property="grain")


def test_a_bad_image_costs_its_place(joint: RockClassifier, rgb: np.ndarray) -> None:
    errors: dict[int, Exception] = {}
    results = list(joint.predict_many([rgb, "missing.png", rgb], on_error=errors.__setitem__))
    assert [result is None for result in results] == [False, True, False]
    assert set(errors) == {1}


def test_each_property_is_calibrated_by_its_own_temperature(
    joint: RockClassifier, joint_model_path: Path, rgb: np.ndarray, tmp_path: Path
) -> None:
    network, card = load_model(joint_model_path)
    path = save_model(tmp_path / "sure.safetensors", network, replace(card, temperatures={"matrix": 0.25}))
    plain, sure = joint.predict(rgb), RockClassifier.load(path, device="cpu").predict(rgb)
    assert sure["lithology"].probabilities == pytest.approx(plain["lithology"].probabilities)
    streams = []
    for stream in ("global", "local"):
        before = np.array(list(getattr(plain["matrix"], f"{stream}_probabilities").values()))
        after = list(getattr(sure["matrix"], f"{stream}_probabilities").values())
        np.testing.assert_allclose(after, before**4 / (before**4).sum(), rtol=1e-4)
        streams.append(after)
    fused = list(sure["matrix"].probabilities.values())
    np.testing.assert_allclose(fused, np.mean(streams, axis=0), rtol=1e-4)
    assert sure["matrix"].critical_area == plain["matrix"].critical_area


def test_what_it_learned_tells_how_unlike_an_image_is(
    joint_model_path: Path, rgb: np.ndarray, tmp_path: Path
) -> None:
    network, card = load_model(joint_model_path)
    with torch.inference_mode():
        known = network(card.preprocessing(rgb)[None]).features.numpy()
    spread = np.random.default_rng(0).normal(0, 0.01 * known.std(), (2, 30, known.shape[1]))
    network.familiarity = fit_familiarity(*(known + spread))
    path = save_model(tmp_path / "known.safetensors", network, card)
    classifier = RockClassifier.load(path, device="cpu")
    assert {each.unfamiliar for each in classifier.predict(rgb).values()} == {0.0}
    noise = np.random.default_rng(1).integers(0, 256, rgb.shape, np.uint8)
    assert all(each.is_unfamiliar for each in classifier.predict(noise).values())
