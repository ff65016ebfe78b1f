"""What this computer is advised to train with."""

from __future__ import annotations

import pytest

from napari_rocks2net.classify import DeviceError
from napari_rocks2net.training import TrainingConfig, suggest_size_and_batch
from napari_rocks2net.training.forecast import advise_for_device


def test_the_advice_is_that_of_the_library_for_this_device() -> None:
    advice = advise_for_device("densenet121", "cpu")
    assert (advice.size, advice.batch_size) == suggest_size_and_batch("densenet121", device="cpu")
    assert "CPU" in advice.reason
    TrainingConfig(model="densenet121", size=advice.size, batch_size=advice.batch_size)


def test_a_device_that_is_not_there_is_an_error() -> None:
    with pytest.raises(DeviceError, match="abacus"):
        advise_for_device("densenet121", "abacus")
