"""Activations of a pretrained backbone, pooled over a photo and over its windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float64]
Stages = Callable[["torch.Tensor"], Sequence["torch.Tensor"]]

# What EfficientNet-Lite was trained on: github.com/tensorflow/tpu, efficientnet/lite.
CENTRE, SCALE = 127.0, 128.0
# The stride of the deepest stage: a smaller photo is continued by its last pixels, which are not pooled.
SMALLEST_INPUT = 32


def activation_descriptors(
    rgb: npt.NDArray[np.uint8], boxes: Floats, stages: Stages
) -> npt.NDArray[np.float32]:
    """Pool the feature maps of a backbone within boxes; one pass serves all boxes.

    Parameters
    ----------
    rgb : numpy.ndarray
        (y, x, 3) uint8, at the scale to describe; the backbone runs over it fully convolutionally.
    boxes : numpy.ndarray
        (N, 4) y0, x0, y1, x1 in the unit square.
    stages : callable
        Takes (1, 3, y, x) float32, (value - 127) / 128; returns maps (1, C, h, w) of several depths.

    Returns
    -------
    numpy.ndarray
        (N, D) float32: of each map the means and then the standard deviations of its C channels.
    """
    import torch

    height, width = rgb.shape[:2]
    missing = [(0, max(0, SMALLEST_INPUT - side)) for side in (height, width)]
    padded = np.pad(rgb, [*missing, (0, 0)], mode="edge")
    values = torch.from_numpy((padded.astype(np.float32) - CENTRE) / SCALE)
    with torch.inference_mode():
        maps = stages(values.permute(2, 0, 1)[None].contiguous())
    photo = np.tile([height / padded.shape[0], width / padded.shape[1]], 2)
    pooled = [_pooled(each[0].double().cpu().numpy(), boxes * photo) for each in maps]
    return np.concatenate(pooled, axis=1).astype(np.float32)


def activation_moments(channels: Sequence[int]) -> npt.NDArray[np.intp]:
    """Return the columns (M, 2) of each mean and of the deviation about it, for maps of so many channels."""
    first = np.cumsum([0, *(2 * each for each in channels)])
    means = np.concatenate([start + np.arange(each) for start, each in zip(first, channels, strict=False)])
    return np.stack([means, means + np.repeat(channels, channels)], axis=1)


def _pooled(feature_map: Floats, boxes: Floats) -> Floats:
    """Return (N, 2 C): means and deviations of a map (C, h, w) within boxes."""
    means = _box_means(feature_map, boxes)
    variances = _box_means(feature_map**2, boxes) - means**2
    return np.concatenate([means, np.sqrt(np.maximum(variances, 0))], axis=1)


def _box_means(feature_map: Floats, boxes: Floats) -> Floats:
    """Return the means (N, C) within boxes, cells at their edges counted by the part that lies inside."""
    _, height, width = feature_map.shape
    rows, row = np.unique(boxes[:, [0, 2]], axis=0, return_inverse=True)
    columns, column = np.unique(boxes[:, [1, 3]], axis=0, return_inverse=True)
    means = _shares(rows, height) @ feature_map @ _shares(columns, width).T
    selected: Floats = means[:, row.ravel(), column.ravel()].T
    return selected


def _shares(intervals: Floats, cells: int) -> Floats:
    """Return (N, cells): the share of each of the cells in intervals (N, 2) of the unit line."""
    edges = np.arange(cells + 1) / cells
    inside: Any = np.clip(edges[None], intervals[:, :1], intervals[:, 1:])
    lengths = np.diff(inside, axis=1)
    return lengths / lengths.sum(axis=1, keepdims=True)
