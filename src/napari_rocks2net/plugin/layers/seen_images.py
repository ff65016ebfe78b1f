"""Images that a person sees: those on the canvas that no other image covers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image, Layer

# What shows through: layers of these kinds cover nothing.
SEE_THROUGH = ("additive", "minimum", "multiplicative")


def seen_images(viewer: napari.viewer.Viewer) -> list[Image]:
    """Return the visible images that no visible image above covers.

    Of images that show through one another the selected ones count, else the topmost. In grid view images
    cover one another within their tile only.
    """
    images = _visible_images(viewer)
    uncovered = [
        image
        for position, image in enumerate(images)
        if not any(_opaque(upper) and _overlap(viewer, upper, image) for upper in images[:position])
    ]
    seen: list[Image] = []
    for image in sorted(uncovered, key=lambda each: each not in viewer.layers.selection):
        if not any(_overlap(viewer, image, other) for other in seen):
            seen.append(image)
    return seen


def show_image(viewer: napari.viewer.Viewer, layer_id: str, index: Sequence[int] = ()) -> None:
    """Let an image be seen: at a plane of its stack, and without the images that cover it."""
    image = next((layer for layer in viewer.layers if str(layer.unique_id) == layer_id), None)
    if image is None:
        return
    image.visible = True
    for upper in _visible_images(viewer):
        if upper is image:
            break
        if _overlap(viewer, upper, image):
            upper.visible = False
    if index:
        first = viewer.dims.ndim - image.ndim
        point = image.data_to_world((*index, *np.zeros(image.ndim - len(index))))
        axes = range(first, first + len(index))
        viewer.dims.set_point(list(axes), list(point[: len(index)]))


def _visible_images(viewer: napari.viewer.Viewer) -> list[Image]:
    """Return the visible images, the topmost first."""
    from napari.layers import Image

    return [layer for layer in reversed(viewer.layers) if isinstance(layer, Image) and layer.visible]


def _opaque(layer: Layer) -> bool:
    return layer.opacity == 1 and str(layer.blending) not in SEE_THROUGH


def _overlap(viewer: napari.viewer.Viewer, one: Layer, other: Layer) -> bool:
    """Return whether two layers lie on one another on the canvas."""
    grid = viewer.canvas.grid
    if grid.enabled:
        tiles = [grid.position(viewer.layers.index(layer), viewer.layers) for layer in (one, other)]
        if tiles[0] != tiles[1]:
            return False
    low, high = zip(*(layer.extent.world[:, -2:] for layer in (one, other)), strict=True)
    shared = np.minimum(*high) - np.maximum(*low)
    # Photos of a mosaic may touch.
    return bool(np.all(shared > 1e-6 * (high[0] - low[0])))
