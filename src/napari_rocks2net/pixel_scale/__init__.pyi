from .errors import PixelSizeError
from .pixel_size import PixelSize
from .pixel_size_files import read_pixel_size

__all__ = ["PixelSize", "PixelSizeError", "read_pixel_size"]
