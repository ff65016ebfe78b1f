"""Forecast: what a training starts from and how long it takes, and what suits this computer."""

from __future__ import annotations

import pytest

from napari_rocks2net.classify import DeviceError
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.training import TrainingConfig, suggest_size_and_batch
from napari_rocks2net.training.duration import estimate as duration
from napari_rocks2net.training.duration.forecast import advise_for_device, forecast_sentence


def test_the_advice_is_that_of_the_library_for_this_device() -> None:
    advice = advise_for_device("densenet121", "cpu")
    assert (advice.size, advice.batch_size) == suggest_size_and_batch("densenet121", device="cpu")
    assert "CPU" in advice.reason
    TrainingConfig(model="densenet121", size=advice.size, batch_size=advice.batch_size)


def test_a_missing_device_is_an_error() -> None:
    with pytest.raises(DeviceError, match="abacus"):
        advise_for_device("densenet121", "abacus")


def test_what_is_forecast_is_the_start_and_the_time(
    samples: SampleTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duration, "seconds_of_step", lambda *_: 20.0)
    monkeypatch.setattr(duration, "seconds_of_describing", lambda: 0.5)
    probe = forecast_sentence(TrainingConfig(model="probe"), samples, 1)
    assert probe.startswith("probe. At most about ")
    assert "Shorter" not in probe
    long = forecast_sentence(TrainingConfig(model="rocks2net"), samples, 1)
    assert long.startswith("rocks2net, from ImageNet weights of EfficientNet-Lite0. At most about ")
    assert "the network probe" in long
