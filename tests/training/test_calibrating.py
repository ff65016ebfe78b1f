"""The temperature of each property is the one that makes its validation labels most probable."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from scipy.stats import norm

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.training.network.answers import Answers
from napari_rocks2net.training.network.dataset import SectionDataset
from napari_rocks2net.training.network.scoring import fit_temperatures

PROPERTIES = (
    RockProperty("rock", ("granite", "gneiss", "gabbro")),
    RockProperty("grain", ("fine", "coarse")),
)
PHOTOS = 60


def random_truth(logits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.array([rng.choice(len(row), p=row) for row in softmax(logits, axis=1)])


@pytest.fixture
def two_properties(rng: np.random.Generator) -> tuple[Answers, SectionDataset]:
    """Answers of two streams: three times too sure of the rock; a single photo has no grain."""
    rock, grain = rng.normal(0, 2, (PHOTOS, 3)), rng.normal(0, 1, (PHOTOS, 2))
    frame = pd.DataFrame({"file": "none.png", "region": None}, index=range(PHOTOS))
    frame["rock"] = np.array(PROPERTIES[0].classes)[random_truth(rock, rng)]
    frame["grain"] = np.array(PROPERTIES[1].classes)[random_truth(grain, rng)]
    frame.loc[0, "grain"] = ""
    streams = np.stack(
        [
            np.hstack([log_softmax(3 * (rock + noise), axis=1), log_softmax(grain + noise[:, :2], axis=1)])
            for noise in rng.normal(0, 0.1, (2, PHOTOS, 3))
        ]
    )
    return Answers(streams, None), SectionDataset(frame, PROPERTIES, Preprocessing(size=64))


def minimised(streams: np.ndarray, truth: np.ndarray) -> float:
    """Return the temperature by another minimiser, on the log loss and the prior as they are written down."""
    classes, doubt = streams.shape[-1], 1 / (len(truth) + 2)
    targets = np.where(np.arange(classes) == truth[:, None], 1 - doubt, doubt / (classes - 1))

    def loss(log_temperature: np.ndarray) -> float:
        mean = softmax(streams / np.exp(log_temperature), axis=-1).mean(axis=0)
        return float(-(targets * np.log(mean)).sum() - norm.logpdf(log_temperature[0], np.log(1.5), 0.35))

    return float(np.exp(minimize(loss, [0.0], method="Nelder-Mead", options={"xatol": 1e-6}).x[0]))


def test_each_property_has_its_own_temperature(two_properties: tuple[Answers, SectionDataset]) -> None:
    answers, validation = two_properties
    temperatures = fit_temperatures(answers, validation, PROPERTIES)
    labels = validation.labels.numpy()
    known = labels[:, 1] >= 0
    assert known.sum() == PHOTOS - 1
    assert temperatures["rock"] == pytest.approx(minimised(answers.streams[..., :3], labels[:, 0]), rel=1e-3)
    of_grain = minimised(answers.streams[:, known, 3:], labels[known, 1] - 3)
    assert temperatures["grain"] == pytest.approx(of_grain, rel=1e-3)
    assert temperatures["rock"] > 1.5


def test_a_property_with_few_labels_is_left_as_it_is(
    two_properties: tuple[Answers, SectionDataset],
) -> None:
    answers, validation = two_properties
    validation.labels[29:, 1] = -1
    assert fit_temperatures(answers, validation, PROPERTIES).keys() == {"rock"}
