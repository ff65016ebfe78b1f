"""A new model for the Classify widget, open or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.plugin.commands import open_classify_widget
from napari_rocks2net.plugin.work.model_choice import ModelChoice

if TYPE_CHECKING:
    import napari.viewer

    from napari_rocks2net.plugin.classify.classify_widget import ClassifyWidget


def offer_model(viewer: napari.viewer.Viewer, path: str | Path) -> None:
    """Put a model file into the list of the Classify widget, also of one that is open.

    Raises
    ------
    ModelFileError
        If it cannot be used.
    """
    from napari_rocks2net.plugin.classify.classify_widget import ClassifyWidget

    ModelChoice().add(path)
    for widget in viewer.window.dock_widgets.values():
        if isinstance(widget, ClassifyWidget):
            widget.refresh_models()


def classify_with_model(viewer: napari.viewer.Viewer, path: str | Path) -> ClassifyWidget:
    """Open the Classify widget with a model file chosen."""
    widget = open_classify_widget(viewer, tabify=True)
    widget.add_model_file(path)
    return widget
