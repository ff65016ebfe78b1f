"""Planes of image layers: the images that models and segmentations work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.imaging.strips import (
    has_channels,
    plane_brightness,
    sensible_level,
)
from napari_rocks2net.plugin.layers.layer_contents import PixelContents
from napari_rocks2net.plugin.layers.layer_place import place_of
from napari_rocks2net.plugin.layers.plane import ImageLayerError, ImagePlane, layer_origin

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image, Layer


def named_layers(viewer: napari.viewer.Viewer, layers: Sequence[Layer | str]) -> list[Layer]:
    """Return layers that a script gives themselves or by name.

    Raises
    ------
    ImageLayerError
        When there is no layer of a name, none is given, or a text instead of a list.
    """
    if isinstance(layers, str) or not layers:
        raise ImageLayerError(f"Expected a list of image layers or their names, not {layers!r}.")
    for layer in layers:
        if isinstance(layer, str) and layer not in viewer.layers:
            names = ", ".join(repr(each.name) for each in viewer.layers) or "none"
            raise ImageLayerError(f"There is no layer {layer!r} in the viewer (layers: {names}).")
    return [viewer.layers[layer] if isinstance(layer, str) else layer for layer in layers]


def image_planes(layer: Image) -> tuple[ImagePlane, ...]:
    """Split an image layer into its planes, at the resolution that a model needs.

    Parameters
    ----------
    layer : napari.layers.Image
        RGB, RGBA or grey; a stack gives one plane for each position along its leading axes; of a
        multiscale layer the finest level is read as its file would be, or where that is reduced, the coarsest
        level with as many pixels.

    Raises
    ------
    ImageLayerError
        If it is no image layer or has no pixels.
    """
    levels, leading = image_levels(layer)
    pixels = sensible_level(levels, leading)
    first = _plane(layer, levels[0], pixels, (0,) * leading)
    indices = np.ndindex(*pixels.shape[:leading])
    return tuple(replace(first, index=index, origin=layer_origin(layer, index)) for index in indices)


def image_plane(layer: Image, step: Sequence[int] = ()) -> ImagePlane:
    """Return one plane of an image layer at its full resolution.

    Parameters
    ----------
    layer : napari.layers.Image
        RGB, RGBA or grey; of a multiscale layer the finest level is taken.
    step : sequence of int
        Position along the leading axes, such as `shown_step`; the nearest where there is none, the first
        where it does not say.

    Raises
    ------
    ImageLayerError
        If it is no image layer or has no pixels.
    """
    levels, leading = image_levels(layer)
    lengths = levels[0].shape[:leading]
    positions = (*step, *(0,) * leading)
    index = tuple(min(max(at, 0), length - 1) for at, length in zip(positions, lengths, strict=False))
    return _plane(layer, levels[0], levels[0], index)


def shown_plane(viewer: napari.viewer.Viewer, layer: Image) -> ImagePlane:
    """Return the plane of an image layer that the viewer shows; see `image_plane`."""
    return image_plane(layer, shown_step(viewer, layer))


def shown_step(viewer: napari.viewer.Viewer, layer: Layer) -> tuple[int, ...]:
    """Return the index along the leading axes of a layer at which the viewer stands."""
    return step_at(viewer.dims.point, layer)


def step_at(world: Sequence[float] | np.ndarray, layer: Layer) -> tuple[int, ...]:
    """Return the index along the leading axes of a layer at a place of the world."""
    point = layer.world_to_data(world)
    return tuple(round(float(value)) for value in point[: max(layer.ndim - 2, 0)])


def image_levels(layer: Any) -> tuple[list[Any], int]:
    """Return the levels of an image layer, finest first, and the number of its leading axes."""
    from napari.layers import Image

    if not isinstance(layer, Image):
        raise ImageLayerError(f"The layer {layer.name!r} is not an image layer; choose one that is.")
    levels = list(layer.data) if layer.multiscale else [layer.data]
    shape = levels[0].shape
    leading = len(shape) - (3 if has_channels(layer.rgb, shape) else 2)
    if leading < 0 or 0 in shape:
        raise ImageLayerError(
            f"The layer {layer.name!r} holds no picture (shape {tuple(shape)}); choose another."
        )
    return levels, leading


def _plane(layer: Image, finest: Any, pixels: Any, index: tuple[int, ...]) -> ImagePlane:
    channels = has_channels(layer.rgb, finest.shape)
    height, width = finest.shape[len(index) : len(index) + 2]
    return ImagePlane(
        str(layer.unique_id),
        layer.name,
        index,
        pixels,
        finest,
        channels,
        # Of the finest level, as in the file: the means of a coarser one hide the brightest pixels.
        cache(partial(plane_brightness, finest, index, layer_origin(layer, index))),
        PixelContents(finest),
        (int(height), int(width)),
        place_of(layer),
        layer_origin(layer, index),
    )
