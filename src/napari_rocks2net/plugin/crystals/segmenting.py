"""Segmentation of an image layer into a Labels layer of its crystals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import napari
from napari.layers import Labels, Layer

from napari_rocks2net.plugin.crystals.crystal_layers import show_crystals
from napari_rocks2net.plugin.layers.image_planes import named_layers, shown_plane
from napari_rocks2net.plugin.layers.layer_scale import pixel_size_of_layer

if TYPE_CHECKING:
    from napari_rocks2net.crystals import SegmentationSettings


def segment_crystals_layer(
    viewer: napari.Viewer,
    layer: Layer | str,
    settings: SegmentationSettings | None = None,
    *,
    pixel_size: float | None = None,
) -> Labels:
    """Find the crystals of an image layer without a trained network; blocks until it is done.

    Our earlier result on the same image is replaced unless a person has corrected it; no other layer is
    touched. To correct the result use napari's own tools for Labels layers.

    Parameters
    ----------
    viewer : napari.Viewer
    layer : napari.layers.Image or str
        The layer or its name; of a stack the plane that is shown.
    settings : SegmentationSettings, optional
        The defaults when left out.
    pixel_size : float, optional
        Micrometres a pixel, for a size in micrometres; by default what the layer's scale or its file says.

    Returns
    -------
    napari.layers.Labels
        With the place and the units of the image.

    Raises
    ------
    ImageLayerError
        When there is no layer of that name, or it is no image.
    CrystalError
        When the image or the settings cannot be used.
    """
    from napari_rocks2net.crystals import segment_crystals

    [image] = named_layers(viewer, [layer])
    picture = shown_plane(viewer, image)
    if pixel_size is None and (stated := pixel_size_of_layer(image, picture.index)) is not None:
        pixel_size = stated.micrometres
    return show_crystals(viewer, picture, segment_crystals(picture.read_values(), settings, pixel_size))
