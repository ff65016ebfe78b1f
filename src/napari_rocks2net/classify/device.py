"""Choice of the device: CPU, CUDA or MPS, and why."""

from __future__ import annotations

from dataclasses import dataclass

import torch


class DeviceError(ValueError):
    """A processor was asked for that this computer does not have."""


@dataclass(frozen=True)
class DeviceChoice:
    """A torch device, why it was chosen, and how networks run fastest on it."""

    device: torch.device
    """The device."""
    reason: str
    """One sentence for people."""
    precision: torch.dtype
    """The floating-point type of the network's arithmetic."""


def choose_device(name: str = "auto") -> DeviceChoice:
    """Choose a processor.

    Parameters
    ----------
    name : {"auto", "cuda", "mps", "cpu"} or a torch device such as "cuda:1"
        "auto" takes an NVIDIA GPU, else an Apple GPU, else the CPU.

    Raises
    ------
    DeviceError
        If the name is unknown or the processor is not there.
    """
    if name == "auto":
        name = _fastest()
        if name == "cpu":
            return DeviceChoice(
                torch.device("cpu"), "Running on the CPU: PyTorch finds no GPU here.", torch.float32
            )
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise DeviceError(
            f"There is no device called {name!r}; choose 'auto', 'cuda', 'mps' or 'cpu'."
        ) from error
    return _choice(device)


def _fastest() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _choice(device: torch.device) -> DeviceChoice:
    if device.type == "cpu":
        return DeviceChoice(device, "Running on the CPU, as asked.", torch.float32)
    if device.type == "mps" and torch.backends.mps.is_available():
        return DeviceChoice(device, "Running on this computer's Apple GPU.", torch.float32)
    if device.type != "cuda" or (device.index or 0) >= torch.cuda.device_count():
        raise DeviceError(f"The device '{device}' is not available on this computer; choose 'auto' or 'cpu'.")
    reason = f"Running on the GPU {torch.cuda.get_device_name(device)}."
    precision = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return DeviceChoice(device, reason, precision)
