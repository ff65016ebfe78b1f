"""Device advice: the image size and the batch that suit this computer."""

from __future__ import annotations

from dataclasses import dataclass

from napari_rocks2net.models.catalog import model_spec
from napari_rocks2net.torch_beside_opengl import prepare_torch_import


@dataclass(frozen=True)
class Advice:
    """What to fill into the settings.

    Parameters
    ----------
    size, batch_size : int
    reason : str
        The device, in a sentence.
    """

    size: int
    batch_size: int
    reason: str


def advice_work(model: str, accelerator: str) -> Advice:
    """Look at the device and choose for it; imports torch, which takes seconds."""
    prepare_torch_import()
    from napari_rocks2net.classify import choose_device
    from napari_rocks2net.training import suggest_size_and_batch

    choice = choose_device(accelerator)
    settings = model_spec(model).settings
    if {"size", "batch_size"} <= settings.keys():
        size, batch_size = settings["size"], settings["batch_size"]
    else:
        size, batch_size = suggest_size_and_batch(model, device=str(choice.device))
    return Advice(size, batch_size, f"{choice.reason} Suggested: {size} px, batch {batch_size}.")
