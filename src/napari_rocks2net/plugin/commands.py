"""What the menus and the command palette offer besides the widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import napari

    from napari_rocks2net.plugin.classify.classify_widget import ClassifyWidget

PLUGIN = "napari-rocks2net"
CLASSIFY = "Classify"
TABLE_HEIGHT = 190


def open_classify_widget(viewer: napari.Viewer) -> ClassifyWidget:
    """Open the Classify widget, or return the open one."""
    _, widget = viewer.window.add_plugin_dock_widget(PLUGIN, CLASSIFY)
    return widget


def classify_selected_layers(viewer: napari.Viewer) -> None:
    """Classify the image layers selected in the layer list with the models chosen last."""
    widget = open_classify_widget(viewer)
    widget.choose_selected_layers()
    widget.classify()


def open_features_table(viewer: napari.Viewer) -> None:
    """Open napari's own features table, below the canvas: its columns are many."""
    from qtpy.QtCore import Qt

    dock, _ = viewer.window.add_plugin_dock_widget("napari", "Features table widget")
    # Plugins get napari's objects in a wrapper, which Qt does not take.
    dock = getattr(dock, "__wrapped__", dock)
    dock.parent().addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
    dock.parent().resizeDocks([dock], [TABLE_HEIGHT], Qt.Orientation.Vertical)
    dock.show()
