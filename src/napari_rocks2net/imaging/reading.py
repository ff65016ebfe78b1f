"""Image files as (Y, X, 3) uint8 RGB."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.rgb import as_rgb
from napari_rocks2net.imaging.tiff import ARRAY_MODES, read_tiff

TIFF_SUFFIXES = frozenset({".tif", ".tiff"})
IMAGE_SUFFIXES = TIFF_SUFFIXES | {".bmp", ".gif", ".jpeg", ".jpg", ".jp2", ".png", ".ppm", ".webp"}


def read_image(path: str | Path) -> npt.NDArray[np.uint8]:
    """Read a photograph.

    Parameters
    ----------
    path : str or pathlib.Path
        A file in JPEG, PNG, TIFF, BMP or another format of Pillow: grey, RGB, RGBA, CMYK or palette,
        8 or 16 bits or floats. Of several pages or frames the first is read.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8, turned upright as its EXIF orientation says; see `as_rgb` for how 16-bit and
        float values are scaled.

    Raises
    ------
    ImageError
        When the file is missing, empty, truncated or not an image.
    """
    path = Path(path)
    _check_file(path)
    try:
        return as_rgb(read_tiff(path) if path.suffix.lower() in TIFF_SUFFIXES else _read_with_pillow(path))
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error
    except MemoryError:
        raise
    # Decoders meet damaged files with whatever error they happen to run into.
    except Exception as error:
        reason = _in_short(error)
        raise ImageError(f"{path} cannot be read as an image ({reason}): export it again.") from error


def is_image_file(path: str | Path) -> bool:
    """Tell by its name whether a file is an image that `read_image` can be tried on.

    Parameters
    ----------
    path : str or pathlib.Path
        Any path; hidden files are no images, nor are folders.
    """
    path = Path(path)
    return path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".") and path.is_file()


def list_images(folder: str | Path) -> list[Path]:
    """List the image files of a folder and its subfolders, sorted by path.

    Parameters
    ----------
    folder : str or pathlib.Path
        The folder to search.
    """
    return sorted(path for path in Path(folder).rglob("*") if is_image_file(path))


def _check_file(path: Path) -> None:
    if not path.exists():
        raise ImageError(f"{path} does not exist: check the path.")
    if not path.is_file():
        raise ImageError(f"{path} is a folder: pass an image file.")
    if path.stat().st_size == 0:
        raise ImageError(f"{path} is an empty file: copy it again.")


def _read_with_pillow(path: Path) -> npt.NDArray[np.generic]:
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image)
        # A palette or a key colour may mark pixels as transparent; 16-bit files cannot be blended by Pillow.
        keyed = upright.mode in ("1", "L", "RGB") and upright.has_transparency_data
        if upright.mode in ARRAY_MODES and not keyed:
            return np.asarray(upright)
        return np.asarray(upright.convert("RGBA" if upright.has_transparency_data else "RGB"))


def _in_short(error: Exception) -> str:
    """Return the first line of a decoder's message, or its name when it has none."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
