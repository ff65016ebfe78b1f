"""Files of image layers: the one that a layer was read from, or a new one with its pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.annotation.image_files import holds_pixels, write_pixels
from napari_rocks2net.imaging import is_image_file
from napari_rocks2net.plugin.layers.image_planes import has_channels
from napari_rocks2net.plugin.layers.mark import ANNOTATED_IMAGE, TABLE_IMAGE, ImageMark, source_file
from napari_rocks2net.plugin.layers.transforms import IDENTITY, LayerTransform

if TYPE_CHECKING:
    from napari.layers import Image, Layer

# What a name may not hold on one of the usual systems.
FORBIDDEN = '<>:"/\\|?*'


def is_annotated_image(layer: Layer) -> bool:
    """Return whether a layer is the one in which we show the annotated image, or a copy of it."""
    mark = ImageMark.of(layer.metadata)
    return mark is not None and mark.kind == ANNOTATED_IMAGE


def table_key(layer: Layer) -> ImageKey | None:
    """Return the image that a layer shows which was opened through a training table; None for others."""
    mark = ImageMark.of(layer.metadata)
    return mark.key if mark is not None and mark.kind == TABLE_IMAGE else None


def layer_file(layer: Layer) -> Path | None:
    """Return the image file that a layer was read from; None if there is none, or none that we read."""
    path = source_file(layer)
    return path if path is not None and is_image_file(path) else None


def layer_keys(layer: Layer) -> tuple[ImageKey, ...]:
    """Return the planes of a layer as images of a collection; none if it has no file.

    Our own layer of the annotated image is never meant.
    """
    from napari.layers import Image

    if not isinstance(layer, Image) or is_annotated_image(layer):
        return ()
    if key := table_key(layer):
        return (key,)
    file = layer_file(layer)
    return file_keys(file, layer) if file else ()


def transform_for(
    key: ImageKey, layers: Iterable[Layer], links: Mapping[str, Sequence[ImageKey]]
) -> LayerTransform:
    """Return the transform of a two-dimensional layer that lies where an image is shown already.

    Parameters
    ----------
    key : ImageKey
    layers : iterable of napari.layers.Layer
        The first image layer of the same file counts; without one, pixels are the world's.
    links : dict
        The images of layers without a file, by the layer's unique id.
    """
    for layer in layers:
        if key in (layer_keys(layer) or links.get(str(layer.unique_id), ())):
            return LayerTransform.of(layer).of_plane(key.plane)
    return IDENTITY


def file_keys(file: Path, layer: Image) -> tuple[ImageKey, ...]:
    """Return a key for each plane of a layer, in a file that holds its pixels."""
    return tuple(ImageKey.of(file, plane) for plane in np.ndindex(*leading_shape(layer)))


def leading_shape(layer: Image) -> tuple[int, ...]:
    """Return the lengths of the axes before Y and X; empty for a single picture."""
    shape = _level(layer).shape
    planar = 3 if has_channels(layer.rgb, shape) else 2
    return tuple(shape[: len(shape) - planar])


def save_layer(layer: Image, folder: Path) -> Path:
    """Write the pixels of a layer, every one with its own value, as a new file.

    Parameters
    ----------
    layer : napari.layers.Image
        Of a multiscale layer the finest level is written; lazy data are computed.
    folder : Path
        Made if missing.

    Returns
    -------
    Path
        A PNG for a photo of 8 bits, else a TIFF. No file is replaced; one of this name that holds these
        pixels already is returned as it is.
    """
    pixels = np.asarray(_level(layer))
    colours = has_channels(layer.rgb, pixels.shape)
    single_photo = pixels.dtype == np.uint8 and pixels.ndim == (3 if colours else 2)
    folder.mkdir(parents=True, exist_ok=True)
    for path in file_names(folder, layer.name, ".png" if single_photo else ".tif"):
        if not path.exists():
            write_pixels(path, pixels, colours)
            return path
        if holds_pixels(path, pixels, colours):
            return path
    raise AssertionError("the names are endless")


def file_names(folder: Path, name: str, suffix: str) -> Iterator[Path]:
    """Yield file names for a layer, without end: "name.png", "name 2.png", ..."""
    clean = "".join("_" if letter in FORBIDDEN or not letter.isprintable() else letter for letter in name)
    stem = clean.strip(" .") or "image"
    yield folder / f"{stem}{suffix}"
    for number in count(2):
        yield folder / f"{stem} {number}{suffix}"


def _level(layer: Image) -> Any:
    return layer.data[0] if layer.multiscale else layer.data
