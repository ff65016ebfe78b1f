from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_rocks2net.samples import load_samples, split_samples
from napari_rocks2net.training.components import make_datasets, make_module
from napari_rocks2net.training.dataset import LoaderOptions
from napari_rocks2net.training.scoring import class_probabilities, measure

OPTIONS = LoaderOptions(batch_size=3, num_workers=0, pin_memory=False)


@pytest.fixture
def work(labels_csv, tiny_config, tiny_network):
    samples = split_samples(load_samples(labels_csv, property="rock", group="section"))
    datasets = make_datasets(tiny_config(), samples)
    return make_module(tiny_config(), samples, datasets["train"]), datasets, samples


def test_probabilities_are_those_of_single_images_in_order(work):
    module, datasets, _ = work
    probabilities = class_probabilities(module, datasets["test"], OPTIONS)
    with torch.inference_mode():
        alone = [module(image[None]).exp()[0].numpy() for image, _ in datasets["test"]]
    np.testing.assert_allclose(probabilities, alone, atol=1e-6)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_each_part_is_measured_on_its_own_samples(work):
    module, datasets, samples = work
    metrics, predictions = measure(module, datasets, samples, OPTIONS)
    for part in ("validation", "test"):
        probabilities = class_probabilities(module, datasets[part], OPTIONS)
        right = probabilities.argmax(axis=1) == datasets[part].labels[:, 0].numpy()
        assert predictions.loc[predictions["split"] == part, "correct"].tolist() == right.tolist()
        assert metrics[part]["accuracy"] == pytest.approx(right.mean())
        assert metrics[part]["classes"] == list(samples.only.classes)
    assert metrics["reported_on"] == "test"
    assert metrics["accuracy"] == metrics["test"]["accuracy"]
