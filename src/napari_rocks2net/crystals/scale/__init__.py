"""How large a pixel is, and which rows of the image are the instrument's bar that says so."""

from napari_rocks2net.crystals.scale.info_bar import find_info_bar
from napari_rocks2net.crystals.scale.pixel_size import PixelSize
from napari_rocks2net.crystals.scale.pixel_size_files import read_pixel_size

__all__ = ["PixelSize", "find_info_bar", "read_pixel_size"]
