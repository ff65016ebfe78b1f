"""A model of several properties answers as a set of models does, in one pass."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from napari_rocks2net.classify import CriticalArea, RockClassifier, RockClassifierSet
from napari_rocks2net.model_file import ModelFileError, load_model


@pytest.fixture(scope="module")
def joint(joint_model_path: Path) -> RockClassifierSet:
    found = RockClassifier.load(joint_model_path, device="cpu")
    assert isinstance(found, RockClassifierSet)
    return found


def count_passes(classifiers: RockClassifierSet, rgb: np.ndarray) -> int:
    """Return how often a convolution of each network's backbone is called for one image, in all."""
    calls: list[int] = []
    hooks = [
        model._network.backbone.register_forward_hook(lambda *_: calls.append(1))
        for model in {each.model for each in classifiers.classifiers}
    ]
    classifiers.predict(rgb)
    for hook in hooks:
        hook.remove()
    return len(calls)


def test_one_file_answers_in_the_shape_of_several(joint: RockClassifierSet, rgb: np.ndarray) -> None:
    assert isinstance(joint, RockClassifierSet)
    answers = joint.predict(rgb)
    assert [answer.property for answer in answers] == ["lithology", "matrix"]
    assert [tuple(answer.probabilities) for answer in answers] == [
        ("granite", "Übergang fein", "basalt"),
        ("clay", "basalt"),
    ]
    assert answers[0].critical_area == answers[1].critical_area


def test_every_answer_is_what_the_network_says(
    joint: RockClassifierSet, joint_model_path: Path, rgb: np.ndarray
) -> None:
    network, card = load_model(joint_model_path)
    with torch.inference_mode():
        output = network(card.preprocessing(rgb)[None])
    answers = joint.predict(rgb)
    for stream in ("", "global_", "local_"):
        expected = getattr(output, f"{stream}log_probabilities")[0].exp().tolist()
        found = [value for each in answers for value in getattr(each, f"{stream}probabilities").values()]
        assert found == pytest.approx(expected, abs=1e-5)
    for answer in answers:
        assert answer.probability == max(answer.probabilities.values()) == answer.probabilities[answer.label]


def test_all_answers_cost_as_much_as_one(
    joint: RockClassifierSet, joint_model_path: Path, model_path: Path, rgb: np.ndarray
) -> None:
    single = RockClassifier.load([model_path], device="cpu")
    assert count_passes(joint, rgb) == count_passes(single, rgb) == 1
    beside = RockClassifier.load([joint_model_path, model_path], device="cpu")
    assert [each.property for each in beside.classifiers] == ["lithology", "matrix", "lithology"]
    assert count_passes(beside, rgb) == 2


def test_one_property_of_it_answers_as_in_the_set(
    joint: RockClassifierSet, joint_model_path: Path, rgb: np.ndarray
) -> None:
    matrix = RockClassifier.load_one(joint_model_path, "cpu", property="matrix")
    assert (matrix.property, matrix.classes) == ("matrix", ("clay", "basalt"))
    assert matrix.predict(rgb).probabilities == pytest.approx(joint.predict(rgb)[1].probabilities, abs=1e-5)
    area = CriticalArea(0, 0, 30, 40)
    assert joint.predict(rgb, area)[1].probabilities == pytest.approx(
        matrix.predict(rgb, area).probabilities, abs=1e-5
    )


def test_one_property_has_to_be_said_of_several(joint_model_path: Path, model_path: Path) -> None:
    assert RockClassifier.load_one(model_path, "cpu").property == "lithology"
    for wrong in (None, "grain"):
        with pytest.raises(ModelFileError, match=f"names lithology, matrix; choose one .* not {wrong!r}"):
            RockClassifier.load_one(joint_model_path, "cpu", property=wrong)


def test_a_bad_image_costs_its_place(joint: RockClassifierSet, rgb: np.ndarray) -> None:
    errors: dict[int, Exception] = {}
    results = list(joint.predict_many([rgb, "missing.png", rgb], on_error=errors.__setitem__))
    assert [result is None for result in results] == [False, True, False]
    assert set(errors) == {1}
