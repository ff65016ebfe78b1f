"""Pixel size of layers: read from their scale or file, and set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import napari.viewer
import numpy as np
from napari.layers import Image, Layer

from napari_rocks2net.imaging import ImageError, picture_size
from napari_rocks2net.pixel_scale.pixel_size_files import has_sizes_by_page
from napari_rocks2net.plugin.layers.image_planes import image_plane, image_planes
from napari_rocks2net.plugin.layers.mark import ImageMark, Origin, source_file
from napari_rocks2net.plugin.layers.plane import ImageLayerError, ImagePlane
from napari_rocks2net.plugin.layers.transforms import LayerTransform
from napari_rocks2net.untrusted import is_file

if TYPE_CHECKING:
    from napari_rocks2net.pixel_scale import PixelSize

# Pixels count as square when their sides differ by less.
LARGEST_DIFFERENCE = 0.01
UNNAMED_UNIT = "units of the layer"
"""Unit of a layer with a scale and without a unit."""
MICROMETRE = "um"


@dataclass(frozen=True)
class LayerScale:
    """The side of a pixel of a layer."""

    size: float
    """Its length in `unit`."""
    unit: str
    """Either "pixel", a unit of length such as "µm", or words where a scale has none."""
    micrometres: float | None
    """The same length in micrometres, None where the layer has no unit of length."""

    @classmethod
    def of(cls, layer: Layer) -> LayerScale:
        """Read the scale of a layer's last two axes; the mean of both where they differ."""
        size, unit = float(_sides(layer).mean()), layer.units[-1]
        if not unit.is_compatible_with("micrometer"):
            return cls(size, "pixel" if size == 1 else UNNAMED_UNIT, None)
        return cls(size, f"{unit:~P}", size * float((1 * unit).to("micrometer").magnitude))


def require_square_pixels(layer: Layer) -> None:
    """Refuse a layer whose pixels are not square.

    Raises
    ------
    ImageLayerError
        When they are not: shapes would be wrong.
    """
    if not _is_square(layer):
        sides = _sides(layer)
        raise ImageLayerError(
            f"The pixels of {layer.name!r} are {sides[0]:.4g} x {sides[1]:.4g}: shapes can be measured in "
            "square ones only; set the layer's scale to one number."
        )


def _is_square(layer: Layer) -> bool:
    sides = _sides(layer)
    return bool(np.ptp(sides) <= LARGEST_DIFFERENCE * sides.max())


def _sides(layer: Layer) -> np.ndarray:
    """Return the lengths in the world of a pixel's sides along the last two axes."""
    return np.asarray(np.linalg.norm(LayerTransform.of(layer).matrix[:-1, :-1], axis=0)[-2:])


def file_of(layer: Image, step: Sequence[int] = ()) -> Origin | None:
    """Return the file and the plane in it that a position of a layer came from.

    None where the file is no longer there, or the layer is a scaled copy of it.
    """
    return _file_of(layer, image_plane(layer, step))


def _file_of(layer: Image, plane: ImagePlane) -> Origin | None:
    path = source_file(layer)
    if path is None or not is_file(path):
        return None
    origin = str(path), plane.origin[1] if plane.origin is not None else ()
    try:
        size = picture_size(*origin)
    except ImageError:
        return origin
    return origin if size in (plane.size, plane.size[::-1]) else None


def pixel_size_of_layer(layer: Image, step: Sequence[int] = ()) -> PixelSize | None:
    """Return the pixel size that the layer's scale says, its collection or its file; None where none does.

    A layer with a unit of length was given it by its reader or by a person, who knows better than the file.
    Pixels of the layer that are not square have no size.

    Parameters
    ----------
    layer : napari.layers.Image
    step : sequence of int
        Position along the leading axes: pages of a file have sizes of their own.
    """
    return _pixel_size(layer, image_plane(layer, step))


def _pixel_size(layer: Image, plane: ImagePlane) -> PixelSize | None:
    from napari_rocks2net.pixel_scale import PixelSize, read_pixel_size

    scale = LayerScale.of(layer)
    if scale.micrometres is not None:
        return PixelSize(scale.micrometres, "layer") if _is_square(layer) else None
    mark, file = ImageMark.of(layer.metadata), _file_of(layer, plane)
    if mark is not None and mark.um_per_pixel is not None:
        return PixelSize(mark.um_per_pixel, "collection")
    return read_pixel_size(*file) if file is not None else None


def scaled_planes(layer: Image, micrometres: float | None = None) -> tuple[ImagePlane, ...]:
    """Return every plane of an image layer, with its scale: pages of a file have sizes of their own.

    Parameters
    ----------
    layer : napari.layers.Image
        Whose scale, or file, may say how large a pixel is.
    micrometres : float, optional
        The side of a pixel, instead.

    Raises
    ------
    ImageLayerError
        If the layer cannot be used.
    """
    planes = image_planes(layer)
    if micrometres is not None:
        return tuple(replace(plane, micrometres=micrometres) for plane in planes)
    if len(planes) > 1 and differs_by_plane(layer):
        sizes = [_pixel_size(layer, plane) for plane in planes]
    else:
        sizes = [pixel_size_of_layer(layer)] * len(planes)
    return tuple(
        replace(plane, micrometres=None if size is None else size.micrometres)
        for plane, size in zip(planes, sizes, strict=True)
    )


def differs_by_plane(layer: Image) -> bool:
    """Return whether the planes of a layer are pages of a file that may have pixel sizes of their own."""
    path = source_file(layer)
    return path is not None and is_file(path) and has_sizes_by_page(path)


def give_scale(viewer: napari.viewer.Viewer, image: Image, size: PixelSize) -> None:
    """Set scale and unit of an image layer, and show napari's scale bar.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
    image : napari.layers.Image
        Only the scale of its last two axes is changed.
    size : PixelSize
        Micrometres, because a person asked for it.
    """
    # Not only the scale makes the sides; it may be negative, as of a picture that is shown mirrored.
    scale = np.array(image.scale)
    scale[-2:] *= size.micrometres / _sides(image)
    image.scale = scale
    image.units = (*image.units[:-2], MICROMETRE, MICROMETRE)
    viewer.canvas.overlays.scale_bar.visible = True
    viewer.reset_view()
