"""Labels coloured by the class of each crystal, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from napari.layers import Labels

OTHERS = (0.6, 0.6, 0.6, 0.45)
# The colours that the layer had before.
BEFORE = "rocks2net_colours_before"


def colour_by_class(layer: Labels, classes: Mapping[int, str], colours: Mapping[str, str]) -> None:
    """Colour crystals by their class; those without one are a faint grey."""
    from napari.utils.colormaps import DirectLabelColormap
    from napari.utils.colormaps.standardize_color import transform_color

    rgba = {name: transform_color(colour)[0] for name, colour in colours.items()}
    ground = int(layer.colormap.background_value)
    layer.metadata.setdefault(BEFORE, layer.colormap)
    colour_of: dict[int | None, Any] = {None: OTHERS, ground: (0, 0, 0, 0)}
    colour_of.update((label, rgba[name]) for label, name in classes.items() if name in rgba)
    layer.colormap = DirectLabelColormap(color_dict=colour_of)


def colour_by_crystal(layer: Labels) -> None:
    """Give a layer the colours back that it had before it was coloured by class."""
    if BEFORE in layer.metadata:
        layer.colormap = layer.metadata.pop(BEFORE)


def is_coloured_by_class(layer: Labels) -> bool:
    """Return whether a layer shows classes."""
    return BEFORE in layer.metadata


def compile_colours() -> None:
    """Colour a tiny layer of no viewer, so that napari has compiled its code when a real one is coloured."""
    from napari.layers import Labels

    colour_by_class(Labels(np.ones((2, 2), np.int32)), {1: "any"}, {"any": "#ffffff"})
