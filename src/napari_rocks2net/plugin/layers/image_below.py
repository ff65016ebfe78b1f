"""Image below a Shapes layer: which photo the regions that a person drew belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from napari_rocks2net.plugin.layers.mark import ImageMark
from napari_rocks2net.plugin.layers.transforms import LayerTransform

if TYPE_CHECKING:
    from napari.layers import Image, Layer, Shapes


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
    from napari.layers import Image

    images = [layer for layer in layers if isinstance(layer, Image)]
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
