"""Evidence of a probe: what each place adds to the descriptors, times the classifier's weights."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from napari_rocks2net.explain.question import WHOLE, Box, Question, StreamEvidence
from napari_rocks2net.features import MOST_DEVIATIONS, describe_boxes, joined, shares_of_places
from napari_rocks2net.models import Probe
from napari_rocks2net.models.probe import MOMENTS

Floats = npt.NDArray[np.float64]

GRID = 8
WAY = (
    "Exact for means, deviations and shares of patterns, of which each place has its part; by percentiles "
    "and hues each place is judged by itself, and what the whole has beyond that is shared by all places."
)


def probe_evidence(question: Question) -> list[StreamEvidence]:
    """Return the evidence of the whole photo and, where the probe has a local stream, of its critical area.

    The logit is linear in the standardised descriptors; see `shares_of_places` for what each of 8 x 8 places
    has of them.
    """
    import torch

    network = cast("Probe", question.model.network)
    boxes = [WHOLE]
    if network.local:
        image = question.model.card.preprocessing(question.rgb)[None].to(question.model.device.device)
        with torch.inference_mode():
            [area] = network(image, question.boxes).critical_area.tolist()
        boxes.append((area[0], area[1], area[2], area[3]))
    return [_evidence_in(question, network, box) for box in boxes]


def _evidence_in(question: Question, network: Probe, box: Box) -> StreamEvidence:
    described = describe_boxes(
        question.rgb,
        np.vstack([box, _tiles(box)]),
        network.kinds,
        stages=lambda images: network.backbone(images.to(network.mean)),
    )
    whole = joined({kind: rows[0] for kind, rows in described.items()}, network.kinds)
    shares = [
        shares_of_places(described[kind][0], described[kind][1:], MOMENTS[kind]) for kind in network.kinds
    ]
    logit, places = _linear(question, network, whole.astype(float), np.hstack(shares))
    unplaced = logit - float(places.mean())
    cells = (places + unplaced).reshape(GRID, GRID).astype(np.float32)
    return StreamEvidence(cells, box, unplaced, WAY)


def _linear(question: Question, network: Probe, whole: Floats, shares: Floats) -> tuple[float, Floats]:
    """Return the logit of descriptors (D,), and what places with shares (N, D) of them say, (N,)."""
    mean, scale, weight, intercept = (
        each.double().cpu().numpy()
        for each in (network.mean, network.scale, network.weight, network.intercept)
    )
    divisor = float(network.temperature) * question.temperature
    own = (weight[question.index] - weight.mean(axis=0)) / divisor
    constant = (intercept[question.index] - intercept.mean()) / divisor
    standardised = (whole - mean) / scale
    clipped = standardised.clip(-MOST_DEVIATIONS, MOST_DEVIATIONS)
    # Of what is cut off no place has a part: all have the same.
    parts = np.where(standardised == clipped, (shares - mean) / scale, clipped)
    return float(clipped @ own + constant), parts @ own + constant


def _tiles(box: Box) -> Floats:
    """Return the places of a box row by row, (N, 4)."""
    y0, x0, y1, x1 = box
    y, x = np.linspace(y0, y1, GRID + 1), np.linspace(x0, x1, GRID + 1)
    top, left = np.meshgrid(y[:-1], x[:-1], indexing="ij")
    bottom, right = np.meshgrid(y[1:], x[1:], indexing="ij")
    return np.stack([top, left, bottom, right], axis=-1).reshape(-1, 4)
