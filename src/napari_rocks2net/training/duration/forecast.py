"""Forecast: what a training would start from, how long it would take here, and what suits the device."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from napari_rocks2net.classify import choose_device
from napari_rocks2net.models.catalog import model_spec
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.duration.estimate import duration_sentence
from napari_rocks2net.training.duration.sizing import suggest_size_and_batch
from napari_rocks2net.training.presets import usual_backbone
from napari_rocks2net.training.start import resolved_start, start_sentence


def forecast_sentence(config: TrainingConfig, samples: SampleTable, trainings: int) -> str:
    """Time what was not timed yet and say what to expect.

    Parameters
    ----------
    config : TrainingConfig
        What is done.
    samples : SampleTable
        On what.
    trainings : int
        How many times, as of folds.

    Returns
    -------
    str
        The network, what it starts from, and how long it takes.
    """
    name = model_spec(config.model).name
    if model_spec(config.model).uses("start_from"):
        start = resolved_start(config)
        config = replace(config, start_from=start)
        name = f"{name}, from {start_sentence(start, config)}"
    return f"{name}. {duration_sentence(config, samples, trainings)}".rstrip()


class DeviceAdvice(NamedTuple):
    """Advice for a device: values of settings, and the device as the reason, in a sentence."""

    size: int
    batch_size: int
    reason: str


def advise_for_device(model: str, accelerator: str, backbone: str | None = None) -> DeviceAdvice:
    """Look at the device and choose the image size and the batch for it.

    Parameters
    ----------
    model : str
        A name of the catalogue.
    accelerator : str
        "auto", "cpu", "cuda" or "mps".
    backbone : str, optional
        Instead of the network's usual one.

    Returns
    -------
    DeviceAdvice
        What to fill in, and why.
    """
    choice = choose_device(accelerator)
    settings = model_spec(model).settings
    if {"size", "batch_size"} <= settings.keys():
        size, batch_size = settings["size"], settings["batch_size"]
    else:
        size, batch_size = suggest_size_and_batch(
            model, device=str(choice.device), backbone=backbone or usual_backbone(model)
        )
    return DeviceAdvice(size, batch_size, f"{choice.reason} Suggested: {size} px, batch {batch_size}.")
