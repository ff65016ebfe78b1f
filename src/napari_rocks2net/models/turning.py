"""Test-time augmentation: one answer from all turns and mirrors of an image."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from napari_rocks2net.models.fields import Images, ViewBatch, pixels_of
from napari_rocks2net.models.output import ModelOutput

Answer = Callable[[Any, Tensor | None], ModelOutput]

QUARTER_TURNS = 4


def mean_of_turns(answer: Answer, images: Images, critical_area: Tensor | None = None) -> ModelOutput:
    """Answer by the mean of the probabilities of an image's eight turns and mirrors.

    All look at the critical area of the image as it is; so do its evidence and its features, which are passed
    on. A thin section has no top: what changes with the turn is the network's uncertainty.

    Parameters
    ----------
    answer : callable
        Takes images and critical areas or None, and returns the output of a network.
    images : Tensor, shape (B, C, Y, X), or ViewBatch
        The images, or fields, whose views are turned together.
    critical_area : Tensor, shape (B, 4), optional
        Boxes (y0, x0, y1, x1) in the unit square instead of those that the network finds.

    Returns
    -------
    ModelOutput
        Of the images as they are, with the log-probabilities of the mean.
    """
    upright = answer(images, critical_area)
    outputs = [upright]
    for mirrored in (False, True):
        for quarters in range(QUARTER_TURNS):
            if mirrored or quarters:
                boxes = upright.critical_area
                boxes = None if boxes is None else turned_boxes(boxes, quarters, mirrored)
                outputs.append(answer(turned_images(images, quarters, mirrored), boxes))
    names = ("log_probabilities", "global_log_probabilities", "local_log_probabilities")
    means: dict[str, Any] = {name: _mean([getattr(each, name) for each in outputs]) for name in names}
    return replace(upright, **means)


def turned_images(images: Images, quarters: int, mirrored: bool) -> Images:
    """Return images (B, C, Y, X) mirrored left to right, then turned counterclockwise by quarters.

    Parameters
    ----------
    images : Tensor, shape (B, C, Y, X), or ViewBatch
        The images, or those of all views.
    quarters : int
        0 to 3.
    mirrored : bool
        Whether left and right change places first.
    """
    pixels = pixels_of(images)
    turned = torch.rot90(pixels.flip(-1) if mirrored else pixels, quarters, dims=(-2, -1))
    return images.with_images(turned) if isinstance(images, ViewBatch) else turned


def turned_boxes(boxes: Tensor, quarters: int, mirrored: bool) -> Tensor:
    """Return where boxes of an image lie in what `turned_images` makes of it.

    Parameters
    ----------
    boxes : Tensor, shape (B, 4)
        y0, x0, y1, x1 in the unit square.
    quarters, mirrored
        See `turned_images`.
    """
    y0, x0, y1, x1 = boxes.unbind(dim=-1)
    if mirrored:
        x0, x1 = 1 - x1, 1 - x0
    for _ in range(quarters):
        y0, x0, y1, x1 = 1 - x1, y0, 1 - x0, y1
    return torch.stack([y0, x0, y1, x1], dim=-1)


def _mean(log_probabilities: list[Tensor | None]) -> Tensor | None:
    present = [each.float() for each in log_probabilities if each is not None]
    return torch.stack(present).logsumexp(dim=0) - math.log(len(present)) if present else None
