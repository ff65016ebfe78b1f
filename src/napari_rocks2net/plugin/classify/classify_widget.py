"""Classify widget: choose images and models, run, watch, cancel."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from magicgui.widgets import Container, Label, ProgressBar, PushButton, Select
from qtpy.QtWidgets import QSizePolicy
from superqt.utils import qdebounced

from napari_rocks2net.model_file import ModelFileError
from napari_rocks2net.plugin.classify.classification import (
    Classification,
    ClassificationError,
    classify_planes,
    planes_of,
    show_results,
)
from napari_rocks2net.plugin.classify.prediction_tree import PredictionTree
from napari_rocks2net.plugin.commands import open_features_table
from napari_rocks2net.plugin.layers.image_planes import ImageLayerError
from napari_rocks2net.plugin.layers.mark import PREDICTIONS, ResultMark, stored_colours
from napari_rocks2net.plugin.layers.result_layers import shown_rows
from napari_rocks2net.plugin.layers.seen_images import show_image
from napari_rocks2net.plugin.look.wheel import WheelFilter
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.jobs import JobRunner, Progress
from napari_rocks2net.plugin.work.model_choice import ModelChoice, describe, trained_on
from napari_rocks2net.torch_beside_opengl import prepare_torch_import

if TYPE_CHECKING:
    import napari.viewer

LIST_HEIGHT = 100
READY = "Choose images and a model, then press Classify."


class ClassifyWidget(Container):  # type: ignore[type-arg]
    """Runs models over image layers and shows what they predict and where they looked.

    Parameters
    ----------
    viewer : napari.Viewer
        Where the layers are.
    """

    # napari gives its viewer to a parameter annotated with exactly this text.
    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        self._viewer = viewer
        self._models = ModelChoice()
        self._answered = False
        self._runner = JobRunner()
        self._device_runner = JobRunner()
        self._build()
        super().__init__(widgets=self._rows(), labels=True)
        self.predictions = PredictionTree(self.native)
        self.predictions.plane_clicked.connect(lambda *plane: show_image(viewer, *plane))
        self.native.layout().addWidget(self.predictions, 1)
        self.origin.visible = False
        WheelFilter(self.native)
        self._follow_layers()
        self._restore()
        self.native_parent_changed.connect(self._parent_changed)
        self.native.destroyed.connect(self._stop_jobs(self._runner, self._device_runner))
        self._idle(READY if self._models.choices() else "Add a model file to begin.")
        # Not before the widget is on the screen.
        self._find_device_soon = qdebounced(self._find_device, timeout=0, parent=self.native)
        self._find_device_soon()

    def _build(self) -> None:
        self.images = Select(
            label="Images",
            choices=self._image_choices,
            tooltip="Image layers to classify (Ctrl or Shift for several).",
        )
        self.models = Select(
            label="Models",
            choices=lambda _: self._models.choices(),
            tooltip="One model for each rock property.",
        )
        self.add_model = PushButton(
            text="Add model file...", tooltip="Choose a .safetensors file that was trained with this plugin."
        )
        self.device = Label(
            label="Device", value="looking ...", tooltip="The processor that does the work, and why."
        )
        self.run = PushButton(text="Classify", tooltip="Classify the chosen images with the chosen models.")
        self.stop = PushButton(text="Cancel", tooltip="Stop at once; what is shown stays as it is.")
        self.progress = ProgressBar(label="Progress", value=0, max=1, tooltip="Images done.")
        self.features_table = PushButton(
            text="Open features table", tooltip="Show every probability of the selected result layer."
        )
        self.status = Label(label="", value="")
        self.origin = Label(label="", value="", visible=False, tooltip="What the models have learned from.")

    def _rows(self) -> list[Any]:
        buttons = Container(widgets=[self.run, self.stop], layout="horizontal", labels=False, label="")
        buttons.margins = (0, 0, 0, 0)
        self.add_model.changed.connect(lambda _: self.ask_for_model())
        self.run.changed.connect(lambda _: self.classify())
        self.stop.changed.connect(lambda _: self.cancel())
        self.features_table.changed.connect(lambda _: self.open_features_table())
        self.models.changed.connect(lambda _: self._models_changed())
        for label in (self.device, self.status, self.origin):
            label.native.setWordWrap(True)
            # A long line gets more lines, not a wider dock.
            label.native.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
        for choice in (self.images, self.models):
            choice.native.setMaximumHeight(LIST_HEIGHT)
        rows = [self.images, self.models, self.add_model, self.device, buttons]
        return [*rows, self.progress, self.features_table, self.status, self.origin]

    @property
    def running(self) -> bool:
        """Whether images are being classified."""
        return self._runner.running

    def classify(self) -> None:
        """Start classifying the chosen images with the chosen models."""
        try:
            planes = planes_of(self._viewer, self._chosen_layers())
            load = self._models.loader(self._chosen_models())
        except (ImageLayerError, ModelFileError) as error:
            self.status.value = str(error)
            return
        self._busy(len(planes))

        def work() -> Generator[Progress, None, Classification]:
            return (yield from classify_planes(load(), planes))

        self._runner.start(
            work,
            on_progress=self._show_progress,
            on_done=self._finish,
            on_error=lambda error: self._idle(str(error)),
        )

    def choose_selected_layers(self) -> None:
        """Choose the image layers selected in the layer list, or all if none is."""
        selected = {str(layer.unique_id) for layer in self._viewer.layers.selection}
        images = list(self.images.choices)
        self.images.value = [value for value in images if value in selected] or images

    def cancel(self) -> None:
        """Stop classifying; nothing in the viewer changes."""
        if self.running:
            self._runner.cancel()
            self._idle("Cancelled; nothing was changed.")

    def ask_for_model(self) -> None:
        """Let the person choose a model file and add it."""
        from qtpy.QtWidgets import QFileDialog

        folder = preferences.remembered_folder(preferences.MODEL_FOLDER) or Path.home()
        path, _ = QFileDialog.getOpenFileName(
            self.native, "Add model file", str(folder), "Models (*.safetensors);;All files (*)"
        )
        if path:
            preferences.remember_folder(preferences.MODEL_FOLDER, Path(path).parent)
            self.add_model_file(path)

    def add_model_file(self, path: str | Path) -> None:
        """Add a model file to the list and choose it, or say why it cannot be used."""
        try:
            added = self._models.add(path)
        except ModelFileError as error:
            self.status.value = str(error)
            return
        self.models.reset_choices()
        self.models.value = [added]
        self.status.value = describe(added)

    def refresh_models(self) -> None:
        """Offer model files that were added elsewhere; what is chosen stays."""
        chosen = list(self.models.value)
        self._models.reload()
        self.models.reset_choices()
        self.models.value = [value for value in self.models.choices if value in chosen]

    def open_features_table(self) -> None:
        """Open napari's own features table beside the canvas, with the predictions."""
        results = [
            layer for layer in self._viewer.layers if ResultMark.of_own(layer, PREDICTIONS) is not None
        ]
        if results:
            self._viewer.layers.selection.active = results[-1]
        open_features_table(self._viewer)

    def _chosen_layers(self) -> list[Any]:
        chosen = set(self.images.value)
        layers = [layer for layer in self._viewer.layers if str(layer.unique_id) in chosen]
        if not layers:
            raise ImageLayerError("No image is chosen; choose at least one image layer in the list.")
        return layers

    def _chosen_models(self) -> list[str]:
        if not self.models.value:
            raise ModelFileError("No model is chosen; choose one in the list or add a model file.")
        return list(self.models.value)

    def _image_choices(self, _: object = None) -> list[tuple[str, str]]:
        from napari.layers import Image

        return [
            (layer.name, str(layer.unique_id)) for layer in self._viewer.layers if isinstance(layer, Image)
        ]

    def _follow_layers(self) -> None:
        events = self._viewer.layers.events
        for event in (events.inserted, events.removed, events.reordered, events.renamed):
            event.connect(self._refresh_images)

        for event in (events.inserted, events.removed):
            event.connect(self._results_changed)
        for layer in self._viewer.layers:
            self._follow_results(layer)
        self._show_predictions()

    def _results_changed(self, event: Any) -> None:
        self._follow_results(event.value)
        self._show_predictions()

    def _follow_results(self, layer: Any) -> None:
        if ResultMark.of_own(layer, PREDICTIONS) is not None:
            for event in (layer.events.features, layer.events.data):
                event.connect(self._show_predictions)

    def _show_predictions(self, event: object = None) -> None:
        layers = self._viewer.layers
        rows = shown_rows(layers)
        self.predictions.show_rows(rows, stored_colours(layers))
        if not rows and self._answered:
            self._answered = False
            self._show_origin([])
            if not self.running:
                self.status.value = READY

    def _refresh_images(self, event: object = None) -> None:
        before = set(self.images.choices)
        chosen = set(self.images.value)
        self.images.reset_choices()
        new = set(self.images.choices) - before
        self.images.value = [value for value in self.images.choices if value in chosen | new]

    def _restore(self) -> None:
        self.reset_choices()
        self.choose_selected_layers()
        remembered = preferences.remembered_list(preferences.CHOSEN_MODELS)
        models = list(self.models.choices)
        self.models.value = [value for value in models if value in remembered] or models[:1]

    def _models_changed(self) -> None:
        preferences.remember_list(preferences.CHOSEN_MODELS, list(self.models.value))
        self.models.tooltip = (
            "\n".join(map(describe, self.models.value)) or "One model for each rock property."
        )

    def _busy(self, total: int) -> None:
        self.progress.max = total
        self.progress.value = 0
        self._set_running(True)
        self.status.value = "Loading the model ..."

    def _idle(self, text: str) -> None:
        self._set_running(False)
        self.status.value = text

    def _set_running(self, running: bool) -> None:
        self.run.enabled = not running
        self.stop.enabled = running
        self.progress.visible = running

    def _show_progress(self, progress: Progress) -> None:
        self.progress.value = progress.done
        self.status.value = str(progress)

    def _finish(self, classification: Classification) -> None:
        self.device.value = classification.classifier.device.reason
        try:
            pair = show_results(self._viewer, classification)
        except ClassificationError as error:
            self._idle(str(error))
            return
        hint = (
            " Move or resize a rectangle to classify again with that area."
            if pair.critical_areas.nshapes
            else ""
        )
        self._idle(f"{classification}{hint}")
        self._answered = True
        self._show_origin(self.models.value)

    def _show_origin(self, models: Sequence[str]) -> None:
        """Say with every answer what its models were trained on."""
        self.origin.value = "\n".join(filter(None, map(trained_on, models)))
        self.origin.visible = bool(self.origin.value)

    def _find_device(self) -> None:
        def reason() -> str:
            prepare_torch_import()
            # Imports torch, which takes seconds: hence in a thread.
            from napari_rocks2net.classify import choose_device

            return choose_device().reason

        self._device_runner.start(
            reason,
            on_done=self._show_device,
            on_error=lambda e: self._show_device(str(e)),
        )

    def _show_device(self, reason: str) -> None:
        self.device.value = reason

    def _parent_changed(self, parent: object) -> None:
        # napari takes the parent away from a widget that is closed.
        if parent is None:
            self.cancel()
            self._device_runner.cancel()

    @staticmethod
    def _stop_jobs(*runners: JobRunner) -> Callable[..., None]:
        def stop(*_: object) -> None:
            for runner in runners:
                runner.cancel()

        return stop
