"""Output of a network, and the fusion of two streams."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class ModelOutput:
    """The answer of a network to a batch of B images.

    A network of several rock properties puts their classes side by side: C counts all of them, and the
    probabilities of each property sum to 1 (`RockNetwork.classes_per_property` says which columns are whose).
    """

    log_probabilities: Tensor
    """(B, C). Natural logarithm of the fused class probabilities; the ``exp`` of a property's columns sums to
    1."""
    global_log_probabilities: Tensor | None = None
    local_log_probabilities: Tensor | None = None
    """(B, C). The same of the whole image and of the critical area alone; None for one-stream networks."""
    translation: Tensor | None = None
    """(B, 2). (tx, ty), the centre of the critical area, in -1..1 from left to right and top to bottom."""
    critical_area: Tensor | None = None
    """(B, 4). (y0, x0, y1, x1) in the unit square."""
    evidence: Tensor | None = None
    """(B, h, w). Where the evidence for the predicted class lies: standardised, only with
    ``localization="evidence"``."""
    unfamiliar: Tensor | None = None
    """(B,). How unlike the photos it learned from each image is, 0..1; see
    `napari_rocks2net.classify.Prediction`. Networks that are trained leave it to `Familiarity`."""
    features: Tensor | None = None
    """(B, F). What the whole image has been pooled to, by which `Familiarity` tells the unlike; not a number
    for the lights that a field lacks."""


def class_counts(num_classes: int | Sequence[int]) -> tuple[int, ...]:
    """Return the number of classes of each property; a single number is that of one property."""
    return (num_classes,) if isinstance(num_classes, int) else tuple(num_classes)


def segment_log_softmax(logits: Tensor, classes_per_property: Sequence[int]) -> Tensor:
    """Return the log-probabilities (B, C) float32 of logits, the columns of each property by themselves.

    Parameters
    ----------
    logits : Tensor, shape (B, C)
        Of any floating type.
    classes_per_property : sequence of int
        Number of classes of each property, in the order of the columns; they add up to C.
    """
    parts = logits.float().split(list(classes_per_property), dim=1)
    return torch.cat([part.log_softmax(dim=1) for part in parts], dim=1)


def fuse(
    global_logits: Tensor, local_logits: Tensor, classes_per_property: Sequence[int]
) -> tuple[Tensor, Tensor, Tensor]:
    """Return (fused, global, local) log-probabilities of two streams' logits, each (B, C).

    The fused probability is the mean of the two softmax vectors (equation 9 of Zhu et al. 2024),
    computed in log space so that it stays exact for vanishing probabilities.

    Parameters
    ----------
    global_logits, local_logits : Tensor, shape (B, C)
        Of the image and of its critical area.
    classes_per_property : sequence of int
        See `segment_log_softmax`.
    """
    global_log = segment_log_softmax(global_logits, classes_per_property)
    local_log = segment_log_softmax(local_logits, classes_per_property)
    # `logaddexp` is the same, but none that ONNX has.
    fused = torch.stack([global_log, local_log]).logsumexp(dim=0) - math.log(2)
    return fused, global_log, local_log


def calibrated(
    output: ModelOutput, temperatures: Sequence[float], classes_per_property: Sequence[int]
) -> ModelOutput:
    """Return an answer with the logits of every stream divided by the temperature of their property.

    Parameters
    ----------
    output : ModelOutput
        The answer of a network.
    temperatures : sequence of float
        One for each property, above 0.
    classes_per_property : sequence of int
        See `segment_log_softmax`.

    Notes
    -----
    Guo et al. 2017, arXiv 1706.04599. Logarithms of probabilities are logits like any other.
    """
    repeats = torch.tensor(list(classes_per_property))
    divisor = torch.tensor(list(temperatures)).repeat_interleave(repeats).to(output.log_probabilities.device)
    whole, local = output.global_log_probabilities, output.local_log_probabilities
    if whole is None or local is None:
        log = segment_log_softmax(output.log_probabilities / divisor, classes_per_property)
        return replace(output, log_probabilities=log)
    fused, whole, local = fuse(whole / divisor, local / divisor, classes_per_property)
    return replace(
        output, log_probabilities=fused, global_log_probabilities=whole, local_log_probabilities=local
    )
