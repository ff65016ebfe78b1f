"""Image layers as slides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_rocks2net.plugin.layers.image_planes import image_levels, image_plane
from napari_rocks2net.plugin.layers.layer_scale import pixel_size_of_layer

if TYPE_CHECKING:
    from napari.layers import Image

    from napari_rocks2net.slides import Slide


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

    plane, (levels, leading) = image_plane(layer, step), image_levels(layer)
    index = plane.index
    whole = [level for level in levels if level.shape[:leading] == levels[0].shape[:leading]]
    # Zarr would read all of an array that is asked for its part ().
    planes = [level[index] if index else level for level in whole]
    size = pixel_size_of_layer(layer, index)
    return Slide.of_arrays(
        *planes,
        name=layer.name,
        um_per_pixel=None if size is None else size.micrometres,
        brightness=plane.brightness,
    )
