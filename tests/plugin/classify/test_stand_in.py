"""The quick stand-in of the plugin's tests keeps the promises of a real model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_rocks2net.classify import CriticalArea, RockClassifier


@pytest.fixture(params=["real", "quick"])
def classifier(request: pytest.FixtureRequest, real_classifier: RockClassifier, quick: Any) -> RockClassifier:
    return real_classifier if request.param == "real" else quick()


def test_every_class_of_the_property_has_its_probability(classifier: RockClassifier, rgb: np.ndarray) -> None:
    (rock_property,) = classifier.properties
    prediction = classifier.predict(rgb)[rock_property.name]
    for stream in ("", "global_", "local_"):
        probabilities = getattr(prediction, f"{stream}probabilities")
        assert tuple(probabilities) == rock_property.classes
        assert sum(probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert prediction.probability == max(prediction.probabilities.values())
    assert prediction.probabilities[prediction.label] == prediction.probability


def test_the_critical_area_lies_in_the_image_or_where_it_is_given(
    classifier: RockClassifier, rgb: np.ndarray
) -> None:
    own = classifier.predict(rgb).only.critical_area
    assert own is not None
    assert own.y0 < rgb.shape[0]
    assert own.x0 < rgb.shape[1]
    area = CriticalArea(5, 10, 30, 40)
    chosen = classifier.predict(rgb, area).only.critical_area
    assert chosen is not None
    assert chosen.box == pytest.approx(area.box, abs=1e-3)


def test_functions_are_called_in_turn_and_a_bad_one_costs_its_place(
    classifier: RockClassifier, rgb: np.ndarray
) -> None:
    def broken() -> np.ndarray:
        raise OSError("the disk is gone")

    reasons: list[tuple[int, str]] = []
    results = list(
        classifier.predict_many(
            [lambda: rgb, broken, rgb], on_error=lambda index, error: reasons.append((index, str(error)))
        )
    )
    assert [result is None for result in results] == [False, True, False]
    assert reasons == [(1, "the disk is gone")]
    assert classifier.device.device.type == "cpu"
    assert classifier.batch_size() >= 1
