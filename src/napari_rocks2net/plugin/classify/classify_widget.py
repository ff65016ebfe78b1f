"""Classify widget: choose images and models, run, watch, cancel, read and save the answers."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QSize
from qtpy.QtWidgets import QProgressBar, QTabWidget, QVBoxLayout, QWidget
from superqt.utils import qdebounced

from napari_rocks2net.model_file import ModelFileError
from napari_rocks2net.plugin.classify.answers_page import AnswersPage
from napari_rocks2net.plugin.classify.classification import (
    Classification,
    ClassificationError,
    classify_planes,
    planes_of,
    show_results,
)
from napari_rocks2net.plugin.classify.setup_page import SetupPage
from napari_rocks2net.plugin.commands import open_features_table
from napari_rocks2net.plugin.layers.image_planes import ImageLayerError
from napari_rocks2net.plugin.layers.result_csv import write_predictions
from napari_rocks2net.plugin.layers.result_table import CRITICAL_AREAS, PREDICTIONS, ResultMark
from napari_rocks2net.plugin.layers.seen_images import show_image
from napari_rocks2net.plugin.look.controls import button, row, sentence
from napari_rocks2net.plugin.look.form_labels import line_up_labels
from napari_rocks2net.plugin.look.wheel import WheelFilter
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.plugin.work.closing import CloseGuard
from napari_rocks2net.plugin.work.jobs import JobRunner, Progress
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Layer

READY = "Choose images and a model, then press Classify."
NO_MODEL = "Add a model file to begin."
DRAG_HINT = "Move or resize a rectangle to classify again with that area."
GRID_HINT = "Leave grid view to move a rectangle: in a grid the critical areas are shown only."
PREFERRED_SIZE = QSize(380, 560)


class ClassifyWidget(QWidget):
    """Runs models over image layers and shows what they predict and where they looked.

    Parameters
    ----------
    viewer : napari.Viewer
        Where the layers are.

    Attributes
    ----------
    setup : SetupPage
        What to classify, and by which models.
    answers : AnswersPage
        What came of it.
    """

    # napari gives its viewer to a parameter annotated with exactly this text.
    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self._runner = JobRunner()
        self._saver = JobRunner()
        self.setup = SetupPage(viewer)
        self.answers = AnswersPage(viewer, self.save_predictions, self.open_features_table)
        self._lay_out()
        WheelFilter(self)
        self.setup.message.connect(self.say)
        self.answers.predictions.plane_clicked.connect(lambda *plane: show_image(viewer, *plane))
        self.answers.emptied.connect(self._answers_gone)
        viewer.canvas.grid.events.enabled.connect(self._grid_changed)
        self._guard = CloseGuard(self, lambda: True, self.close_jobs)
        # Not of the widget: nothing of one that Qt has destroyed may be touched.
        for runner in (self._runner, self._saver, self.setup.device_runner):
            self.destroyed.connect(runner.cancel)
        self._idle(READY if self.setup.models.choices else NO_MODEL)
        # Not before the widget is on the screen.
        self._find_device_soon = qdebounced(self.setup.find_device, timeout=0, parent=self)
        self._find_device_soon()

    @property
    def running(self) -> bool:
        """Whether images are being classified."""
        return self._runner.running

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of a dock beside the canvas."""
        return PREFERRED_SIZE

    def showEvent(self, event: Any) -> None:  # noqa: N802
        """Line the labels up, once napari's style is known."""
        super().showEvent(event)
        line_up_labels(self.setup)

    def classify(self) -> None:
        """Start classifying the chosen images with the chosen models."""
        try:
            planes = planes_of(self._viewer, self.setup.chosen_layers())
            load = self.setup.loader()
        except (ImageLayerError, ModelFileError) as error:
            self.tabs.setCurrentWidget(self.setup.native)
            self.say(str(error))
            return
        self.progress.setMaximum(len(planes))
        self.progress.setValue(0)
        self._set_running(True)
        self.say("Loading the model ...")

        def work() -> Generator[Progress, None, Classification]:
            return (yield from classify_planes(load(), planes))

        self._runner.start(
            work,
            on_progress=self._show_progress,
            on_done=self._finish,
            on_error=lambda error: self._idle(str(error)),
        )

    def cancel(self) -> None:
        """Stop classifying; nothing in the viewer changes."""
        if self.running:
            self._runner.cancel()
            self._idle("Cancelled; nothing was changed.")

    def choose_selected_layers(self) -> None:
        """Choose the image layers selected in the layer list, or all if none is."""
        self.setup.choose_selected_layers()

    def add_model_file(self, path: str | Path) -> None:
        """Add a model file to the list and choose it, or say why it cannot be used."""
        self.setup.add_model_file(path)

    def refresh_models(self) -> None:
        """Offer model files that were added elsewhere; what is chosen stays."""
        self.setup.refresh_models()

    def save_predictions(self) -> None:
        """Ask where, then write the answers as a table: the one that the command `predict` writes."""
        folder = preferences.remembered_folder(preferences.PREDICTIONS_FOLDER) or Path.home()
        path = questions.ask_save_file(
            self, "Save predictions", folder / "predictions.csv", "Tables (*.csv);;All files (*)"
        )
        if path is None:
            return
        preferences.remember_folder(preferences.PREDICTIONS_FOLDER, path.parent)
        rows = self.answers.rows
        self._saver.start(
            lambda: write_predictions(path, rows),
            on_done=lambda file: self.say(f"{count_of(len(rows), 'prediction')} saved as {file}."),
            on_error=lambda error: self.say(f"The predictions could not be saved: {error}"),
        )

    def open_features_table(self) -> None:
        """Open napari's own features table beside the canvas, with the predictions."""
        if results := self._results(PREDICTIONS):
            self._viewer.layers.selection.active = results[-1]
        open_features_table(self._viewer)

    def say(self, text: str) -> None:
        """Show a sentence at the bottom of the widget."""
        self.status.setText(text)

    def close_jobs(self) -> None:
        """End what is under way."""
        self.cancel()
        self.setup.device_runner.cancel()

    def _lay_out(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.addTab(self.setup.native, "Images and models")
        self.tabs.addTab(self.answers, "Answers")
        self.run = button("Classify", "Classify the chosen images with the chosen models.", self.classify)
        self.stop = button("Cancel", "Stop at once; what is shown stays as it is.", self.cancel)
        self.progress = QProgressBar()
        self.progress.setToolTip("Images done.")
        self.status = sentence()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.tabs, 1)
        layout.addLayout(row(self.run, self.stop, None))
        layout.addWidget(self.progress)
        layout.addWidget(self.status)

    def _idle(self, text: str) -> None:
        self._set_running(False)
        self.say(text)

    def _set_running(self, running: bool) -> None:
        self.run.setEnabled(not running)
        self.stop.setEnabled(running)
        self.progress.setVisible(running)

    def _show_progress(self, progress: Progress) -> None:
        self.progress.setValue(progress.done)
        self.say(str(progress))

    def _finish(self, classification: Classification) -> None:
        self.setup.show_device(classification.classifier.device.reason)
        try:
            show_results(self._viewer, classification)
        except ClassificationError as error:
            self._idle(str(error))
            return
        self._idle(f"{classification} {self._area_hint()}".strip())
        self.answers.show_origin(self.setup.models.value)
        self.tabs.setCurrentWidget(self.answers)

    def _area_hint(self) -> str:
        """Say how a critical area is moved, if there is any."""
        if not any(layer.nshapes for layer in self._results(CRITICAL_AREAS)):
            return ""
        return GRID_HINT if self._viewer.canvas.grid.enabled else DRAG_HINT

    def _grid_changed(self, event: object = None) -> None:
        if not self.running and (hint := self._area_hint()):
            self.say(hint)

    def _answers_gone(self) -> None:
        if not self.running:
            self.say(READY)

    def _results(self, kind: str) -> list[Layer]:
        return [layer for layer in self._viewer.layers if ResultMark.of_own(layer, kind) is not None]
