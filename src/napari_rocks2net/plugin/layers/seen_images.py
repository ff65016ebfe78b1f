"""Images that a person sees, and the image below a layer of regions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from napari.experimental import unlink_layers
from napari.layers import Image, Layer, Shapes

from napari_rocks2net.plugin.layers.mark import ImageMark, is_photo
from napari_rocks2net.plugin.layers.transforms import LayerTransform

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
    opaque = [each for each in images if each.opacity == 1 and str(each.blending) not in SEE_THROUGH]
    uncovered = [
        image
        for position, image in enumerate(images)
        if not any(_overlap(viewer, upper, image) for upper in images[:position] if upper in opaque)
    ]
    on_top: list[Image] = []
    for image in sorted(uncovered, key=lambda each: each not in viewer.layers.selection):
        if not any(_overlap(viewer, image, other) for other in on_top):
            on_top.append(image)
    return on_top


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
    if not image.visible:
        # A person has linked it with one that covers it: they can be seen no more but together.
        unlink_layers([getattr(image, "__wrapped__", image)], ("visible",))
        image.visible = True
    if index:
        first = viewer.dims.ndim - image.ndim
        point = image.data_to_world((*index, *np.zeros(image.ndim - len(index))))
        axes = range(first, first + len(index))
        viewer.dims.set_point(list(axes), list(point[: len(index)]))


def _visible_images(viewer: napari.viewer.Viewer) -> list[Image]:
    """Return the visible images, the topmost first."""
    return [layer for layer in reversed(viewer.layers) if is_photo(layer) and layer.visible]


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


def images_below(layers: Sequence[Layer], shapes: Shapes) -> tuple[Image, ...]:
    """Return the images that the regions of a Shapes layer may lie on, the likeliest first.

    Parameters
    ----------
    layers : sequence of napari.layers.Layer
        All layers of the viewer, the lowest first.
    shapes : napari.layers.Shapes
        One of them.

    Returns
    -------
    tuple of napari.layers.Image
        The image that the layer's mark names, if it names one; else the visible images below the layer, from
        the topmost down.
    """
    images = [layer for layer in layers if is_photo(layer)]
    mark = ImageMark.of(shapes.metadata)
    if mark is not None and mark.key is not None:
        return tuple(image for image in images if _key(image) == mark.key)
    position = layers.index(shapes)
    return tuple(reversed([each for each in images if each.visible and layers.index(each) < position]))


def vertices_on(image: Image, shapes: Shapes) -> Iterator[np.ndarray]:
    """Yield the vertices of every shape in data coordinates of an image, (N, D)."""
    ndim = image.ndim
    to_world, from_world = LayerTransform.of(shapes).matrix, np.linalg.inv(LayerTransform.of(image).matrix)
    for vertices in shapes.data:
        world = np.asarray(vertices) @ to_world[:-1, :-1].T + to_world[:-1, -1]
        # napari aligns the last axes; of the first ones a flat layer lies at zero.
        padding = np.zeros((len(world), max(ndim - world.shape[1], 0)))
        points = np.hstack([padding, world])[:, -ndim:]
        yield points @ from_world[:-1, :-1].T + from_world[:-1, -1]


def _key(image: Image) -> object:
    mark = ImageMark.of(image.metadata)
    return None if mark is None else mark.key
