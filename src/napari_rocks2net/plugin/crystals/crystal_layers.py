"""Labels layers of crystals, each marked with the image that its crystals are in."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import napari
import numpy as np
from napari.layers import Image, Labels, Layer
from napari.utils.colormaps import CyclicLabelColormap

from napari_rocks2net.plugin.crystals.features import manual_classes, notes_of
from napari_rocks2net.plugin.layers.image_planes import image_plane
from napari_rocks2net.plugin.layers.layer_place import lie_on
from napari_rocks2net.plugin.layers.mark import (
    CRYSTALS,
    CrystalMark,
    is_photo,
    own_kind,
)
from napari_rocks2net.plugin.layers.plane import ImagePlane

OPACITY = 0.5


def show_crystals(viewer: napari.Viewer, picture: ImagePlane, labels: np.ndarray) -> Labels:
    """Add a Labels layer with the crystals of a picture, in place of our earlier result on the same plane.

    An earlier result that a person has corrected or labelled stays, hidden: it is theirs.
    """
    place = picture.own_transform
    layer = Labels(place.pixels(labels), name=f"{picture.title} crystals", opacity=OPACITY, **place.keywords)
    run, source, plane = uuid4().hex, picture.layer_id, picture.index
    own = CrystalMark(kind=CRYSTALS, run=run, source=source, plane=plane, digest=_digest(labels))
    own.write(layer)
    notes_of(layer).picture = picture
    lie_on(layer, picture.place, lambda: picture.own_transform)
    for earlier in list(viewer.layers):
        mark = CrystalMark.of_own(earlier, CRYSTALS)
        if mark is not None and (mark.source, mark.plane) == (source, plane):
            _replace_earlier(viewer, earlier, layer)
    viewer.add_layer(layer)
    return layer


def outline_layer(
    labels: np.ndarray, kind: str, colour: tuple[float, float, float], place: Mapping[str, Any]
) -> Labels:
    """Make a layer, marked as ours, that shows the outlines of labels."""
    # A direct colormap, the obvious choice for one colour, makes napari compile code for seconds.
    colours = CyclicLabelColormap(colors=np.array([(0, 0, 0, 0), (*colour, 1)]))
    layer = Labels(labels, name=kind, opacity=1.0, colormap=colours, **place)
    CrystalMark(kind=kind).write(layer)
    return layer


def is_made_by_us(layer: Layer, *kinds: str) -> bool:
    """Return whether we made this very layer, as something of one of these kinds."""
    return CrystalMark.of_own(layer, *kinds) is not None


def is_crystals(layer: Layer) -> bool:
    """Return whether crystals can be in a layer: in any of labels but our own previews, tools and maps."""
    return isinstance(layer, Labels) and own_kind(layer) in (None, CRYSTALS)


def source_id(layer: Layer) -> str | None:
    """Return the unique id of the image that the crystals of a layer are in, as far as that is known."""
    mark = CrystalMark.of(layer.metadata)
    return mark.source if mark is not None else notes_of(layer).image


def pair(labels: Labels, image: Image) -> None:
    """Remember which image the crystals of a person's own layer are in; the layer stays as it is."""
    if not is_made_by_us(labels, CRYSTALS):
        notes_of(labels).image = str(image.unique_id)


def changed_picture(viewer: napari.Viewer, labels: Labels) -> str:
    """Say that the image of crystals has other pixels than when they were found in it; else nothing."""
    picture = notes_of(labels).picture
    if picture is None or not is_made_by_us(labels, CRYSTALS):
        return ""
    changed = picture.is_changed_in(viewer.layers)
    return f"{picture.title} has other pixels than when these crystals were found in it." if changed else ""


def image_under(viewer: napari.Viewer, labels: Labels, images: Sequence[Image] = ()) -> Image | None:
    """Return the image that crystals belong to: where they were found, else one of their size."""
    candidates = list(images) or [layer for layer in viewer.layers if is_photo(layer)]
    source = source_id(labels)
    for layer in candidates:
        if str(layer.unique_id) == source:
            return layer
    fitting = [layer for layer in candidates if fits(layer, labels)]
    return fitting[-1] if fitting else None


def fits(image: Image, labels: Labels) -> bool:
    """Return whether an image has the height and the width of a label image."""
    try:
        return image_plane(image).size == tuple(labels.data.shape[-2:])
    except ValueError:
        return False


def _touched_by_hand(layer: Labels) -> bool:
    """Return whether a person has changed segmented crystals, or given classes to them."""
    mark = CrystalMark.of(layer.metadata)
    return bool(manual_classes(layer)) or mark is None or mark.digest != _digest(layer.data)


def _digest(labels: Any) -> int:
    return zlib.crc32(np.ascontiguousarray(labels).view(np.uint8).data)


def _replace_earlier(viewer: napari.Viewer, earlier: Labels, successor: Labels) -> None:
    successor.opacity, successor.contour = earlier.opacity, earlier.contour
    if _touched_by_hand(earlier):
        earlier.visible = False
    else:
        viewer.layers.remove(earlier)
