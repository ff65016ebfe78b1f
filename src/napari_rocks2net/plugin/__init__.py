"""The napari side: layers in, layers out, the widgets and the menus.

Importing this package imports neither napari nor torch; its names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_rocks2net.plugin.annotate.scripting import annotate_layers, label_layers
    from napari_rocks2net.plugin.classify.classification import classify_layers
    from napari_rocks2net.plugin.train.layer_samples import samples_from_layers
    from napari_rocks2net.plugin.train.scripting import train_layers, train_on_collection

__all__ = [
    "annotate_layers",
    "classify_layers",
    "label_layers",
    "samples_from_layers",
    "train_layers",
    "train_on_collection",
]

_ROOMS = {
    "annotate_layers": "annotate.scripting",
    "classify_layers": "classify.classification",
    "label_layers": "annotate.scripting",
    "samples_from_layers": "train.layer_samples",
    "train_layers": "train.scripting",
    "train_on_collection": "train.scripting",
}


def __getattr__(name: str) -> object:
    """Import the module that defines a public name, the first time the name is asked for."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
