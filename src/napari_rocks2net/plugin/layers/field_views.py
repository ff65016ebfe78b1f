"""Views of a field among image layers: which layers are paired, and which axis of a stack turns the stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from napari_rocks2net.plugin.layers.mark import METADATA_KEY, ImageMark, source_file
from napari_rocks2net.plugin.layers.plane import ImageLayerError, ImagePlane
from napari_rocks2net.views import (
    FULL_TURN,
    ExampleRule,
    GuessedView,
    View,
    ViewError,
    check_field,
    guess_views,
)

if TYPE_CHECKING:
    from napari.layers import Image, Layer

STAGE_AXIS = "stage angle"
STAGE_AXES = (STAGE_AXIS, "stage")
"""What the axis of a stack may be called along which the stage turns; we write the first."""


def guessed_views(layers: Sequence[Image], rule: ExampleRule | None = None) -> list[View]:
    """Return light and angle of each layer as its mark says, else as its name or its file's does.

    Parameters
    ----------
    layers : sequence of napari.layers.Image
        Which numbers are angles is seen by the names together.
    rule : ExampleRule, optional
        How a person's own names say it.
    """
    by_name = guess_views([layer.name for layer in layers], rule)
    by_file = guess_views([str(source_file(layer) or layer.name) for layer in layers], rule)
    views = []
    for layer, *guesses in zip(layers, by_name, by_file, strict=True):
        mark = ImageMark.of(layer.metadata)
        sources: tuple[ImageMark | GuessedView, ...] = (*([mark] if mark is not None else []), *guesses)
        named = (View(layer.name, each.light, each.angle) for each in sources if each.light)
        views.append(next(named, View(layer.name)))
    return views


def own_name(layer: Image) -> str:
    """Return the name that a person gave a photo: that of its file, for napari numbers layers of one name."""
    file = source_file(layer)
    return file.name if file is not None else str(layer.name)


def pair_layers(views: Mapping[Image, View]) -> str:
    """Mark layers as the views of one field.

    Parameters
    ----------
    views : mapping of napari.layers.Image to View
        Light and angle of each; what they hold as a file is not looked at.

    Returns
    -------
    str
        The name that their marks share.

    Raises
    ------
    ViewError
        When there are fewer than two, one has no light, or two have one light and one angle.
    """
    named = [replace(view, file=layer.name) for layer, view in views.items()]
    if len(named) < 2:
        raise ViewError("A field has two views or more: select the layers that show it.")
    if unknown := [view.file for view in named if not view.light]:
        raise ViewError(f"Choose the light of {unknown[0]!r}.")
    check_field(named)
    field = uuid4().hex
    for layer, view in views.items():
        _mark(layer, {"field": field, "light": view.light, "angle": view.angle})
    return field


def unpair_layers(layers: Iterable[Layer]) -> None:
    """Make layers photos by themselves again; their lights are kept."""
    for layer in layers:
        _mark(layer, {"field": ""})


def _mark(layer: Layer, values: Mapping[str, object]) -> None:
    """Add to what a layer's metadata says about it."""
    stored = layer.metadata.get(METADATA_KEY)
    layer.metadata[METADATA_KEY] = {**(stored if isinstance(stored, Mapping) else {}), **values}


def paired_with(layer: Layer, layers: Iterable[Layer]) -> list[Layer]:
    """Return the layers that are views of one field with a layer, itself among them, in their order."""
    mark = ImageMark.of(layer.metadata)
    if mark is None or not mark.field:
        return [layer]
    return [each for each in layers if (other := ImageMark.of(each.metadata)) and other.field == mark.field]


def stage_axis(layer: Layer) -> int | None:
    """Return the leading axis of a stack along which the stage turns, None where there is none."""
    leading = [str(name).strip().lower() for name in layer.axis_labels[:-2]]
    return next((axis for axis, name in enumerate(leading) if name in STAGE_AXES), None)


def set_stage_axis(layer: Layer, degrees: float) -> None:
    """Say that the first axis of a stack turns the stage.

    Parameters
    ----------
    layer : napari.layers.Image
        A stack.
    degrees : float
        From one plane to the next.

    Raises
    ------
    ViewError
        When the layer is no stack, or two planes would have one angle.
    """
    if layer.ndim < 3:
        raise ViewError(f"{layer.name!r} is no stack: it has no axis that could turn the stage.")
    planes = len(layer.data[0] if layer.multiscale else layer.data)
    if not abs(degrees) > 0 or abs(degrees) * (planes - 1) >= FULL_TURN:
        raise ViewError(
            f"{planes} planes {degrees:g}° apart make more than a full turn, or none: give other degrees."
        )
    layer.axis_labels = (STAGE_AXIS, *layer.axis_labels[1:])
    layer.scale = (degrees, *layer.scale[1:])
    layer.units = ("degree", *layer.units[1:])


def with_view(plane: ImagePlane, layer: Image) -> ImagePlane:
    """Return a plane of a layer with what is known of its field, light and angle."""
    mark, axis, [view] = ImageMark.of(layer.metadata), stage_axis(layer), guessed_views([layer])
    field, angle = (mark.field if mark is not None else ""), view.angle
    if axis is not None and len(plane.index) > axis:
        angle = _stage_angle(layer, axis, plane.index[axis])
        others = [at for number, at in enumerate(plane.index) if number != axis]
        field = f"{field or plane.layer_id} {others}"
    return replace(plane, field=field, light=view.light, angle=angle)


def _stage_angle(layer: Layer, axis: int, position: int) -> float:
    angle = float(layer.translate[axis]) + float(layer.scale[axis]) * position
    return float(np.fmod(angle, FULL_TURN))


def one_plane_a_field(planes: Sequence[ImagePlane]) -> tuple[ImagePlane, ...]:
    """Return planes of which those of one field are the first one's other views.

    Raises
    ------
    ImageLayerError
        When two views of a field have one light and one angle.
    """
    by_field: defaultdict[str, list[ImagePlane]] = defaultdict(list)
    for number, plane in enumerate(planes):
        by_field[plane.field or f"photo {number}"].append(plane)
    for views in by_field.values():
        try:
            check_field([View(plane.title, plane.light, plane.angle) for plane in views])
        except ViewError as error:
            raise ImageLayerError(f"{error} See Pair views.") from error
    return tuple(replace(first, other_views=tuple(others)) for first, *others in by_field.values())
