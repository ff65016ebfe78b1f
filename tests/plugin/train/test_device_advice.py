"""What this computer is advised to train with."""

from __future__ import annotations

from typing import Any

import pytest

from napari_rocks2net.classify import DeviceError
from napari_rocks2net.plugin.train.device_advice import Advice, advice_work
from napari_rocks2net.training import TrainingConfig, suggest_size_and_batch


def advice(model: str, accelerator: str) -> Advice:
    work: Any = advice_work(model, accelerator)
    try:
        while True:
            next(work)
    except StopIteration as end:
        return end.value


def test_the_advice_is_that_of_the_library_for_this_device() -> None:
    found = advice("densenet121", "cpu")
    assert (found.size, found.batch_size) == suggest_size_and_batch("densenet121", device="cpu")
    assert "CPU" in found.reason
    TrainingConfig(model="densenet121", size=found.size, batch_size=found.batch_size)


def test_a_device_that_is_not_there_is_an_error() -> None:
    with pytest.raises(DeviceError, match="abacus"):
        advice("densenet121", "abacus")
