"""Commands of the menus and the command palette, and the one way from a widget to another.

Widgets are opened by their names in the manifest: nothing here imports them, not even for their types.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.plugin.work.model_choice import ModelChoice

if TYPE_CHECKING:
    import napari

    from napari_rocks2net.annotation import CollectionSession
    from napari_rocks2net.annotation.annotator import Annotator
    from napari_rocks2net.plugin.layers.plane import ImagePlane
    from napari_rocks2net.slides import SlideMap

PLUGIN = "napari-rocks2net"
ANNOTATE = "Annotate"
CLASSIFY = "Classify"
MAP = "Map slide"
TRAIN = "Train"
EXPLORE = "Explore"
TABLE_HEIGHT = 190


def open_classify_widget(viewer: napari.Viewer) -> Any:
    """Open the Classify widget and bring it to the front, or return the open one."""
    return _raised(*viewer.window.add_plugin_dock_widget(PLUGIN, CLASSIFY))


def classify_selected_layers(viewer: napari.Viewer) -> None:
    """Classify the image layers selected in the layer list with the models chosen last."""
    widget = open_classify_widget(viewer)
    widget.setup.choose_selected_layers()
    widget.classify()


def classify_with_model(viewer: napari.Viewer, path: str | Path) -> Any:
    """Open the Classify widget with a model file chosen."""
    widget = open_classify_widget(viewer)
    widget.setup.add_model.add(path)
    return widget


def offer_model(viewer: napari.Viewer, path: str | Path) -> None:
    """Put a model file into the list of the Classify widget, also of one that is open.

    Raises
    ------
    ModelFileError
        If it cannot be used.
    """
    ModelChoice().add(path)
    if (widget := _open_widget(viewer, CLASSIFY)) is not None:
        widget.setup.refresh_models()


def open_annotate_widget(viewer: napari.Viewer) -> Any:
    """Open the Annotate widget and bring it to the front, or return the open one."""
    return _raised(*viewer.window.add_plugin_dock_widget(PLUGIN, ANNOTATE))


def annotate_selected_layers(viewer: napari.Viewer) -> None:
    """Add the image layers selected in the layer list to the collection of the Annotate widget."""
    open_annotate_widget(viewer).file_panel.adding.add_image_layers(list(viewer.layers.selection))


def open_collection(viewer: napari.Viewer) -> CollectionSession | None:
    """Return the collection that is open in the Annotate widget; None without one."""
    widget = _open_widget(viewer, ANNOTATE)
    return widget.annotator.session if widget is not None else None


def map_of_plane(viewer: napari.Viewer, plane: ImagePlane) -> SlideMap | None:
    """Return the map of an image that was made last in the Map widget; None without one of it."""
    widget = _open_widget(viewer, MAP)
    layers = widget.layers if widget is not None else None
    if layers is None or (layers.plane.layer_id, layers.plane.index) != (plane.layer_id, plane.index):
        return None
    return layers.result


def open_annotator(viewer: napari.Viewer) -> Annotator | None:
    """Return what the open Annotate widget labels with, for others to follow and use; None without one."""
    widget = _open_widget(viewer, ANNOTATE)
    return widget.annotator if widget is not None else None


def open_explore_widget(viewer: napari.Viewer) -> Any:
    """Open the Explore widget and bring it to the front, or return the open one."""
    return _raised(*viewer.window.add_plugin_dock_widget(PLUGIN, EXPLORE))


def open_train_widget(viewer: napari.Viewer) -> Any:
    """Open the Train widget and bring it to the front, or return the open one."""
    return _raised(*viewer.window.add_plugin_dock_widget(PLUGIN, TRAIN))


def train_selected_layers(viewer: napari.Viewer) -> None:
    """Open the Train widget with the annotated layers that are selected in the layer list."""
    open_train_widget(viewer).source.use_layers(viewer.layers.selection)


def open_features_table(viewer: napari.Viewer) -> None:
    """Open napari's own features table, below the canvas: its columns are many."""
    from qtpy.QtCore import Qt

    dock, _ = viewer.window.add_plugin_dock_widget("napari", "Features table widget")
    # Plugins get napari's objects in a wrapper, which Qt does not take.
    dock = getattr(dock, "__wrapped__", dock)
    dock.parent().addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
    dock.parent().resizeDocks([dock], [TABLE_HEIGHT], Qt.Orientation.Vertical)
    dock.show()


def _raised(dock: Any, widget: Any) -> Any:
    dock.show()
    dock.raise_()
    return widget


def _open_widget(viewer: napari.Viewer, name: str) -> Any:
    """Return a widget of ours that is open in the viewer, by its name in the manifest; None if it is not."""
    widget = viewer.window.dock_widgets.get(f"{name} ({PLUGIN})")
    # Scripts get napari's objects in a wrapper, and with it all that a widget holds.
    return getattr(widget, "__wrapped__", widget)
