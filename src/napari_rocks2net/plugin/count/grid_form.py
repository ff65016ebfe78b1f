"""Form of a count: which photo, where, how many points, which classes, who counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from magicgui.widgets import Container, LineEdit
from psygnal import Signal

from napari_rocks2net.plugin.count.count_layers import CountMark
from napari_rocks2net.plugin.count.count_request import CountRequest
from napari_rocks2net.plugin.layers.mark import is_photo
from napari_rocks2net.plugin.layers.plane import ImageLayerError
from napari_rocks2net.plugin.look.layer_choice import LayerChoice, is_shapes
from napari_rocks2net.plugin.look.setting_fields import read_fields, setting_field
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.point_counting import GridSettings
from napari_rocks2net.point_counting.grid import expectation

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image

WHOLE, NOTHING = "the whole photo", "nothing"
SEPARATORS = re.compile(r"[,;\n]")
EXAMPLE = "quartz, feldspar, lithics, matrix, pores"
LARGEST_SPACING = 1_000_000
FIELDS = ("points", "spacing_um", "arrangement", "order", "seed")


CLASSES_TIP = (
    "What a point can fall on, with commas between; the first nine get the keys 1 to 9, the others letters "
    "from A on."
)
OBSERVER_TIP = "Who counts: a name or initials. Several can count the same points, each for themselves."


class GridForm(Container):  # type: ignore[type-arg]
    """Lists of photos and Shapes layers, and the settings of the grid.

    Attributes
    ----------
    edited : psygnal.SignalInstance
        Something was chosen or changed.
    """

    edited = Signal()

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        remembered = preferences.remembered_values(preferences.COUNTING)
        self.photo = LayerChoice(
            viewer, "Photo", "The image layer to count on.", is_photo, empty="open a photo"
        )
        tip = "A Shapes layer: count inside it."
        self.region = LayerChoice(viewer, "Region", tip, _is_outline, none=WHOLE)
        tip = "A Shapes layer: its shapes are not counted, such as holes or a label."
        self.excluded = LayerChoice(viewer, "Excluded", tip, _is_outline, none=NOTHING)
        self._viewer = viewer
        self.fields = {name: setting_field(GridSettings, name, **_limits(name)) for name in FIELDS}
        classes, observer = str(remembered.get("classes", EXAMPLE)), str(remembered.get("observer", ""))
        self.classes = LineEdit(label="Classes", value=classes, tooltip=CLASSES_TIP)
        self.observer = LineEdit(label="Observer", value=observer, tooltip=OBSERVER_TIP)
        lists = (self.photo, self.region, self.excluded)
        widgets = [*lists, *self.fields.values(), self.classes, self.observer]
        super().__init__(widgets=widgets, labels=True)
        for field in (*lists, *self.fields.values()):
            field.changed.connect(lambda _: self.edited.emit())

    def settings(self) -> GridSettings:
        """Return how the points are to be laid."""
        return GridSettings(**read_fields(self.fields))

    def class_names(self) -> tuple[str, ...]:
        """Return the classes that are written down."""
        return tuple(name.strip() for name in SEPARATORS.split(self.classes.value) if name.strip())

    def observer_name(self) -> str:
        """Return who counts; empty where nobody is written down."""
        return str(self.observer.value).strip()

    def remember(self) -> None:
        """Remember classes and observer for the next photo."""
        values = {"classes": self.classes.value, "observer": self.observer.value}
        preferences.remember(preferences.COUNTING, values)

    def chosen_photo(self) -> Image:
        """Return the chosen image layer; raises an `ImageLayerError` if there is none."""
        layer: Image | None = self.photo.layer
        if layer is None:
            raise ImageLayerError("No photo is chosen; open one first.")
        return layer

    def request(self) -> CountRequest:
        """Freeze what is chosen; see `CountRequest.of`, also for the errors."""
        shapes = self.region.layer, self.excluded.layer
        return CountRequest.of(self._viewer, self.chosen_photo(), *shapes)

    def expectation(self) -> str:
        """Return how far the points will be apart, and how wide the intervals, or what is still missing."""
        try:
            request, classes = self.request(), len(self.class_names())
            return expectation(request.area, self.settings(), request.um_per_pixel, classes)
        except ValueError as error:
            return str(error)


def _is_outline(layer: Any) -> bool:
    return is_shapes(layer) and CountMark.of_own(layer) is None


def _limits(name: str) -> dict[str, Any]:
    return {"decimals": 1, "min": 0, "max": LARGEST_SPACING} if name == "spacing_um" else {}
