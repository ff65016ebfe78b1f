"""The device that is chosen, and why."""

from __future__ import annotations

import pytest
import torch

from napari_rocks2net.classify import DeviceError, choose_device


def test_the_cpu_is_always_available() -> None:
    choice = choose_device("cpu")
    assert choice.device == torch.device("cpu")
    assert choice.precision == torch.float32
    assert "as asked" in choice.reason


def test_auto_takes_the_gpu_where_one_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Example 9000")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    choice = choose_device("auto")
    assert choice.device.type == "cuda"
    assert choice.precision == torch.bfloat16
    assert "Example 9000" in choice.reason


def test_auto_says_why_it_takes_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    choice = choose_device("auto")
    assert choice.device.type == "cpu"
    assert "no GPU" in choice.reason


@pytest.mark.parametrize("name", ["abacus", "cuda:99"])
def test_a_device_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(DeviceError, match=name):
        choose_device(name)
