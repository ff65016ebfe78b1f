"""Suggested labels: what models predict about the images of a collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.annotation.suggestion import Suggestions
from napari_rocks2net.plugin.layers.result_layers import shown_rows

if TYPE_CHECKING:
    from napari.layers import Layer

    from napari_rocks2net.plugin.layers.image_planes import ImagePlane


def suggestions_from_layers(layers: Iterable[Layer], links: Mapping[str, Sequence[ImageKey]]) -> Suggestions:
    """Read every prediction about an image that is a file.

    Parameters
    ----------
    layers : iterable of napari.layers.Layer
        Only the `predictions` layers of our own runs are read; of several predictions the last counts.
    links : dict
        The images of layers without a file, by the layer's unique id.

    Returns
    -------
    dict
        (image, property) -> Prediction.
    """
    keyed = ((_key(row.plane, links), row.prediction) for row in shown_rows(layers))
    return {(key, prediction.property): prediction for key, prediction in keyed if key is not None}


def _key(plane: ImagePlane, links: Mapping[str, Sequence[ImageKey]]) -> ImageKey | None:
    if plane.origin is not None:
        return ImageKey.of(*plane.origin)
    return next((key for key in links.get(plane.layer_id, ()) if key.plane == plane.index), None)
