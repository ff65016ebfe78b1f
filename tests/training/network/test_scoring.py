from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import softmax

from napari_rocks2net.evaluation.calibration import calibration_figures
from napari_rocks2net.samples import load_samples, split_samples
from napari_rocks2net.training.network.answers import network_answers
from napari_rocks2net.training.network.components import make_datasets, make_module
from napari_rocks2net.training.network.dataset import LoaderOptions
from napari_rocks2net.training.network.scoring import fit_temperatures, measure

OPTIONS = LoaderOptions(batch_size=3, num_workers=0, pin_memory=False)


@pytest.fixture
def work(labels_csv, tiny_config, tiny_network):
    samples = split_samples(load_samples(labels_csv, property="rock", group="section"))
    datasets = make_datasets(tiny_config(), samples)
    return make_module(tiny_config(), samples, datasets["train"]), datasets, samples


def answered(work):
    module, datasets, _ = work
    return {part: network_answers(module, datasets[part], OPTIONS) for part in ("validation", "test")}


def test_probabilities_are_those_of_single_images_in_order(work):
    module, datasets, _ = work
    probabilities = network_answers(module, datasets["test"], OPTIONS).probabilities([2])
    with torch.inference_mode():
        alone = [module(image[None]).exp()[0].numpy() for image, _ in datasets["test"]]
    np.testing.assert_allclose(probabilities, alone, atol=1e-6)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_each_part_is_measured_on_its_own_samples(work):
    _, datasets, samples = work
    answers = answered(work)
    measured = measure(answers, samples, {})
    metrics, predictions = measured.metrics, measured.predictions
    for part in ("validation", "test"):
        right = answers[part].streams[0].argmax(axis=1) == datasets[part].labels[:, 0].numpy()
        assert predictions.loc[predictions["split"] == part, "correct"].tolist() == right.tolist()
        assert metrics[part]["accuracy"] == pytest.approx(right.mean())
        assert metrics[part]["classes"] == list(samples.only.classes)
    assert metrics["reported_on"] == "test"
    assert metrics["accuracy"] == metrics["test"]["accuracy"]


def test_figures_and_predictions_are_of_the_calibrated_network(work):
    _, _, samples = work
    answers = answered(work)
    measured = measure(answers, samples, {"rock": 0.5})
    expected = softmax(2 * answers["test"].streams[0], axis=1).max(axis=1)
    tested = measured.predictions[measured.predictions["split"] == "test"]
    np.testing.assert_allclose(tested["probability"], expected)
    report = measured.metrics["calibration"]["rock"]
    assert report["temperature"] == 0.5
    unsharpened = softmax(answers["test"].streams[0], axis=1).max(axis=1)
    for when, sure in (("before", unsharpened), ("after", expected)):
        figures = calibration_figures(sure, tested["correct"], tested["group"].tolist())
        for figure in ("expected_calibration_error", "interval"):
            assert report[when][figure] == pytest.approx(figures[figure])


def test_too_few_validation_photos_calibrate_nothing(work):
    _, datasets, samples = work
    answers = answered(work)
    assert fit_temperatures(answers["validation"], datasets["validation"], samples.properties) == {}
    report = measure(answers, samples, {}).metrics["calibration"]["rock"]
    assert "fewer than 30" in report["note"]
    assert report["temperature"] == 1
    assert report["before"] == report["after"]
