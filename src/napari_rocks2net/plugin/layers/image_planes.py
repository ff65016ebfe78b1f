"""Image layers as the pictures that a model classifies, one for each plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.imaging import as_rgb
from napari_rocks2net.plugin.layers.mark import ImageMark, Origin
from napari_rocks2net.plugin.layers.transforms import Placement

if TYPE_CHECKING:
    from napari.layers import Image

    from napari_rocks2net.classify import CriticalArea

# Twice the side of the largest usual network input: enough for a clean reduction, quick to read.
SENSIBLE_SIDE = 1024


class ImageLayerError(ValueError):
    """An image layer cannot be classified; the message says which, why, and what to do."""


@dataclass(frozen=True, eq=False)
class ImagePlane:
    """One picture of an image layer, frozen when the job was asked for.

    It holds the pixels, not the layer, so it stays valid when the layer is renamed or deleted.

    Parameters
    ----------
    layer_id : str
        The layer's unique id.
    image : str
        The layer's name.
    index : tuple of int
        Position along the leading axes of the data; empty for a single picture.
    pixels : array_like
        The data (of one level): leading axes, Y, X and, if `channels`, the colours.
    channels : bool
        Whether the last axis holds colours.
    contrast_limits : tuple of float or None
        What a grey picture shows as black and white.
    size : tuple of int
        (Y, X) of the full-resolution picture.
    placement : Placement
        Where the layer lies.
    origin : tuple or None
        (file, plane in it) that the pixels were read from, where that is known.
    """

    layer_id: str
    image: str
    index: tuple[int, ...]
    pixels: Any
    channels: bool
    contrast_limits: tuple[float, float] | None
    size: tuple[int, int]
    placement: Placement
    origin: Origin | None = None

    def read(self) -> np.ndarray:
        """Compute the picture: (Y, X, 3) uint8, at the level of `pixels`.

        Raises
        ------
        ImageError
            If it cannot be used.
        """
        return as_rgb(np.asarray(self.pixels[self.index]), contrast_limits=self.contrast_limits)

    @property
    def reduction(self) -> np.ndarray:
        """Full-resolution pixels to one pixel of `read`, (2,) for y and x."""
        return np.array(self.size) / self._level_size

    @property
    def _level_size(self) -> np.ndarray:
        return np.array(self.pixels.shape[len(self.index) : len(self.index) + 2])

    def outline(self) -> np.ndarray:
        """Return the corners of the whole picture in data coordinates, (4, D)."""
        height, width = self.size
        return self._to_data(np.array([[0, 0], [0, width], [height, width], [height, 0]], float))

    def vertices(self, area: CriticalArea) -> np.ndarray:
        """Return the corners of an area of `read` in the layer's data coordinates, (4, D)."""
        return self._to_data(area.corners() * self.reduction)

    def area(self, vertices: np.ndarray) -> CriticalArea:
        """Return the part of the picture inside the bounding box of (N, D) data coordinates.

        Raises
        ------
        ValueError
            If nothing of it lies on the picture.
        """
        from napari_rocks2net.classify import CriticalArea

        first = len(self.index)
        edges = (np.asarray(vertices)[:, first : first + 2] + 0.5) / self.reduction
        low = np.clip(edges.min(axis=0), 0, self._level_size)
        high = np.clip(edges.max(axis=0), 0, self._level_size)
        return CriticalArea(*low.tolist(), *high.tolist())

    def _to_data(self, edges: np.ndarray) -> np.ndarray:
        """Turn (N, 2) full-resolution pixel edges into data coordinates: a pixel's centre is whole there."""
        points = np.zeros((len(edges), self.placement.ndim))
        points[:, : len(self.index)] = self.index
        points[:, len(self.index) : len(self.index) + 2] = edges - 0.5
        return points


def image_planes(layer: Image) -> tuple[ImagePlane, ...]:
    """Split an image layer into its planes.

    Parameters
    ----------
    layer : napari.layers.Image
        RGB, RGBA or grey; a stack gives one plane for each position along its leading axes; of a
        multiscale layer the coarsest level with at least 1,024 px a side is read.

    Raises
    ------
    ImageLayerError
        If it is no image layer or holds no picture.
    """
    from napari.layers import Image

    if not isinstance(layer, Image):
        raise ImageLayerError(f"The layer {layer.name!r} is not an image layer; choose one that is.")
    levels = list(layer.data) if layer.multiscale else [layer.data]
    channels = has_channels(layer.rgb, levels[0].shape)
    planar = levels[0].ndim - (3 if channels else 2)
    if planar < 0 or 0 in levels[0].shape:
        raise ImageLayerError(
            f"The layer {layer.name!r} holds no picture (shape {tuple(levels[0].shape)}); choose another."
        )
    pixels = _sensible_level(levels, planar)
    height, width = levels[0].shape[planar : planar + 2]
    limits = None if channels else _usable_limits(layer.contrast_limits)
    facts = (pixels, channels, limits, (height, width), Placement.of(layer))
    return tuple(
        ImagePlane(str(layer.unique_id), layer.name, index, *facts, _origin(layer, index))
        for index in np.ndindex(*pixels.shape[:planar])
    )


def _origin(layer: Image, index: tuple[int, ...]) -> Origin | None:
    """Return the file of a plane; our layer of the annotated image shows another one from time to time."""
    mark = ImageMark.of(layer.metadata)
    if mark is not None and mark.file:
        return mark.file, mark.plane
    path = getattr(layer.source, "path", None)
    return (str(path), index) if path else None


def has_channels(rgb: bool, shape: Sequence[int]) -> bool:
    """Return whether the last axis holds colours.

    napari guesses RGB only when both sides exceed 30 px, so a small photo arrives as a stack of
    pictures one, three or four pixels wide, which nobody means.
    """
    return rgb or (len(shape) >= 3 and shape[-1] in (1, 3, 4) and shape[-2] > 4)


def _sensible_level(levels: Sequence[Any], planar: int) -> Any:
    fine_enough = [level for level in levels if min(level.shape[planar : planar + 2]) >= SENSIBLE_SIDE]
    # A level that also reduces the stack's other axes would lose planes.
    same_planes = [level for level in fine_enough if level.shape[:planar] == levels[0].shape[:planar]]
    return same_planes[-1] if same_planes else levels[0]


def _usable_limits(limits: Sequence[float]) -> tuple[float, float] | None:
    low, high = float(limits[0]), float(limits[1])
    return (low, high) if np.isfinite([low, high]).all() and low < high else None
