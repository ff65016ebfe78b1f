"""Image layers as slides, and Shapes layers as regions on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.plugin.layers.image_planes import image_levels, shown_step
from napari_rocks2net.plugin.layers.layer_scale import known_pixel_size
from napari_rocks2net.plugin.layers.transforms import LayerTransform

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image, Shapes

    from napari_rocks2net.slides import Slide

ELLIPSE_POINTS = 64
CLOSED = ("rectangle", "polygon", "ellipse")


def slide_of(layer: Image, step: tuple[int, ...] = ()) -> Slide:
    """Return an image layer, or one plane of a stack, as a slide that is read where it is needed.

    Parameters
    ----------
    layer : napari.layers.Image
        Of one level or several, in memory or lazy.
    step : tuple of int
        Position along the leading axes.

    Raises
    ------
    ImageLayerError
        If it is no image layer or has no pixels.
    """
    from napari_rocks2net.slides import Slide

    levels, leading = image_levels(layer)
    index = plane_index(levels[0], leading, step)
    whole = [level for level in levels if level.shape[:leading] == levels[0].shape[:leading]]
    # Zarr would read all of an array that is asked for its part ().
    planes = [level[index] if index else level for level in whole]
    size = known_pixel_size(layer)
    return Slide.of_arrays(*planes, name=layer.name, um_per_pixel=None if size is None else size.micrometres)


def plane_index(finest: Any, leading: int, step: tuple[int, ...]) -> tuple[int, ...]:
    """Return the plane of a stack that a position along its leading axes is nearest to."""
    positions = (*step, *(0,) * leading)
    return tuple(min(max(at, 0), finest.shape[axis] - 1) for axis, at in enumerate(positions[:leading]))


def plane_of(viewer: napari.viewer.Viewer, layer: Image) -> tuple[int, ...]:
    """Return the plane of a layer that the viewer shows; empty for a single picture."""
    levels, leading = image_levels(layer)
    return plane_index(levels[0], leading, shown_step(viewer, layer))


def region_of(shapes: Shapes, transform: LayerTransform) -> list[np.ndarray]:
    """Return the closed shapes of a layer as polygons on a slide.

    Parameters
    ----------
    shapes : napari.layers.Shapes
        Rectangles, polygons and ellipses count; lines and paths enclose nothing.
    transform : LayerTransform
        Of the slide's plane.

    Raises
    ------
    SlideError
        If there is none, or the layers are in units that do not go together.
    """
    from napari_rocks2net.slides import SlideError

    own = LayerTransform.of(shapes)
    if tuple(map(str, own.units[-2:])) != tuple(map(str, transform.units)):
        raise SlideError(
            f"The region {shapes.name!r} is in {own.units[-1]} and the slide in {transform.units[-1]}: give "
            "the shapes the units of the slide."
        )
    polygons = [
        _outline(np.asarray(vertices), kind)
        for vertices, kind in zip(shapes.data, shapes.shape_type, strict=True)
        if kind in CLOSED
    ]
    if not polygons:
        raise SlideError(f"The layer {shapes.name!r} holds no closed shape: draw the region as one.")
    to_slide = np.linalg.inv(transform.matrix) @ _last_two(own.matrix)
    # The pixels' centres are whole numbers in a layer, and their edges in a slide.
    return [polygon @ to_slide[:2, :2].T + to_slide[:2, 2] + 0.5 for polygon in polygons]


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
