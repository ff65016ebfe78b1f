"""Shapes layers as regions of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from napari_rocks2net.plugin.layers.plane import ImageLayerError
from napari_rocks2net.plugin.layers.transforms import LayerTransform

if TYPE_CHECKING:
    from napari.layers import Shapes

ELLIPSE_POINTS = 64
# What napari says at the end of a change; at every step before, it says "adding", "changing" and the like.
FINISHED = ("added", "changed", "removed")
CLOSED = ("rectangle", "polygon", "ellipse")


def region_of(shapes: Shapes, transform: LayerTransform) -> list[np.ndarray]:
    """Return the closed shapes of a layer as polygons on an image, one (N, 2) y and x in its pixels each.

    Parameters
    ----------
    shapes : napari.layers.Shapes
        Rectangles, polygons and ellipses count; lines and paths enclose nothing.
    transform : LayerTransform
        Of the image's plane.

    Raises
    ------
    ImageLayerError
        If there is none, or the layers are in units that do not go together.
    """
    own = LayerTransform.of(shapes)
    if tuple(map(str, own.units[-2:])) != tuple(map(str, transform.units)):
        raise ImageLayerError(
            f"The region {shapes.name!r} is in {own.units[-1]} and the image in {transform.units[-1]}: give "
            "the shapes the units of the image."
        )
    polygons = [
        _outline(np.asarray(vertices), kind)
        for vertices, kind in zip(shapes.data, shapes.shape_type, strict=True)
        if kind in CLOSED
    ]
    if not polygons:
        raise ImageLayerError(f"The layer {shapes.name!r} holds no closed shape: draw the region as one.")
    to_image = np.linalg.inv(transform.matrix) @ _last_two(own.matrix)
    # The pixels' centres are whole numbers in a layer, and their edges in a region.
    return [polygon @ to_image[:2, :2].T + to_image[:2, 2] + 0.5 for polygon in polygons]


def _outline(vertices: np.ndarray, kind: str) -> np.ndarray:
    corners = vertices[:, -2:]
    if kind != "ellipse":
        return corners
    centre = corners.mean(axis=0)
    down, right = (corners[3] - corners[0]) / 2, (corners[1] - corners[0]) / 2
    angle = np.linspace(0, 2 * np.pi, ELLIPSE_POINTS, endpoint=False)[:, None]
    return np.asarray(centre + np.sin(angle) * down + np.cos(angle) * right)


def _last_two(matrix: np.ndarray) -> np.ndarray:
    """Return the part of an affine matrix that turns Y and X, (3, 3)."""
    rows = [-3, -2, -1]
    return np.asarray(matrix[np.ix_(rows, rows)])
