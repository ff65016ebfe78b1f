"""The napari side: layers in, layers out, the widgets and the menus.

Importing this package imports neither napari nor torch; its names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_rocks2net.plugin.annotate.scripting import annotate_layers, label_layers
    from napari_rocks2net.plugin.classify.classification import classify_layers
    from napari_rocks2net.plugin.crystals.classifying import classify_crystals_layer
    from napari_rocks2net.plugin.crystals.measuring import measure_crystals_layer
    from napari_rocks2net.plugin.crystals.segmenting import segment_crystals_layer
    from napari_rocks2net.plugin.crystals.training import train_on_crystals
    from napari_rocks2net.plugin.slides.layer_map import map_layer
    from napari_rocks2net.plugin.train.layer_samples import samples_from_layers
    from napari_rocks2net.plugin.train.scripting import continue_training, train_layers, train_on_collection

__all__ = [
    "annotate_layers",
    "classify_crystals_layer",
    "classify_layers",
    "continue_training",
    "label_layers",
    "map_layer",
    "measure_crystals_layer",
    "samples_from_layers",
    "segment_crystals_layer",
    "train_layers",
    "train_on_collection",
    "train_on_crystals",
]

_ROOMS = {
    "annotate_layers": "annotate.scripting",
    "classify_crystals_layer": "crystals.classifying",
    "classify_layers": "classify.classification",
    "continue_training": "train.scripting",
    "label_layers": "annotate.scripting",
    "map_layer": "slides.layer_map",
    "measure_crystals_layer": "crystals.measuring",
    "samples_from_layers": "train.layer_samples",
    "segment_crystals_layer": "crystals.segmenting",
    "train_layers": "train.scripting",
    "train_on_collection": "train.scripting",
    "train_on_crystals": "crystals.training",
}


def __getattr__(name: str) -> object:
    """Import the module that defines a public name, the first time the name is asked for."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
