from .errors import PixelSizeError
from .learned import LearnedPixelSize, input_pixel_size
from .pixel_size import PixelSize
from .pixel_size_files import read_pixel_size

__all__ = ["LearnedPixelSize", "PixelSize", "PixelSizeError", "input_pixel_size", "read_pixel_size"]
