"""Form of a map: which slide, model, windows and region."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from magicgui.widgets import ComboBox, Container
from psygnal import Signal

from napari_rocks2net.model_file import ModelFileError, read_card, resolve_model
from napari_rocks2net.plugin.layers.mark import is_photo
from napari_rocks2net.plugin.layers.plane import ImageLayerError
from napari_rocks2net.plugin.look.layer_choice import LayerChoice, is_shapes
from napari_rocks2net.plugin.look.model_button import AddModelButton
from napari_rocks2net.plugin.look.setting_fields import folder_field, read_fields, setting_field
from napari_rocks2net.plugin.slides.map_layers import MapMark
from napari_rocks2net.plugin.work.model_choice import NO_MODEL, ModelChoice
from napari_rocks2net.slides.settings import MapSettings

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image, Shapes

    from napari_rocks2net.classify import RockClassifier

WHOLE = "the whole slide"
LARGEST_FIELD = 100_000


FOLDER_TIP = (
    "Where the map is written row by row, with its tables and overviews; where a map of the same slide is "
    "there, it is gone on with. Empty: the map is shown only."
)


class MapForm(Container):  # type: ignore[type-arg]
    """Lists of slides, models and regions, and the settings.

    Attributes
    ----------
    edited : psygnal.SignalInstance
        Something was chosen or changed.
    message : psygnal.SignalInstance
        A sentence for the person.
    """

    edited = Signal()
    message = Signal(str)

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        self._models = ModelChoice()
        self.slide = LayerChoice(viewer, "Slide", "The image layer to map.", is_photo, empty="open a scan")
        self.model = ComboBox(label="Model", choices=lambda _: self._models.choices())
        self.add_model = AddModelButton(self._models, self.model)
        size: dict[str, Any] = {"decimals": 1, "min": 0, "max": LARGEST_FIELD}
        self.fields = {
            "field": setting_field(MapSettings, "field", **size, when_none="as the model learned"),
            "stride": setting_field(MapSettings, "stride", **size),
            **{name: setting_field(MapSettings, name) for name in ("unit", "way", "leave_out")},
        }
        tip = "A Shapes layer: only windows with their centre in one of its closed shapes."
        self.region = LayerChoice(viewer, "Region", tip, _is_region, none=WHOLE)
        self.out = folder_field(label="Folder", nullable=True, tooltip=FOLDER_TIP)
        self.add_model.message.connect(self.message.emit)
        widgets = [self.slide, self.model, self.add_model, *self.fields.values(), self.region, self.out]
        super().__init__(widgets=widgets, labels=True)
        for field in (self.slide, self.region, self.model, *self.fields.values()):
            field.changed.connect(lambda _: self.edited.emit())

    def settings(self) -> MapSettings:
        """Return the windows that are asked for."""
        return MapSettings(**read_fields(self.fields))

    def chosen_slide(self) -> Image:
        """Return the chosen image layer.

        Raises
        ------
        ImageLayerError
            If there is none.
        """
        layer: Image | None = self.slide.layer
        if layer is None:
            raise ImageLayerError("No slide is chosen; open a scan first.")
        return layer

    def chosen_region(self) -> Shapes | None:
        """Return the layer of the region, None for the whole slide."""
        layer: Shapes | None = self.region.layer
        return layer

    def chosen_folder(self) -> Path | None:
        """Return where the map is written to; None for nowhere."""
        text = str(self.out.value or "").strip()
        return Path(text) if text and text != "." else None

    def usual_field(self, um_per_pixel: float | None) -> int:
        """Return the side of a window in pixels of a slide where none is stated."""
        from napari_rocks2net.slides.learned_field import usual_field

        card = read_card(resolve_model(self._model()))
        return usual_field([card], [each.name for each in card.properties], um_per_pixel)

    def classes(self) -> int:
        """Return how many classes the chosen model knows, of all its properties."""
        return sum(len(each.classes) for each in read_card(resolve_model(self._model())).properties)

    def loader(self) -> Callable[[], RockClassifier]:
        """Return a function that loads the chosen model, for the thread of a job."""
        return self._models.classifier_loader([self._model()])

    def _model(self) -> str:
        if not self.model.value:
            raise ModelFileError(NO_MODEL)
        return str(self.model.value)


def _is_region(layer: Any) -> bool:
    return is_shapes(layer) and MapMark.of_own(layer) is None
