"""Labels layers of ours that only outline something, in one colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.plugin.layers.mark import CrystalMark

if TYPE_CHECKING:
    from napari.layers import Labels


def outline_layer(
    labels: np.ndarray, kind: str, colour: tuple[float, float, float], place: Mapping[str, Any]
) -> Labels:
    """Make a layer, marked as ours, that shows the outlines of labels.

    Parameters
    ----------
    labels : numpy.ndarray
        (Y, X) int32; napari maps the colours of smaller types one value at a time.
    kind : str
        What the layer is, and its name.
    colour : tuple of float
        Red, green and blue in 0..1.
    place : mapping
        Its transform and units.
    """
    from napari.layers import Labels
    from napari.utils.colormaps import CyclicLabelColormap

    # A direct colormap, the obvious choice for one colour, makes napari compile code for seconds.
    colours = CyclicLabelColormap(colors=np.array([(0, 0, 0, 0), (*colour, 1)]))
    layer = Labels(labels, name=kind, opacity=1.0, colormap=colours, **place)
    CrystalMark(kind=kind).write(layer)
    return layer
