"""A probe fitted to descriptors: what it says, how sure it is, what it does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from napari_rocks2net.features import WORKING_SCALE, Descriptors, joined
from napari_rocks2net.model_file import ModelCard, load_model, save_model
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import SampleError
from napari_rocks2net.training.probe import fit_probe

Draw = Callable[..., object]


def whole(planted, kinds: tuple[str, ...]) -> np.ndarray:
    return np.stack([joined(each.whole, kinds) for each in planted.descriptors]).astype(float)


def answers(probe, planted) -> np.ndarray:
    with torch.inference_mode():
        return np.concatenate(
            [probe.answer(each).log_probabilities.exp().numpy() for each in planted.descriptors]
        )


@pytest.mark.parametrize("kinds", [("texture",), ("texture", "activations")])
def test_its_logits_are_those_of_a_pipeline_of_scikit_learn(draw, kinds: tuple[str, ...]) -> None:
    planted = draw()
    fitted = fit_probe(planted.descriptors, planted.labels, planted.groups, kinds=kinds, local=False)
    kinds = tuple(fitted.report["descriptors"])
    strength, temperature = fitted.report["strength"], fitted.report["temperature"]
    oracle = make_pipeline(
        StandardScaler(), LogisticRegression(C=strength, class_weight="balanced", tol=1e-8, max_iter=5000)
    ).fit(whole(planted, kinds), planted.labels)
    expected = oracle.decision_function(whole(planted, kinds)) / temperature
    with torch.inference_mode():
        logits = [fitted.probe.logits(fitted.probe.standardised(each.whole)) for each in planted.descriptors]
    np.testing.assert_allclose(torch.stack(logits).numpy(), expected, rtol=5e-3, atol=0.02)


def test_photos_of_sections_that_were_held_out_are_named(draw) -> None:
    planted = draw(photos=60, apart=3.0)
    fitted = fit_probe(planted.descriptors, planted.labels, planted.groups)
    truth = np.unique(planted.labels, return_inverse=True)[1]
    assert fitted.probabilities.shape == (60, 3)
    np.testing.assert_allclose(fitted.probabilities.sum(axis=1), 1)
    assert (fitted.probabilities.argmax(axis=1) == truth).mean() > 0.9
    assert fitted.report["calibration"]["photos"] == 60
    assert fitted.report["notes"] == []


def test_labels_by_chance_are_not_learned(draw, rng: np.random.Generator) -> None:
    planted = draw(photos=60, apart=0.0)
    fitted = fit_probe(planted.descriptors, planted.labels, planted.groups)
    truth = np.unique(planted.labels, return_inverse=True)[1]
    assert (fitted.probabilities.argmax(axis=1) == truth).mean() < 0.6
    assert fitted.report["calibration"]["expected_calibration_error"] < 0.25


def test_its_file_says_the_same_again(draw, tmp_path: Path) -> None:
    planted = draw(photos=36)
    probe = fit_probe(planted.descriptors, planted.labels, planted.groups).probe
    card = ModelCard(
        (RockProperty("rock", ("rock 0", "rock 1", "rock 2")),), "probe", WORKING_SCALE, probe.arguments
    )
    again, read = load_model(save_model(tmp_path / "probe.safetensors", probe, card))
    assert read.arguments == probe.arguments
    np.testing.assert_array_equal(answers(again, planted), answers(probe, planted))


def test_what_lies_far_from_all_photos_is_unfamiliar(draw) -> None:
    planted = draw(photos=60)
    probe = fit_probe(planted.descriptors, planted.labels, planted.groups).probe
    other = draw(photos=60)
    far = [
        Descriptors({kind: row + 20 for kind, row in each.whole.items()}, each.windows)
        for each in other.descriptors
    ]
    with torch.inference_mode():
        known = np.array([float(probe.answer(each).unfamiliar) for each in planted.descriptors])
        unknown = np.array([float(probe.answer(each).unfamiliar) for each in far])
    assert (known == 0).all()
    assert (unknown > 0.95).all()
    assert (unknown <= 1).all()


def test_two_labels_of_two_classes_are_enough_for_a_suggestion(draw) -> None:
    planted = draw(photos=2, classes=2, of_section=1)
    fitted = fit_probe(planted.descriptors, planted.labels, planted.groups)
    assert answers(fitted.probe, planted).argmax(axis=1).tolist() == [0, 1]
    assert fitted.probabilities is None
    assert fitted.report["strength"] == 0.1
    assert "single thin section" in fitted.report["notes"][0]


def test_few_sections_leave_nothing_to_choose_and_it_says_so(draw) -> None:
    planted = draw(photos=12, classes=3, of_section=2)
    fitted = fit_probe(planted.descriptors, planted.labels, planted.groups)
    assert fitted.report["descriptors"] == ["texture", "activations"]
    assert fitted.report["strength"] == 0.1
    assert fitted.report["temperature"] == 1
    assert ["2 thin sections, fewer than 3" in note for note in fitted.report["notes"]] == [True, False]
    assert "12 photos are fewer than 30" in fitted.report["notes"][1]


def test_without_the_local_stream_windows_are_not_needed(draw) -> None:
    planted = draw(photos=36)
    bare = [replace(each, windows={}) for each in planted.descriptors]
    fitted = fit_probe(bare, planted.labels, planted.groups, local=False, shuffles=1)
    assert fitted.probabilities.shape == (36, 3)
    assert fitted.probe.arguments["local"] is False


def test_one_class_is_refused(draw) -> None:
    planted = draw(photos=6, classes=1)
    with pytest.raises(SampleError, match="at least 2 classes apart"):
        fit_probe(planted.descriptors, planted.labels, planted.groups)


def test_a_class_without_a_photo_and_a_label_of_no_class_are_named(draw) -> None:
    planted = draw(photos=6, classes=2)
    with pytest.raises(SampleError, match="no photo is labelled 'gneiss'"):
        fit_probe(planted.descriptors, planted.labels, planted.groups, ["rock 0", "rock 1", "gneiss"])
    with pytest.raises(SampleError, match="'rock 2' is none of the classes"):
        fit_probe(
            draw(9).descriptors, ["rock 0", "rock 1", "rock 2"] * 3, list("abcdefghi"), ["rock 0", "rock 1"]
        )


def test_a_photo_whose_descriptors_are_no_numbers_is_named(draw) -> None:
    planted = draw(photos=6, classes=2)
    planted.descriptors[3].whole["texture"][5] = np.nan
    with pytest.raises(SampleError, match="photo 4 are no numbers"):
        fit_probe(planted.descriptors, planted.labels, planted.groups)


def test_one_section_of_both_classes_is_fitted_and_nothing_held_out(draw) -> None:
    planted = draw(photos=8, classes=2)
    fitted = fit_probe(planted.descriptors, planted.labels, ["one"] * 8)
    assert fitted.probabilities is None
    assert fitted.probe.distances.isfinite().all()


def test_copies_are_learned_from_but_not_counted(draw) -> None:
    planted, copies = draw(photos=30, apart=3.0), draw(photos=30, apart=3.0).descriptors
    fitted = fit_probe(planted.descriptors, planted.labels, planted.groups, copies=[copies])
    alone = fit_probe(planted.descriptors, planted.labels, planted.groups)
    assert fitted.probabilities.shape == alone.probabilities.shape
    assert fitted.report["calibration"]["photos"] == 30
    assert fitted.probe.learned.shape == alone.probe.learned.shape
    # These copies are of other rocks under the same labels: only one who learned from them knows them.
    with torch.inference_mode():
        right = [
            [
                int(one.probe.answer(each).log_probabilities.argmax()) == int(label[-1])
                for each, label in zip(copies, planted.labels, strict=True)
            ]
            for one in (fitted, alone)
        ]
    assert np.mean(right[0]) > 0.9 > np.mean(right[1])
