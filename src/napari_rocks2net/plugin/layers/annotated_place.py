"""Where the annotated image lies: on the layer of the same file, if that is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.plugin.layers.layer_files import layer_keys
from napari_rocks2net.plugin.layers.transforms import TRANSFORM_FIELDS, Placement

if TYPE_CHECKING:
    from napari.layers import Layer

    from napari_rocks2net.annotation import ImageKey

IDENTITY: dict[str, Any] = {
    "scale": np.ones(2),
    "translate": np.zeros(2),
    "rotate": np.eye(2),
    "shear": np.zeros(1),
    "affine": np.eye(3),
    "units": ("pixel", "pixel"),
    "axis_labels": ("axis -2", "axis -1"),
}


def place_of(
    key: ImageKey, layers: Iterable[Layer], links: Mapping[str, Sequence[ImageKey]]
) -> dict[str, Any]:
    """Return the keywords that lay a two-dimensional layer where an image lies.

    Parameters
    ----------
    key : ImageKey
    layers : iterable of napari.layers.Layer
        The first image layer of the same file counts.
    links : dict
        The images of layers without a file, by the layer's unique id.

    Returns
    -------
    dict
        scale, translate, rotate, shear, affine, units and axis_labels.
    """
    for layer in layers:
        if key in (layer_keys(layer) or links.get(str(layer.unique_id), ())):
            return plane_keywords(Placement.of(layer), key.plane)
    return IDENTITY


def plane_keywords(placement: Placement, plane: tuple[int, ...]) -> dict[str, Any]:
    """Return where one plane of a layer lies, as a layer of two dimensions."""
    if placement.ndim == 2:
        return placement.keywords
    affine = np.eye(3)
    affine[:2, :2] = placement.matrix[-3:-1, -3:-1]
    affine[:2, 2] = placement.matrix[-3:-1, -1]
    affine[:2, 2] += placement.matrix[-3:-1, : len(plane)] @ np.array(plane, float)
    last = {name: placement.keywords[name][-2:] for name in ("units", "axis_labels")}
    return IDENTITY | {"affine": affine} | last


def lay(layer: Layer, keywords: dict[str, Any]) -> None:
    """Move a layer to where `place_of` says; what is there already is not set again."""
    for name in (*TRANSFORM_FIELDS, "units", "axis_labels"):
        now = layer.affine.affine_matrix if name == "affine" else getattr(layer, name)
        if name in ("units", "axis_labels"):
            same = tuple(map(str, now)) == tuple(map(str, keywords[name]))
        else:
            same = np.shape(now) == np.shape(keywords[name]) and np.allclose(now, keywords[name])
        if not same:
            setattr(layer, name, keywords[name])
