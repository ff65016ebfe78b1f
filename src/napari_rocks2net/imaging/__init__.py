"""From files and arrays to what a network eats."""

from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.preprocessing import Preprocessing
from napari_rocks2net.imaging.reading import IMAGE_SUFFIXES, is_image_file, list_images, read_image
from napari_rocks2net.imaging.reading_many import read_many
from napari_rocks2net.imaging.region import crop_region
from napari_rocks2net.imaging.rgb import as_rgb

__all__ = [
    "IMAGE_SUFFIXES",
    "ImageError",
    "Preprocessing",
    "as_rgb",
    "crop_region",
    "is_image_file",
    "list_images",
    "read_image",
    "read_many",
]
