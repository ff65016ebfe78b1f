"""Form of a count: which photo, where, how many points, which classes, who counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from magicgui.widgets import ComboBox, Container, LineEdit
from psygnal import Signal

from napari_rocks2net.plugin.count.count_layers import CountMark
from napari_rocks2net.plugin.layers.image_planes import ImageLayerError
from napari_rocks2net.plugin.look.setting_fields import read_fields, setting_field
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.point_counting import GridSettings

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image, Shapes

WHOLE, NOTHING = "the whole photo", "nothing"
SEPARATORS = re.compile(r"[,;\n]")
EXAMPLE = "quartz, feldspar, lithics, matrix, pores"
LARGEST_SPACING = 1_000_000
FIELDS = ("points", "spacing_um", "arrangement", "order", "seed")


class GridForm(Container):  # type: ignore[type-arg]
    """Lists of photos and Shapes layers, which follow what is added elsewhere, and the settings of the grid.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where the layers are.

    Attributes
    ----------
    edited : psygnal.SignalInstance
        Something was chosen or changed.
    """

    edited = Signal()

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        self._viewer = viewer
        remembered = preferences.remembered_values(preferences.COUNTING)
        self.photo = ComboBox(label="Photo", choices=self._photos, tooltip="The image layer to count on.")
        self.region = ComboBox(
            label="Region", choices=lambda _: self._shapes(WHOLE), tooltip="A Shapes layer: count inside it."
        )
        self.excluded = ComboBox(
            label="Excluded",
            choices=lambda _: self._shapes(NOTHING),
            tooltip="A Shapes layer: its shapes are not counted, such as holes or a label.",
        )
        self.fields = {name: setting_field(GridSettings, name, **_limits(name)) for name in FIELDS}
        self.classes = LineEdit(
            label="Classes",
            value=str(remembered.get("classes", EXAMPLE)),
            tooltip="What a point can fall on, with commas between; the first nine get the keys 1 to 9, the "
            "others letters from A on.",
        )
        self.observer = LineEdit(
            label="Observer",
            value=str(remembered.get("observer", "")),
            tooltip="Who counts: a name or initials. Several can count the same points, each for themselves.",
        )
        super().__init__(
            widgets=[
                self.photo,
                self.region,
                self.excluded,
                *self.fields.values(),
                self.classes,
                self.observer,
            ],
            labels=True,
        )
        for field in (self.photo, self.region, self.excluded, *self.fields.values()):
            field.changed.connect(lambda _: self.edited.emit())
        events = viewer.layers.events
        for event in (events.inserted, events.removed, events.reordered, events.renamed):
            event.connect(self._refresh)
        self._refresh()

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
        layer = self._layer(self.photo.value)
        if layer is None:
            raise ImageLayerError("No photo is chosen; open one first.")
        return layer

    def chosen_region(self) -> Shapes | None:
        """Return the layer of the region, None for the whole photo."""
        return self._layer(self.region.value)

    def chosen_exclusions(self) -> Shapes | None:
        """Return the layer of what is left out, None for nothing."""
        return self._layer(self.excluded.value)

    def _layer(self, value: Any) -> Any:
        return next((layer for layer in self._viewer.layers if str(layer.unique_id) == value), None)

    def _photos(self, _: object = None) -> list[tuple[str, str]]:
        from napari.layers import Image

        return [
            (layer.name, str(layer.unique_id)) for layer in self._viewer.layers if isinstance(layer, Image)
        ]

    def _shapes(self, none: str) -> list[tuple[str, str | None]]:
        from napari.layers import Shapes

        layers = [each for each in self._viewer.layers if isinstance(each, Shapes)]
        own = [layer for layer in layers if CountMark.of_own(layer) is None]
        return [(none, None), *((layer.name, str(layer.unique_id)) for layer in own)]

    def _refresh(self, event: object = None) -> None:
        fields = (self.photo, self.region, self.excluded)
        before = [field.choices for field in fields]
        for field in fields:
            field.reset_choices()
        if [field.choices for field in fields] != before:
            self.edited.emit()


def _limits(name: str) -> dict[str, Any]:
    return {"decimals": 1, "min": 0, "max": LARGEST_SPACING} if name == "spacing_um" else {}
