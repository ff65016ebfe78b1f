"""OME-Zarr levels: a folder of arrays, the same picture at several scales."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.slides.levels import ArrayLevel, Level
from napari_rocks2net.untrusted import is_folder

ARRAY_FILES = ("zarr.json", ".zarray", ".zgroup")
MICROMETRES = {"micrometer": 1.0, "nanometer": 1e-3, "millimeter": 1e3, "meter": 1e6}
# Pixels whose sides differ by more have no one size.
SQUARE = 0.01


class PlanarArray:
    """A picture whose colours lie one behind the other, or that has further axes, sliced as (Y, X, S).

    Parameters
    ----------
    array : array_like
        Its last two axes are Y and X.
    colour_axis : int or None
        The axis of the colours.
    plane : sequence of int
        Where along the other axes before Y and X; the first plane by default.
    """

    def __init__(self, array: Any, colour_axis: int | None, plane: Sequence[int] = ()) -> None:
        self._array = array
        places = iter(plane)
        self._before = tuple(
            slice(None) if axis == colour_axis else next(places, 0) for axis in range(array.ndim - 2)
        )
        colours = () if colour_axis is None else (array.shape[colour_axis],)
        self.shape, self.dtype = (*array.shape[-2:], *colours), array.dtype
        self.chunks = tuple(array.chunks[-2:])

    def __getitem__(self, place: tuple[slice, slice]) -> npt.NDArray[Any]:
        """Read rows and columns."""
        values = np.asarray(self._array[(*self._before, *place)])
        return np.moveaxis(values, 0, -1) if values.ndim == 3 else values


def is_zarr(path: Path) -> bool:
    """Tell whether a path is a folder that zarr has written."""
    return is_folder(path) and any((path / name).is_file() for name in ARRAY_FILES)


def open_zarr(path: Path) -> tuple[list[Level], float | None, list[Level]]:
    """Open the levels of an OME-Zarr image, or one array.

    Parameters
    ----------
    path : pathlib.Path
        See `is_zarr`; versions 0.4 and 0.5 of OME-Zarr.

    Returns
    -------
    tuple
        The levels of the first plane, the finest first; micrometres a pixel of it or None; and all planes.

    Raises
    ------
    ImageError
        When it holds no image.
    MissingExtraError
        When the library zarr is not installed.
    """
    try:
        import zarr
    except ImportError as error:
        raise MissingExtraError("A slide in zarr", "zarr", "zarr") from error
    node = zarr.open(str(path), mode="r")
    if not isinstance(node, zarr.Group):
        array: Any = node
        return [ArrayLevel(array)], None, [ArrayLevel(array)]
    attributes: Mapping[str, Any] = dict(node.attrs)
    scales = attributes.get("ome", attributes).get("multiscales")
    if not scales:
        raise ImageError("it holds no image of OME-Zarr: name the folder of the image itself.")
    datasets: Sequence[Mapping[str, Any]] = scales[0]["datasets"]
    axes = [str(dict(axis)["name"]).lower() for axis in scales[0]["axes"]]
    if axes[-2:] != ["y", "x"]:
        raise ImageError(f"its axes are {', '.join(axes)}: a slide has y and x last.")
    arrays: list[Any] = [node[each["path"]] for each in datasets]
    colour = axes.index("c") if "c" in axes and arrays[0].shape[axes.index("c")] > 1 else None
    lengths = [length for axis, length in enumerate(arrays[0].shape[:-2]) if axis != colour]
    planes = [PlanarArray(arrays[0], colour, plane) for plane in np.ndindex(*lengths)]
    levels = [PlanarArray(each, colour) for each in arrays]
    return [*map(ArrayLevel, levels)], _pixel_size(scales[0]), [*map(ArrayLevel, planes)]


def _pixel_size(scales: Mapping[str, Any]) -> float | None:
    """Return the side of a pixel: the scale of the finest level times that of all, where x and y agree."""
    units = [MICROMETRES.get(str(dict(axis).get("unit"))) for axis in scales["axes"][-2:]]
    sides = [
        each["scale"][-2:]
        for each in (
            *scales["datasets"][0].get("coordinateTransformations", []),
            *scales.get("coordinateTransformations", []),
        )
        if each.get("type") == "scale"
    ]
    if not sides or None in units:
        return None
    height, width = (float(each) for each in np.prod([*sides, units], axis=0))
    return width if math.isclose(height, width, rel_tol=SQUARE) else None
