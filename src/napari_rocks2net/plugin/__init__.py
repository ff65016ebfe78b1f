"""The napari side: layers in, layers out, the widgets and the menus.

Importing this package imports neither napari nor torch; its names are loaded when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_rocks2net.plugin.classify.classification import classify_layers

__all__ = ["classify_layers"]


def __getattr__(name: str) -> object:
    """Import `classify_layers` the first time it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from napari_rocks2net.plugin.classify.classification import classify_layers

    return classify_layers
