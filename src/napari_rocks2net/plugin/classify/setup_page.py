"""Setup page: which images are classified, by which models, on which processor."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import napari.viewer
from magicgui.widgets import Container, Label, Select
from napari.layers import Image
from psygnal import Signal
from qtpy.QtWidgets import QSizePolicy

from napari_rocks2net.model_file import ModelFileError
from napari_rocks2net.plugin.layers.mark import is_photo
from napari_rocks2net.plugin.layers.plane import ImageLayerError
from napari_rocks2net.plugin.look.choices import refresh_choices
from napari_rocks2net.plugin.look.layer_choice import layer_list_events
from napari_rocks2net.plugin.look.model_button import AddModelButton
from napari_rocks2net.plugin.look.section_scale import SectionScale
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.jobs import JobRunner
from napari_rocks2net.plugin.work.model_choice import NO_MODEL, ModelChoice, describe
from napari_rocks2net.torch_beside_opengl import prepare_torch_import

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier

# Images are many, models few.
LIST_SHARES = (3, 1)
MODELS_TIP = "One model for each rock property."
OWN_SCALE = "as each says"
SCALE_TIP = (
    "Side of a pixel in micrometres of all chosen images; by default what each layer's scale or file says. "
    "A model that knows its scale brings the images to it."
)


class SetupPage(Container):  # type: ignore[type-arg]
    """Lists of images and models to choose from; both follow what is added and removed elsewhere.

    Attributes
    ----------
    message : psygnal.SignalInstance
        A sentence for the person.
    device_runner : JobRunner
        Looks for the processor.
    """

    message = Signal(str)

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        self._viewer = viewer
        self._models = ModelChoice()
        self._make_fields()
        super().__init__(widgets=[self.images, self.models, self.add_model, self.device], labels=True)
        self.device_runner = JobRunner(self.native)
        for row, share in enumerate(LIST_SHARES):
            self.native.layout().setStretch(row, share)
        self.scale = SectionScale(viewer, self._first_image)
        self.scale.side.setSpecialValueText(OWN_SCALE)
        self.scale.side.setToolTip(SCALE_TIP)
        self.scale.message.connect(self.message.emit)
        self.native.layout().addWidget(self.scale)
        self.add_model.message.connect(self.message.emit)
        self.models.changed.connect(lambda _: self._models_changed())
        for event in layer_list_events(viewer):
            event.connect(self._refresh_images)
        self._restore()

    def _make_fields(self) -> None:
        self.images = Select(
            label="Images",
            choices=self._image_choices,
            tooltip="Image layers to classify (Ctrl or Shift for several).",
        )
        self.models = Select(label="Models", choices=lambda _: self._models.choices(), tooltip=MODELS_TIP)
        self.add_model = AddModelButton(self._models, self.models)
        self.device = Label(
            label="Device", value="looking ...", tooltip="The processor that does the work, and why."
        )
        self.device.native.setWordWrap(True)
        # A long line gets more lines, not a wider dock.
        self.device.native.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def chosen_layers(self) -> list[Image]:
        """Return the chosen image layers.

        Raises
        ------
        ImageLayerError
            If none is chosen.
        """
        chosen = set(self.images.value)
        layers = [layer for layer in self._images() if str(layer.unique_id) in chosen]
        if not layers:
            raise ImageLayerError(
                "No image is chosen; choose at least one image layer in the list."
                if self._images()
                else "No photo is open: drop one on the window, or use File > Open File(s)..."
            )
        return layers

    def _first_image(self) -> Image | None:
        chosen = set(self.images.value)
        return next((layer for layer in self._images() if str(layer.unique_id) in chosen), None)

    def loader(self) -> Callable[[], RockClassifier]:
        """Return a function that loads the chosen models, for the thread of a job.

        Raises
        ------
        ModelFileError
            If none is chosen.
        """
        if not self.models.value:
            raise ModelFileError(NO_MODEL)
        return self._models.classifier_loader(self.models.value)

    def choose_selected_layers(self) -> None:
        """Choose the image layers selected in the layer list, or all if none is."""
        selected = {str(layer.unique_id) for layer in self._viewer.layers.selection}
        images = list(self.images.choices)
        self.images.value = [value for value in images if value in selected] or images

    def refresh_models(self) -> None:
        """Offer model files that were added elsewhere; what is chosen stays."""
        refresh_choices(self.models)

    def find_device(self) -> None:
        """Look for the processor in a thread, since importing torch takes seconds; then load what answers."""

        def reason() -> str:
            """Return the device that would be chosen, and why."""
            prepare_torch_import()
            from napari_rocks2net.classify import choose_device

            return choose_device().reason

        self.device_runner.start(reason, on_done=self._device_chosen, on_error=self.show_device)

    def show_device(self, reason: str) -> None:
        """Say which processor does the work, and why."""
        self.device.value = reason

    def _device_chosen(self, reason: str) -> None:
        self.show_device(reason)
        self.device_runner.start(_import_classifier, on_done=lambda _: None, on_error=self.show_device)

    def _images(self) -> list[Any]:
        return [layer for layer in self._viewer.layers if is_photo(layer)]

    def _image_choices(self, _: object = None) -> list[tuple[str, str]]:
        return [(layer.name, str(layer.unique_id)) for layer in self._images()]

    def _refresh_images(self, event: object = None) -> None:
        before = set(self.images.choices)
        refresh_choices(self.images)
        if new := set(self.images.choices) - before:
            self.images.value = [*self.images.value, *new]

    def _restore(self) -> None:
        self.reset_choices()
        self.choose_selected_layers()
        remembered = preferences.remembered_list(preferences.CHOSEN_MODELS)
        models = list(self.models.choices)
        self.models.value = [value for value in models if value in remembered] or models[:1]

    def _models_changed(self) -> None:
        preferences.remember(preferences.CHOSEN_MODELS, list(self.models.value))
        self.models.tooltip = "\n".join(map(describe, self.models.value)) or MODELS_TIP


def _import_classifier() -> None:
    """Import what the first answer needs, torchvision and pandas, which takes seconds."""
    import_module("pandas")
    import_module("napari_rocks2net.classify.classifier")
