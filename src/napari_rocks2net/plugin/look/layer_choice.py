"""Layer choice: a list of some of the viewer's layers, which follows the viewer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from magicgui.widgets import ComboBox

from napari_rocks2net.plugin.look.choices import refresh_choices
from napari_rocks2net.plugin.look.controls import shorten

if TYPE_CHECKING:
    import napari.viewer


def layer_list_events(viewer: napari.viewer.Viewer) -> tuple[Any, ...]:
    """Return the events after which a list of the viewer's layers is another one."""
    events = viewer.layers.events
    return events.inserted, events.removed, events.reordered, events.renamed


def is_shapes(layer: Any) -> bool:
    """Tell whether a layer is of shapes."""
    from napari.layers import Shapes

    return isinstance(layer, Shapes)


class LayerChoice(ComboBox):
    """A list of layers by their names; its value is the unique id of the chosen one.

    One in which a layer must be chosen begins with the layer that is selected in the viewer, or with the
    topmost visible one, and goes to what a person adds or selects there.

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
    empty : str
        What an empty list shows.
    """

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        label: str,
        tooltip: str,
        accepts: Callable[[Any], bool],
        none: str = "",
        empty: str = "",
    ) -> None:
        self._viewer, self._accepts, self._none = viewer, accepts, none
        super().__init__(label=label, tooltip=tooltip, choices=self._offered)
        self.native.setPlaceholderText(empty)
        shorten(self.native)
        self._events: list[tuple[Any, Callable[[Any], None]]]
        self._events = [(event, self.refresh) for event in layer_list_events(viewer)]
        if not none:
            self.choose(*(each for each in viewer.layers if each.visible), viewer.layers.selection.active)
            self._events.append((viewer.layers.selection.events.active, self._follow))
        for event, follow in self._events:
            event.connect(follow)

    @property
    def layers(self) -> list[Any]:
        """All layers on offer, the lowest first."""
        return [each for each in self._viewer.layers if self._accepts(each)]

    @property
    def layer(self) -> Any:
        """The chosen layer, None if there is none."""
        return next((each for each in self.layers if str(each.unique_id) == self.value), None)

    def choose(self, *layers: Any) -> None:
        """Choose the last of some layers, None among them, that is on offer."""
        offered = [str(each.unique_id) for each in layers if each is not None]
        if offered := [each for each in offered if each in self.choices]:
            self.value = offered[-1]

    def refresh(self, event: object = None) -> None:
        """Bring the list in line with the viewer; what was chosen stays, whatever it is called now."""
        refresh_choices(self)

    def close_jobs(self) -> None:
        """Follow the viewer no more."""
        for event, follow in self._events:
            event.disconnect(follow)

    def _follow(self, event: Any) -> None:
        # A new layer is selected before the list hears of it.
        self.refresh()
        self.choose(event.value)

    def _offered(self, _: object = None) -> list[tuple[str, str | None]]:
        layers = [(each.name, str(each.unique_id)) for each in self.layers]
        return [(self._none, None), *layers] if self._none else [*layers]
