"""Image plane: one plane of an image layer, frozen when a job was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.imaging import as_rgb
from napari_rocks2net.imaging.colour import part_as_rgb
from napari_rocks2net.imaging.reduction import sensible_size
from napari_rocks2net.imaging.strips import checksum, reduced_rgb, rgb_strips
from napari_rocks2net.plugin.layers.layer_contents import PixelContents
from napari_rocks2net.plugin.layers.layer_place import LayerPlace
from napari_rocks2net.plugin.layers.mark import ImageMark, Origin, source_file
from napari_rocks2net.plugin.layers.transforms import LayerTransform
from napari_rocks2net.views import Field, View

if TYPE_CHECKING:
    from napari.layers import Layer

    from napari_rocks2net.classify import CriticalArea, RockClassifier


CHANGED = "has other pixels by now: ask again about these."


class ImageLayerError(ValueError):
    """An image layer cannot be classified; the message says which, why, and what to do."""


@dataclass(frozen=True, eq=False)
class ImagePlane:
    """One plane of an image layer, frozen when the job was asked for.

    It holds the pixels, not the layer, so it stays valid when the layer is renamed or deleted; where it lies
    follows the layer. Copies share both.
    """

    layer_id: str
    """The layer's unique id."""
    name: str
    """The layer's name."""
    index: tuple[int, ...]
    """Position along the leading axes of the data; empty for a single image."""
    pixels: Any
    finest: Any
    """The data of a level that suffices for a model, and of the finest: leading axes, Y, X and, if
    `channels`, the colours."""
    channels: bool
    """Whether the last axis holds colours."""
    brightness: Callable[[], tuple[float, float]]
    """Returns the values that become black and white: those of all planes of the layer, however the viewer
    shows them."""
    contents: PixelContents
    """What was in `finest` when it was first read."""
    size: tuple[int, int]
    """(Y, X) of the full-resolution image."""
    place: LayerPlace
    """Where the layer lies now."""
    origin: Origin | None = None
    """(file, plane in it) that the layer came from. What it shows may have changed since: see `plane_key`."""
    micrometres: float | None = None
    """Side of a pixel of the full-resolution image; None where it is not known."""
    field: str = ""
    light: str = ""
    """What the views of one field share, and in which light this one was taken; empty where not known."""
    angle: float | None = None
    """Of the stage, in degrees."""
    other_views: tuple[ImagePlane, ...] = ()
    """The other views of the field that this one stands for."""

    @property
    def views(self) -> tuple[ImagePlane, ...]:
        """All views of the field, or the photo alone."""
        return self, *self.other_views

    def __deepcopy__(self, memo: object) -> ImagePlane:
        """Return itself, which cannot change: a copied layer need not copy the images of its results."""
        return self

    def read_values(self) -> np.ndarray:
        """Compute `values`; see `read`."""
        self.note_contents()
        return np.asarray(self.values)

    def read(self) -> np.ndarray:
        """Compute the image: (Y, X, 3) uint8, at the level of `pixels`, reduced where that is very large.

        Raises
        ------
        ImageError
            If it cannot be used.
        ImageLayerError
            If it is not what was read the first time, because its array was changed.
        """
        self.note_contents()
        if self._read_size == self._level_size:
            return as_rgb(np.asarray(self.values), levels=self.brightness())
        return reduced_rgb(self.pixels, self.index, self._read_size, self.brightness())

    def image_for(self, classifier: RockClassifier) -> Field | Callable[[], np.ndarray]:
        """Return what a classifier is asked about: the field, or the photo where it is one by itself.

        Parameters
        ----------
        classifier : RockClassifier
            One of fields wants to know the light of a photo, too.
        """
        if not self.other_views and not (classifier.lights and self.light):
            return self.read
        views = [View(each.read, each.light, each.angle, each.pixel_size) for each in self.views]
        return Field(tuple(views), self.name)

    def note_contents(self) -> None:
        """Remember what the plane holds when something is first asked about it.

        Raises
        ------
        ImageLayerError
            If that was changed since.
        """
        if self.contents.differs(self.index):
            raise ImageLayerError(f"{self.title} {CHANGED}")
        self.contents.note(self.index)

    def read_finest(self) -> np.ndarray:
        """Compute the image at the size that regions are measured in, (Y, X, 3) uint8; see `read`."""
        return as_rgb(np.asarray(self.finest[self.index]), levels=self.brightness())

    def read_part(self, window: tuple[int, int, int, int]) -> np.ndarray:
        """Compute a part (y0, x0, y1, x1) of `read_finest`; nothing else of a lazy image is read."""
        y0, x0, y1, x1 = window
        values = np.asarray(self.finest[(*self.index, slice(y0, y1), slice(x0, x1))])
        return part_as_rgb(values, self.brightness())

    @cached_property
    def digest(self) -> bytes:
        """A checksum of `read_finest`."""
        return checksum(rgb_strips(self.finest, self.index, self.brightness()))

    def is_shown_by(self, layer: Layer) -> bool:
        """Return whether a layer shows the plane still.

        Our layers are handed from photo to photo, and back to one that is read again; others may be given
        other pixels.
        """
        if self.layer_id != str(layer.unique_id) or self.origin != layer_origin(layer, self.index):
            return False
        if self.finest is _finest(layer):
            return self.index not in self.contents.changed
        mark = ImageMark.of(layer.metadata)
        return mark is not None and bool(mark.file)

    def is_changed_in(self, layers: Iterable[Layer]) -> bool:
        """Return whether the plane's layer is among some, and shows or holds something else by now."""
        return self.contents.differs(self.index) or self.is_replaced_in(layers)

    def is_replaced_in(self, layers: Iterable[Layer]) -> bool:
        """Return whether the plane's layer is among some, and shows something else by now."""
        return any(self.layer_id == str(each.unique_id) and not self.is_shown_by(each) for each in layers)

    @property
    def title(self) -> str:
        """Name and, of a stack, the position in it: "stack [0, 3]"."""
        return f"{self.name} [{', '.join(map(str, self.index))}]" if self.index else self.name

    @property
    def transform(self) -> LayerTransform:
        """Transform of the layer as it lies now."""
        return self.place.transform

    @property
    def values(self) -> Any:
        """The plane as it is in the layer, perhaps lazy: (Y, X) or (Y, X, channels)."""
        return self.pixels[self.index]

    @property
    def plane_transform(self) -> LayerTransform:
        """The transform of a two-dimensional layer that lies on the plane, pixel by pixel."""
        return self.transform.of_plane(self.index)

    @property
    def own_transform(self) -> LayerTransform:
        """The transform of a layer that is seen with this plane alone, and lies on it pixel by pixel.

        It has the stack's axes. Where napari takes the colours of a small photo for an axis, it is
        `plane_transform`.
        """
        if self.transform.ndim != len(self.index) + 2:
            return self.plane_transform
        return self.transform.of_part(*self.index, 0, 0)

    @property
    def reduction(self) -> np.ndarray:
        """Full-resolution pixels to one pixel of `read`, (2,) for y and x."""
        return np.array(self.size) / self._read_size

    @property
    def pixel_size(self) -> float | None:
        """Micrometres a pixel of `read`; None where it is not known."""
        return None if self.micrometres is None else self.micrometres * float(self.reduction.mean())

    @property
    def _level_size(self) -> tuple[int, int]:
        height, width = self.pixels.shape[len(self.index) : len(self.index) + 2]
        return int(height), int(width)

    @property
    def _read_size(self) -> tuple[int, int]:
        return sensible_size(*self.size)

    def outline(self) -> np.ndarray:
        """Return the corners of the whole image in data coordinates, (4, D)."""
        height, width = self.size
        return self._to_data(np.array([[0, 0], [0, width], [height, width], [height, 0]], float))

    def vertices(self, area: CriticalArea) -> np.ndarray:
        """Return the corners of an area of `read` in the layer's data coordinates, (4, D)."""
        return self._to_data(area.corners() * self.reduction)

    def area(self, vertices: np.ndarray) -> CriticalArea:
        """Return the part of the image inside the bounding box of (N, D) data coordinates.

        Raises
        ------
        ValueError
            If nothing of it lies on the image.
        """
        from napari_rocks2net.classify import CriticalArea

        first = len(self.index)
        edges = (np.asarray(vertices)[:, first : first + 2] + 0.5) / self.reduction
        low = np.clip(edges.min(axis=0), 0, self._read_size)
        high = np.clip(edges.max(axis=0), 0, self._read_size)
        return CriticalArea(*low.tolist(), *high.tolist())

    def _to_data(self, edges: np.ndarray) -> np.ndarray:
        """Turn (N, 2) full-resolution pixel edges into data coordinates: a pixel's centre is whole there."""
        points = np.zeros((len(edges), self.transform.ndim))
        points[:, : len(self.index)] = self.index
        points[:, len(self.index) : len(self.index) + 2] = edges - 0.5
        return points


def _finest(layer: Any) -> Any:
    return layer.data[0] if layer.multiscale else layer.data


def layer_origin(layer: Layer, index: tuple[int, ...]) -> Origin | None:
    """Return the file of a plane; our layer of the annotated image shows another one from time to time."""
    mark, path = ImageMark.of(layer.metadata), source_file(layer)
    plane = mark.plane if mark is not None and mark.file else index
    return (str(path), plane) if path is not None else None
