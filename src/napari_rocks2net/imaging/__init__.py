"""From files and arrays to what a network eats."""

from napari_rocks2net.imaging.brightness import black_and_white
from napari_rocks2net.imaging.colour import as_rgb
from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.folders import is_image_file, list_images, passed_over, passed_over_sentence
from napari_rocks2net.imaging.formats import (
    IMAGE_SUFFIXES,
    TIFF_SUFFIXES,
    image_problem,
    is_tiff,
    open_picture,
)
from napari_rocks2net.imaging.own_outputs import OUTPUT_SOFTWARE, is_own_output
from napari_rocks2net.imaging.preprocessing import Preprocessing
from napari_rocks2net.imaging.reading import (
    count_pages,
    list_planes,
    open_planes,
    picture_size,
    read_image,
    read_intensities,
    read_levels,
    read_numbers,
    read_plane,
)
from napari_rocks2net.imaging.reading_many import (
    READING_THREADS,
    attempt,
    map_ahead,
    read_many,
    report_errors,
)
from napari_rocks2net.imaging.reduction import resampled

__all__ = [
    "IMAGE_SUFFIXES",
    "OUTPUT_SOFTWARE",
    "READING_THREADS",
    "TIFF_SUFFIXES",
    "ImageError",
    "Preprocessing",
    "as_rgb",
    "attempt",
    "black_and_white",
    "count_pages",
    "image_problem",
    "is_image_file",
    "is_own_output",
    "is_tiff",
    "list_images",
    "list_planes",
    "map_ahead",
    "open_picture",
    "open_planes",
    "passed_over",
    "passed_over_sentence",
    "picture_size",
    "read_image",
    "read_intensities",
    "read_levels",
    "read_many",
    "read_numbers",
    "read_plane",
    "report_errors",
    "resampled",
]
