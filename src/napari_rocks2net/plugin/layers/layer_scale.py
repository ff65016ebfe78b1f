"""Give an image and the crystals found in it a scale, because a person asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_rocks2net.plugin.crystals.crystal_layers import CRYSTALS, is_ours, source_id
from napari_rocks2net.plugin.layers.crystal_picture import Picture

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image

    from napari_rocks2net.crystals import PixelSize

UNIT = "um"


def give_scale(viewer: napari.viewer.Viewer, image: Image, size: PixelSize) -> None:
    """Set scale and unit of an image layer and of our crystals on it, and show napari's scale bar.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
    image : napari.layers.Image
        Only its last two axes are changed.
    size : PixelSize
    """
    side = size.micrometres
    image.scale = (*image.scale[:-2], side, side)
    image.units = (*image.units[:-2], UNIT, UNIT)
    place = Picture.of(image).place
    for layer in viewer.layers:
        if is_ours(layer, CRYSTALS) and source_id(layer) == str(image.unique_id):
            for name, value in place.items():
                setattr(layer, name, value)
    viewer.canvas.overlays.scale_bar.visible = True
    viewer.reset_view()
