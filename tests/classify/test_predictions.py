"""What several models say about one image."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError

import pytest

from napari_rocks2net.classify import Prediction, Predictions

GRAIN = Prediction("grain", "coarse", 0.7, {"coarse": 0.7, "fine": 0.3})
MATRIX = Prediction("matrix", "clay", 0.9, {"clay": 0.9, "mud": 0.1})


def test_predictions_are_looked_up_by_property_in_the_models_order() -> None:
    both = Predictions((MATRIX, GRAIN))
    assert list(both) == ["matrix", "grain"]
    assert both["grain"] is GRAIN
    assert "clastic" not in both
    assert dict(both) == {"grain": GRAIN, "matrix": MATRIX} == both


def test_the_only_prediction_is_refused_among_several() -> None:
    assert Predictions((GRAIN,)).only is GRAIN
    with pytest.raises(ValueError, match="2 predictions; choose one by its property: grain, matrix"):
        _ = Predictions((GRAIN, MATRIX)).only


def test_predictions_do_not_change_and_travel_between_processes() -> None:
    predictions = Predictions((GRAIN, MATRIX))
    with pytest.raises(FrozenInstanceError):
        predictions.all = ()
    assert pickle.loads(pickle.dumps(predictions)) == predictions
