"""Evidence of a probe: what each place adds to the descriptors, times the classifier's weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from napari_rocks2net.explain.question import WHOLE, Box, Question, StreamEvidence
from napari_rocks2net.features import MOST_DEVIATIONS, describe_boxes, joined, shares_of_places
from napari_rocks2net.models import Probe
from napari_rocks2net.models.probe import MOMENTS

Floats = npt.NDArray[np.float64]

GRID = 8
METHOD = (
    "Bright speaks for the class, dark against it. The mean of all places is exactly the logit, from which "
    "the probability comes; what only the whole has, such as percentiles, is shared by all places."
)

METHOD_OF_VIEWS = (
    "Of one view: the mean of the places of all views is the logit; the spread over stage angles belongs to "
    "no view, and is shared by all places."
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
        with torch.inference_mode():
            [area] = _answer(question, network).critical_area.tolist()
        boxes.append((area[0], area[1], area[2], area[3]))
    of_stream = _evidence_of_view if question.views else _evidence_in
    return [of_stream(question, network, box) for box in boxes]


def _answer(question: Question, network: Probe) -> Any:
    boxes = question.boxes
    if question.views:
        views = [(each.light, each.file) for each in question.views]
        return network.answer_field(views, None if boxes is None else boxes[0])
    image = question.model.card.preprocessing(question.rgb)[None].to(question.model.device.device)
    return network(image, boxes)


def _described(network: Probe, rgb: npt.NDArray[np.uint8], boxes: Floats) -> dict[str, Any]:
    """Return the descriptors of boxes (N, 4) of a photo, (N, D) a kind."""
    return describe_boxes(
        rgb, boxes, network.kinds, stages=lambda images: network.backbone(images.to(network.mean))
    )


def _evidence_in(question: Question, network: Probe, box: Box) -> StreamEvidence:
    described = _described(network, question.rgb, np.vstack([box, _tiles(box)]))
    whole = joined({kind: rows[0] for kind, rows in described.items()}, network.kinds)
    shares = np.hstack([*_shares(described, network.kinds).values()])
    logit, places = _linear(question, network, whole.astype(float), shares)
    unplaced = logit - float(places.mean())
    return StreamEvidence(_cells(places + unplaced), box, unplaced, METHOD)


def _evidence_of_view(question: Question, network: Probe, box: Box) -> StreamEvidence:
    """Return what the places of one view of a field say, so that their mean over all views is the logit.

    The descriptors of a light are the mean of those of its views, of which each has its part; the spread over
    stage angles belongs to no view, and all places have an equal share of it.
    """
    layout, light = network.layout, question.views[question.view].light
    described = _described(network, question.rgb, np.vstack([box, _tiles(box)]))
    wholes = [
        {kind: rows[0] for kind, rows in _described(network, each.file, np.array([box])).items()}
        for each in question.views
    ]
    lights = [each.light for each in question.views]
    row = joined(layout.join(list(zip(lights, wholes, strict=True))), network.kinds).astype(float)
    sizes = {kind: len(values) * layout.blocks for kind, values in wholes[0].items()}
    first = dict(zip(sizes, np.cumsum([0, *sizes.values()]), strict=False))

    def rows_with(values: Mapping[str, Floats]) -> Floats:
        """Return the row of the field (N, D) with other descriptors of the light, (N, d) a kind."""
        rows = np.tile(row, (len(next(iter(values.values()))), 1))
        for kind, own in values.items():
            start = first[kind] + layout.lights.index(light) * own.shape[1]
            rows[:, start : start + own.shape[1]] = own
        return rows

    share = len(lights) / lights.count(light)
    logit, places = _linear(question, network, row, rows_with(_shares(described, network.kinds)))
    _, [alone] = _linear(question, network, row, rows_with({kind: x[:1] for kind, x in described.items()}))
    # Of the view as a whole, so that what its places do not have is shared by them, and by no other view's.
    unplaced = share * float(alone - places.mean())
    return StreamEvidence(_cells(logit + share * (places - logit) + unplaced), box, unplaced, METHOD_OF_VIEWS)


def _shares(described: Mapping[str, Any], kinds: Sequence[str]) -> dict[str, Floats]:
    """Return what each place has of the descriptors of a box, (N, D) a kind; the box is the first row."""
    return {kind: shares_of_places(described[kind][0], described[kind][1:], MOMENTS[kind]) for kind in kinds}


def _cells(places: Floats) -> npt.NDArray[np.float32]:
    return places.reshape(GRID, GRID).astype(np.float32)


def _linear(question: Question, network: Probe, whole: Floats, shares: Floats) -> tuple[float, Floats]:
    """Return the logit of descriptors (D,), and what places with shares (N, D) of them say, (N,)."""
    mean, scale, weight, intercept = (
        each.double().cpu().numpy()
        for each in (network.mean, network.scale, network.weight, network.intercept)
    )
    divisor = float(network.temperature) * question.temperature
    own = (weight[question.index] - weight.mean(axis=0)) / divisor
    constant = (intercept[question.index] - intercept.mean()) / divisor
    # What a field lacks is 0, as of the average field.
    standardised = np.nan_to_num((whole - mean) / scale)
    clipped = standardised.clip(-MOST_DEVIATIONS, MOST_DEVIATIONS)
    # Of what is cut off no place has a part: all have the same.
    parts = np.nan_to_num(np.where(standardised == clipped, (shares - mean) / scale, clipped))
    return float(clipped @ own + constant), parts @ own + constant


def _tiles(box: Box) -> Floats:
    """Return the places of a box row by row, (N, 4)."""
    y0, x0, y1, x1 = box
    y, x = np.linspace(y0, y1, GRID + 1), np.linspace(x0, x1, GRID + 1)
    top, left = np.meshgrid(y[:-1], x[:-1], indexing="ij")
    bottom, right = np.meshgrid(y[1:], x[1:], indexing="ij")
    return np.stack([top, left, bottom, right], axis=-1).reshape(-1, 4)
