"""What the menus and the command palette offer besides the widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import napari

    from napari_rocks2net.plugin.annotate.annotate_widget import AnnotateWidget
    from napari_rocks2net.plugin.classify.classify_widget import ClassifyWidget
    from napari_rocks2net.plugin.train.train_widget import TrainWidget

PLUGIN = "napari-rocks2net"
ANNOTATE = "Annotate"
CLASSIFY = "Classify"
TRAIN = "Train"
TABLE_HEIGHT = 190


def open_classify_widget(viewer: napari.Viewer, tabify: bool = False) -> ClassifyWidget:
    """Open the Classify widget and bring it to the front, or return the open one.

    Parameters
    ----------
    viewer : napari.Viewer
    tabify : bool
        Share the place of the other docks, where there is no room below them.
    """
    dock, widget = viewer.window.add_plugin_dock_widget(PLUGIN, CLASSIFY, tabify=tabify)
    dock.show()
    dock.raise_()
    return widget


def classify_selected_layers(viewer: napari.Viewer) -> None:
    """Classify the image layers selected in the layer list with the models chosen last."""
    widget = open_classify_widget(viewer)
    widget.choose_selected_layers()
    widget.classify()


def open_annotate_widget(viewer: napari.Viewer) -> AnnotateWidget:
    """Open the Annotate widget and bring it to the front, or return the open one."""
    dock, widget = viewer.window.add_plugin_dock_widget(PLUGIN, ANNOTATE)
    dock.show()
    dock.raise_()
    return widget


def annotate_selected_layers(viewer: napari.Viewer) -> None:
    """Add the image layers selected in the layer list to the collection of the Annotate widget."""
    open_annotate_widget(viewer).bar.add_image_layers(list(viewer.layers.selection))


def open_train_widget(viewer: napari.Viewer) -> TrainWidget:
    """Open the Train widget, or return the open one."""
    _, widget = viewer.window.add_plugin_dock_widget(PLUGIN, TRAIN)
    return widget


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
