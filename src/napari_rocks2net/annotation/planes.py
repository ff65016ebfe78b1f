"""Planes of stacks in image files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from napari_rocks2net.imaging import ImageError, as_rgb, read_image

TIFF_SUFFIXES = (".tif", ".tiff")


def read_plane(file: str | Path, plane: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Read one picture of a stack.

    Parameters
    ----------
    file : str or Path
        A TIFF of several pages, or an array saved by numpy (.npy); any image for an empty `plane`.
    plane : tuple of int
        Position along the leading axes, in the order the file stores them.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8.

    Raises
    ------
    ImageError
        When the file cannot be read, or has no such plane.
    """
    file = Path(file)
    if not plane:
        return read_image(file)
    try:
        return as_rgb(_values(file, plane))
    except ImageError as error:
        raise ImageError(f"{file}, plane {plane}: {error}") from error
    except MemoryError:
        raise
    # Decoders meet damaged files with whatever error they happen to run into.
    except Exception as error:
        raise ImageError(
            f"Plane {plane} of {file} cannot be read ({error}): export the stack again."
        ) from error


def _values(file: Path, plane: tuple[int, ...]) -> npt.NDArray[Any]:
    if file.suffix.lower() == ".npy":
        return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False)[plane])
    if file.suffix.lower() not in TIFF_SUFFIXES:
        raise ImageError("only TIFF and npy files hold stacks: save it as one of them.")
    with tifffile.TiffFile(file) as tiff:
        series = tiff.series[0]
        leading = series.shape[: len(plane)]
        # Where each picture is a page of its own, the others need not be read.
        if np.prod(leading, dtype=int) == len(series.pages):
            return np.asarray(tiff.asarray(key=int(np.ravel_multi_index(plane, leading))))
        return np.asarray(series.asarray()[plane])
