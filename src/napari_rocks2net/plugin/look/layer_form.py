"""Layer form: a form with lists of the viewer's layers, which follow what is added elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from magicgui.widgets import ComboBox, Container
from magicgui.widgets.bases import Widget
from psygnal import Signal

from napari_rocks2net.plugin.look.choices import refresh_choices

if TYPE_CHECKING:
    import napari.viewer


def layer_list_events(viewer: napari.viewer.Viewer) -> tuple[Any, ...]:
    """Return the events after which a list of the viewer's layers is another one."""
    events = viewer.layers.events
    return events.inserted, events.removed, events.reordered, events.renamed


def layer_list(
    viewer: napari.viewer.Viewer, label: str, accepts: Callable[[Any], bool], tooltip: str, none: str = ""
) -> ComboBox:
    """Return a list of layers by their names; its value is a layer's unique id.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where the layers are.
    label, tooltip : str
        What the list is called and says.
    accepts : callable
        Which layers are offered.
    none : str
        The first choice, whose value is None, where a layer need not be chosen.
    """

    def choices(_: object = None) -> list[tuple[str, str | None]]:
        """Return the layers as they are now."""
        layers = [(each.name, str(each.unique_id)) for each in viewer.layers if accepts(each)]
        return [(none, None), *layers] if none else [*layers]

    return ComboBox(label=label, choices=choices, tooltip=tooltip)


def is_shapes(layer: Any) -> bool:
    """Tell whether a layer is of shapes."""
    from napari.layers import Shapes

    return isinstance(layer, Shapes)


class LayerForm(Container):  # type: ignore[type-arg]
    """A form with lists of layers.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where the layers are.
    lists : sequence of ComboBox
        Made by `layer_list`. Those in which a layer must be chosen follow the layer that a person selects in
        the viewer, and begin with it, or with the topmost visible one.
    widgets : sequence of Widget
        All rows of the form, in their order.
    edits : sequence of Widget
        Those besides the lists whose change is an edit.

    Attributes
    ----------
    edited : psygnal.SignalInstance
        Something was chosen or changed.
    """

    edited = Signal()

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        lists: Sequence[ComboBox],
        widgets: Sequence[Widget],
        edits: Iterable[Any],
    ) -> None:
        self._viewer, self._lists = viewer, lists
        super().__init__(widgets=widgets, labels=True)
        for field in (*lists, *edits):
            field.changed.connect(lambda _: self.edited.emit())
        for event in layer_list_events(viewer):
            event.connect(self._refresh)
        self._refresh()
        self._choose(*(each for each in viewer.layers if each.visible), viewer.layers.selection.active)
        viewer.layers.selection.events.active.connect(self._follow)

    def chosen(self, layers: ComboBox) -> Any:
        """Return the layer that a list shows, None for none."""
        return next((each for each in self._viewer.layers if str(each.unique_id) == layers.value), None)

    def _follow(self, event: Any) -> None:
        # A new layer is selected before the lists hear of it.
        self._refresh()
        self._choose(event.value)

    def _choose(self, *layers: Any) -> None:
        """Choose the last of some layers in each list that offers it and no choice of none."""
        for layers_list in self._lists:
            offered = [str(each.unique_id) for each in layers if each is not None]
            offered = [each for each in offered if each in layers_list.choices]
            if offered and None not in layers_list.choices:
                layers_list.value = offered[-1]

    def _refresh(self, event: object = None) -> None:
        before = [each.choices for each in self._lists]
        for each in self._lists:
            refresh_choices(each)
        if [each.choices for each in self._lists] != before:
            self.edited.emit()
