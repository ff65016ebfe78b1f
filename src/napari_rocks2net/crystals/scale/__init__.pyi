from .info_bar import find_info_bar
from .pixel_size import PixelSize
from .pixel_size_files import read_pixel_size

__all__ = ["PixelSize", "find_info_bar", "read_pixel_size"]
