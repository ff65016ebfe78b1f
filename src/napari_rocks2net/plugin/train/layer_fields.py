"""Fields among annotated layers: a label of one view is that of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from napari_rocks2net.plugin.layers.field_views import with_view
from napari_rocks2net.plugin.layers.layer_scale import scaled_planes
from napari_rocks2net.plugin.layers.plane import ImageLayerError, ImagePlane
from napari_rocks2net.samples import Region

if TYPE_CHECKING:
    from napari.layers import Image


@dataclass(frozen=True, eq=False)
class LabelledPlane:
    """Image plane, or a region of it in full-resolution pixels, and its class."""

    plane: ImagePlane
    label: str
    section: str
    region: Region | None = None
    field: str = ""  # What the views of one sample share.


def viewed_planes(layer: Image) -> list[ImagePlane]:
    """Return the planes of a layer with their scale, and what is known of their field, light and angle."""
    return [with_view(plane, layer) for plane in scaled_planes(layer)]


def field_of(plane: ImagePlane) -> str:
    """Return what the views of a field share; empty where the light is not known, for no model tells it."""
    return plane.field if plane.light else ""


def with_other_views(labelled: Sequence[LabelledPlane], images: Sequence[Image]) -> list[LabelledPlane]:
    """Return labelled planes and regions, whole fields with all their views in one thin section.

    Parameters
    ----------
    labelled : sequence of LabelledPlane
        Regions stay as they are.
    images : sequence of napari.layers.Image
        Where the other views are looked for.

    Raises
    ------
    ImageLayerError
        When two views of a field are labelled differently.
    """
    first: dict[str, LabelledPlane] = {}
    for each in labelled:
        if each.field and each.region is None and first.setdefault(each.field, each).label != each.label:
            other = first[each.field]
            raise ImageLayerError(
                f"{other.plane.title!r} is labelled {other.label!r} and {each.plane.title!r} {each.label!r}; "
                "the views of a field have one label: correct one of them, or part them in Pair views."
            )
    if not first:
        return list(labelled)
    seen = {(each.plane.layer_id, each.plane.index) for each in labelled if each.region is None}
    others = [
        replace(first[field_of(plane)], plane=plane)
        for image in images
        for plane in viewed_planes(image)
        if field_of(plane) in first and (plane.layer_id, plane.index) not in seen
    ]
    own = (
        replace(each, section=first[each.field].section) if each.region is None and each.field else each
        for each in labelled
    )
    return [*own, *others]
