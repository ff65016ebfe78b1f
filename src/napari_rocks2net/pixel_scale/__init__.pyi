from .errors import PixelSizeError
from .fields_of_view import FieldOfView, ScaleMatch
from .learned import LearnedPixelSize, input_pixel_size
from .pixel_size import PixelSize
from .pixel_size_files import read_pixel_size
from .scale_bar import ScaleBar
from .scale_bar_search import find_scale_bar

__all__ = [
    "FieldOfView",
    "LearnedPixelSize",
    "PixelSize",
    "PixelSizeError",
    "ScaleBar",
    "ScaleMatch",
    "find_scale_bar",
    "input_pixel_size",
    "read_pixel_size",
]
