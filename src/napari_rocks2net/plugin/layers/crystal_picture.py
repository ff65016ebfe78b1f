"""The picture of an image layer in which crystals are looked for, and how large its pixels are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.plugin.layers.image_planes import ImageLayerError, has_channels
from napari_rocks2net.plugin.layers.transforms import Placement

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image, Layer

    from napari_rocks2net.crystals import PixelSize

# Pixels count as square when their sides differ by less.
LARGEST_DIFFERENCE = 0.01
# Of a layer with a scale and without a unit.
NAMELESS = "units of the layer"


@dataclass(frozen=True, eq=False)
class Picture:
    """One plane of an image layer, frozen when a step was asked for.

    It holds the pixels, not the layer, so it stays valid when the layer is renamed or deleted.

    Parameters
    ----------
    layer_id, name : str
        Unique id and name of the layer.
    pixels : array_like
        The full resolution: (Y, X) or (Y, X, channels), perhaps lazy.
    place : dict
        What a two-dimensional layer needs to lie on it: scale, translate, rotate, shear, affine, units and
        axis_labels.
    """

    layer_id: str
    name: str
    pixels: Any
    place: dict[str, Any]

    @classmethod
    def of(cls, layer: Layer, step: tuple[int, ...] = ()) -> Picture:
        """Take the plane of an image layer that the viewer shows.

        Parameters
        ----------
        layer : napari.layers.Image
            Grey or RGB; of a multiscale layer the finest level is taken.
        step : tuple of int
            Position of the viewer along the axes before Y and X, for stacks.

        Raises
        ------
        ImageLayerError
            When it is no image layer or holds no picture.
        """
        data = _finest(layer)
        channels = has_channels(layer.rgb, data.shape)
        planar = data.ndim - (3 if channels else 2)
        if planar < 0 or 0 in data.shape:
            raise ImageLayerError(
                f"The layer {layer.name!r} holds no picture (shape {tuple(data.shape)}); choose another."
            )
        index = tuple(min(max(at, 0), length - 1) for at, length in zip(step, data.shape, strict=False))
        index = (index + (0,) * planar)[:planar]
        return cls(str(layer.unique_id), layer.name, data[index], place_of_plane(layer, channels))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return int(self.pixels.shape[0]), int(self.pixels.shape[1])

    def read(self) -> np.ndarray:
        """Compute the pixels."""
        return np.asarray(self.pixels)


def place_of_plane(layer: Layer, channels: bool = False) -> dict[str, Any]:
    """Return where the last two axes of a layer's pixels lie, for a result of two dimensions.

    Parameters
    ----------
    layer : napari.layers.Image or napari.layers.Labels
    channels : bool
        Whether its data has colours; napari takes small colour pictures for stacks, whose last dimension
        they are.
    """
    placement = Placement.of(layer)
    colours_are_dimension = channels and not getattr(layer, "rgb", False)
    first = max(placement.ndim - (3 if colours_are_dimension else 2), 0)
    both, words = slice(first, first + 2), placement.keywords
    affine = np.eye(3)
    affine[:2, :2] = words["affine"][first : first + 2, first : first + 2]
    affine[:2, 2] = words["affine"][first : first + 2, -1]
    return {
        "scale": words["scale"][both],
        "translate": words["translate"][both],
        "rotate": words["rotate"][both, both],
        "shear": _shear(words["shear"], placement.ndim, first),
        "affine": affine,
        "units": words["units"][both],
        "axis_labels": words["axis_labels"][both],
    }


def moved_place(place: Mapping[str, Any], down: int, right: int) -> dict[str, Any]:
    """Return where a part of a layer lies that begins so many pixels below and right of its corner."""
    from napari.utils.transforms import Affine

    linear = Affine(scale=place["scale"], rotate=place["rotate"], shear=place["shear"]).linear_matrix
    translate = np.asarray(place["translate"]) + linear @ np.array([down, right], float)
    return {**place, "translate": translate}


def _shear(shear: np.ndarray, ndim: int, first: int) -> np.ndarray:
    """Pick the shear between two neighbouring axes out of napari's upper triangle."""
    rows, columns = np.triu_indices(ndim, 1)
    wanted = (rows == first) & (columns == first + 1)
    return shear[wanted] if shear.ndim == 1 else shear[first : first + 2, first : first + 2]


def _finest(layer: Any) -> Any:
    from napari.layers import Image

    if not isinstance(layer, Image):
        raise ImageLayerError(f"The layer {layer.name!r} is not an image layer; choose one that is.")
    return layer.data[0] if layer.multiscale else layer.data


def shown_step(viewer: napari.viewer.Viewer, layer: Layer) -> tuple[int, ...]:
    """Return the index along the leading axes of a layer at which the viewer stands."""
    point = layer.world_to_data(viewer.dims.point)
    return tuple(round(float(value)) for value in point[: max(layer.ndim - 2, 0)])


@dataclass(frozen=True)
class LayerScale:
    """The side of a pixel of a layer.

    Parameters
    ----------
    size : float
        Its length in `unit`.
    unit : str
        "pixel", a unit of length such as "µm", or words where a scale has none.
    micrometres : float or None
        The same length in micrometres, None where the layer has no unit of length.
    """

    size: float
    unit: str
    micrometres: float | None

    @classmethod
    def of(cls, layer: Layer) -> LayerScale:
        """Read the scale of a layer's last two axes; the mean of both where they differ."""
        size, unit = float(_sides(layer).mean()), layer.units[-1]
        if not unit.is_compatible_with("micrometer"):
            return cls(size, "pixel" if size == 1 else NAMELESS, None)
        return cls(size, f"{unit:~P}", size * float((1 * unit).to("micrometer").magnitude))


def require_square_pixels(layer: Layer) -> None:
    """Refuse a layer whose pixels are not square.

    Raises
    ------
    ImageLayerError
        When they are not: shapes would be wrong.
    """
    sides = _sides(layer)
    if np.ptp(sides) > LARGEST_DIFFERENCE * sides.max():
        raise ImageLayerError(
            f"The pixels of {layer.name!r} are {sides[0]:.4g} x {sides[1]:.4g}: shapes can be measured in "
            "square ones only; set the layer's scale to one number."
        )


def _sides(layer: Layer) -> np.ndarray:
    """Return the lengths in the world of a pixel's sides along the last two axes."""
    return np.asarray(np.linalg.norm(Placement.of(layer).matrix[:-1, :-1], axis=0)[-2:])


def file_of(layer: Image) -> Path | None:
    """Return the file that a layer was read from, if it is still there."""
    path = getattr(layer.source, "path", None)
    return Path(path) if path and Path(path).is_file() else None


def known_pixel_size(layer: Image) -> PixelSize | None:
    """Return the pixel size that the layer's scale says or its file, None where neither does.

    A layer with a unit of length was given it by its reader or by a person, who knows better than the file.
    """
    from napari_rocks2net.crystals import PixelSize, read_pixel_size

    scale = LayerScale.of(layer)
    if scale.micrometres is not None:
        return PixelSize(scale.micrometres, "layer")
    file = file_of(layer)
    return read_pixel_size(file) if file is not None else None
