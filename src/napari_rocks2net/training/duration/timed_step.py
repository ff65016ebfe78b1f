"""Timed step: what a network takes here to learn from an image, and a photo to be described."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from napari_rocks2net.features import DescriptorCache
from napari_rocks2net.models import create_model
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.probe.describing import PhotoDescriber

BATCH = 2
# Of the usual area of a photo that is described.
PHOTOS = 4
SIZE = (480, 640)


def seconds_of_step(
    config: TrainingConfig, classes_per_property: Sequence[int], device: torch.device
) -> float:
    """Return the seconds of a forward and a backward pass of a new network, for one image.

    The quicker of two passes: the first prepares what the others use.

    Parameters
    ----------
    config : TrainingConfig
        Says the network and the size of its input.
    classes_per_property : sequence of int
        The number of classes of each property.
    device : torch.device
        Where it is timed.
    """
    network = create_model(config.model, classes_per_property, **config.model_arguments)
    network = network.train().to(device).to(memory_format=torch.channels_last)
    images = torch.rand(BATCH, 3, config.size, config.size, device=device)
    images = images.contiguous(memory_format=torch.channels_last)
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        network(images).log_probabilities.mean().backward()
        # The device has done its work when a number of it is here.
        _ = [float(weight.grad.sum()) for weight in network.parameters() if weight.grad is not None][:1]
        seconds.append(time.perf_counter() - began)
    return min(seconds) / BATCH


def seconds_of_describing() -> float:
    """Return the seconds in which a photo is described for a probe."""
    photos = np.random.default_rng(0).integers(0, 256, (PHOTOS, *SIZE, 3), dtype=np.uint8)
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        describer = PhotoDescriber(DescriptorCache(Path(folder)))
        for photo in photos:
            began = time.perf_counter()
            describer(photo)
            seconds.append(time.perf_counter() - began)
    return min(seconds)
