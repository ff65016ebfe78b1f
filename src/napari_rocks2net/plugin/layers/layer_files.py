"""Files of image layers: the one that a layer was read from, or a new one with its pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import takewhile
from pathlib import Path

import numpy as np
from napari.layers import Image, Layer

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.annotation.image_files import StoredPixels, check_room, save_pixels
from napari_rocks2net.imaging import ImageError, is_image_file, picture_size, read_plane
from napari_rocks2net.imaging.strips import checksum, has_channels, value_strips
from napari_rocks2net.plugin.layers.image_planes import image_levels, image_planes
from napari_rocks2net.plugin.layers.mark import ANNOTATED_IMAGE, TABLE_IMAGE, ImageMark, source_file
from napari_rocks2net.plugin.layers.plane import ImageLayerError, ImagePlane
from napari_rocks2net.plugin.layers.transforms import IDENTITY, LayerTransform


def is_annotated_image(layer: Layer) -> bool:
    """Return whether a layer is the one in which we show the annotated image, or a copy of it."""
    mark = ImageMark.of(layer.metadata)
    return mark is not None and mark.kind == ANNOTATED_IMAGE


def table_key(layer: Layer) -> ImageKey | None:
    """Return the image that a layer shows which was opened through a training table; None for others."""
    mark = ImageMark.of(layer.metadata)
    return mark.key if mark is not None and mark.kind == TABLE_IMAGE else None


def plane_key(plane: ImagePlane, linked: Iterable[ImageKey] = ()) -> ImageKey | None:
    """Return the image of a file that a plane of a layer shows; None where its pixels are in no file.

    A layer is its pixels. It may have been changed since it was read, be a channel or a scaled copy of its
    file, or lie as the camera was held; so reading the file has to give what the layer shows, to the last
    bit. A file is read once for every time that it changes.

    Parameters
    ----------
    plane : ImagePlane
    linked : iterable of ImageKey
        Where the pixels of the layer were saved; the file that it came from is known to the plane.
    """
    origin = (ImageKey.of(*plane.origin),) if plane.origin is not None else ()
    return next((key for key in (*origin, *linked) if _file_shows(key, plane)), None)


def _file_shows(key: ImageKey, plane: ImagePlane) -> bool:
    try:
        status = key.file.stat()
        if not is_image_file(key.file) or picture_size(key.file, key.plane) != plane.size:
            return False
        return _file_digest(key, status.st_mtime_ns, status.st_size) == plane.digest
    except (ImageError, OSError):
        return False


def plane_keys(layer: Layer) -> tuple[ImageKey, ...]:
    """Return the planes of a layer as images of files; none if the pixels of any are in no file."""
    try:
        planes = image_planes(layer)
    except ImageLayerError:
        return ()
    keys = [key for key in takewhile(bool, map(plane_key, planes)) if key]
    return tuple(keys) if len(keys) == len(planes) else ()


def layer_keys(layer: Layer) -> tuple[ImageKey, ...]:
    """Return the planes of a layer as images of a collection; see `plane_keys`.

    Our own layer of the annotated image is never meant.
    """
    return () if is_annotated_image(layer) else plane_keys(layer)


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
        if key in links.get(str(layer.unique_id), ()) or _shows(layer, key):
            return LayerTransform.of(layer).of_plane(key.plane)
    return IDENTITY


def _shows(layer: Layer, key: ImageKey) -> bool:
    """Return whether a plane of a layer shows an image; only those that came from it are looked at."""
    path = source_file(layer)
    if path is None or ImageKey.of(path).file != key.file or is_annotated_image(layer):
        return False
    try:
        planes = image_planes(layer)
    except ImageLayerError:
        return False
    return any(plane.origin and ImageKey.of(*plane.origin) == key and plane_key(plane) for plane in planes)


@lru_cache(maxsize=512)
def _file_digest(key: ImageKey, changed: int, size: int) -> bytes:
    return checksum([read_plane(key.file, key.plane)])


def file_keys(file: Path, layer: Image) -> tuple[ImageKey, ...]:
    """Return a key for each plane of a layer, in a file that holds its pixels."""
    return tuple(ImageKey.of(file, plane) for plane in np.ndindex(*_leading_shape(layer)))


def _leading_shape(layer: Image) -> tuple[int, ...]:
    """Return the lengths of the axes before Y and X; empty for a single picture."""
    levels, leading = image_levels(layer)
    return tuple(levels[0].shape[:leading])


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
        A PNG for a photo of 8 bits, a TIFF where it is large and for all others. No file is replaced; one of
        this name that holds these pixels already is returned as it is.

    Raises
    ------
    CollectionError
        When the memory could not hold a plane when it is read again, or the disk has no room.
    """
    levels, leading = image_levels(layer)
    finest = levels[0]
    check_room(layer.name, finest.shape, leading, finest.dtype.itemsize, folder)
    # Lazy data may say another type than that of the blocks they make.
    dtype = np.asarray(finest[(*(0,) * leading, slice(1), slice(1))]).dtype
    colours = has_channels(layer.rgb, finest.shape)
    return save_pixels(
        StoredPixels(finest.shape, dtype, colours, partial(value_strips, finest)), folder, layer.name
    )
