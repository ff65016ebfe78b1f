"""Classify widget: choose images and models, run, watch, cancel, read and save the answers."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import napari.viewer
from napari.layers import Layer
from qtpy.QtCore import QSize
from superqt.utils import qdebounced

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.iteration import Progress
from napari_rocks2net.output_files import FIGURE_END, PREDICTIONS_FILE
from napari_rocks2net.plugin.classify.answers_page import AnswersPage
from napari_rocks2net.plugin.classify.batch_page import BatchPage
from napari_rocks2net.plugin.classify.classification import (
    Classification,
    ClassificationError,
    classify_planes,
    planes_of,
    show_results,
)
from napari_rocks2net.plugin.classify.figure_files import FIGURES, rows_of_plane, save_plane_figure
from napari_rocks2net.plugin.classify.setup_page import SetupPage
from napari_rocks2net.plugin.commands import open_annotator, open_features_table
from napari_rocks2net.plugin.layers.result_csv import write_predictions
from napari_rocks2net.plugin.layers.result_table import CRITICAL_AREAS, PREDICTIONS, ResultMark
from napari_rocks2net.plugin.layers.seen_images import show_image
from napari_rocks2net.plugin.look.controls import button, row
from napari_rocks2net.plugin.look.dock_widget import DockWidget
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.plugin.work.jobs import JobRunner
from napari_rocks2net.wording import LOADING_MODEL, count_of

FIGURE_TIP = "Save the photo that was clicked last, with its answers, as PNG, SVG or PDF."
READY = "Choose images and a model, then press Classify."
NO_MODEL = "Add a model file to begin."
DRAG_HINT = "Move or resize a rectangle to classify again with that area."
GRID_HINT = "Leave grid view to move a rectangle: in a grid the critical areas are shown only."


class ClassifyWidget(DockWidget):
    """Runs models over image layers and shows what they predict and where they looked.

    Attributes
    ----------
    setup : SetupPage
        What to classify, and by which models.
    answers : AnswersPage
        What came of it.
    jobs : JobBar
        Classifies.
    """

    preferred_size = QSize(380, 560)

    # napari gives its viewer to a parameter annotated with exactly this text.
    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__(viewer)
        self._saver, self.jobs = JobRunner(self), JobBar()
        self._clicked: tuple[str, tuple[int, ...]] | None = None
        self.setup = SetupPage(viewer)
        self.answers = AnswersPage(viewer, self.save_predictions, self.open_features_table)
        self.run = button("Classify", "Classify the chosen images with the chosen models.", self.classify)
        self.batch = BatchPage(viewer, lambda: (tuple(self.setup.models.value), self.setup.loader()))
        self.figure = button("Save figure...", FIGURE_TIP, self.save_figure)
        pages = {"Images and models": self.setup.native, "Answers": self.answers, "Many": self.batch}
        self._lay_out(pages, row(self.run, None, self.figure), self.jobs)
        self._aligned = (self.setup,)
        self._connect()
        self.show_message(READY if self.setup.models.choices else NO_MODEL)
        # Not before the widget is on the screen.
        self._find_device_soon = qdebounced(self.setup.find_device, timeout=0, parent=self)
        self._find_device_soon()

    def _connect(self) -> None:
        self.show_messages_of(self.jobs, self.batch, self.setup, self.answers.why)
        self.jobs.running_changed.connect(lambda running: self.run.setEnabled(not running))
        self.answers.predictions.plane_clicked.connect(self._show_plane)
        self.answers.emptied.connect(self._forget_answers)
        self._viewer.canvas.grid.events.enabled.connect(self._grid_changed)

    @property
    def running(self) -> bool:
        """Whether images are being classified."""
        return self.jobs.running

    def classify(self) -> None:
        """Start classifying the chosen images with the chosen models."""
        try:
            planes = planes_of(self._viewer, self.setup.chosen_layers(), self.setup.scale.micrometres)
            load, models = self.setup.loader(), tuple(self.setup.models.value)
        except ValueError as error:
            self.tabs.setCurrentWidget(self.setup.native)
            self.show_message(str(error))
            return

        def work() -> Generator[Progress, None, Classification]:
            """Load the models, then classify."""
            yield Progress(activity=LOADING_MODEL)
            return (yield from classify_planes(load(), planes))

        self.jobs.run(work, lambda classification: self._finish(classification, models))

    def save_predictions(self) -> None:
        """Ask where, then write the answers as a table: the one that the command `predict` writes."""
        folder = preferences.PREDICTIONS_FOLDER
        path = questions.ask_save_file(self, "Save predictions", PREDICTIONS_FILE, questions.TABLES, folder)
        if path is None:
            return
        rows = self.answers.rows
        self._saver.start(
            lambda: write_predictions(path, rows),
            on_done=lambda file: self.show_message(f"{count_of(len(rows), 'prediction')} saved as {file}."),
            on_error=lambda error: self.show_message(f"The predictions could not be saved: {error}"),
        )

    def save_figure(self) -> None:
        """Ask where, then draw the photo that was clicked last, with its answers."""
        rows = rows_of_plane(self.answers.rows, self._clicked)
        if not rows:
            self.show_message("There is no answer to draw: classify a photo first.")
            return
        name, folder = f"{Path(rows[0].plane.name).stem}{FIGURE_END}", preferences.PREDICTIONS_FOLDER
        if path := questions.ask_save_file(self, "Save figure", name, FIGURES, folder):
            models = self.answers.models_of(rows[0])
            self.show_message(f"Drawing the figure of {rows[0].plane.title} ...")
            self._saver.start(
                lambda: save_plane_figure(path, rows, models),
                on_done=lambda file: self.show_message(f"The figure is {file}."),
                on_error=lambda error: self.show_message(f"The figure could not be saved: {error}"),
            )

    def open_features_table(self) -> None:
        """Open napari's own features table beside the canvas, with the predictions."""
        if results := self._results(PREDICTIONS):
            self._viewer.layers.selection.active = results[-1]
        open_features_table(self._viewer)

    def _end_jobs(self) -> None:
        self.jobs.cancel()
        self.batch.close_jobs()
        self.answers.why.close_jobs()
        self.setup.device_runner.cancel()
        self.setup.scale.end_line()

    def _finish(self, classification: Classification, models: tuple[str, ...]) -> None:
        self.setup.show_device(classification.classifier.device.reason)
        try:
            show_results(self._viewer, classification)
        except ClassificationError as error:
            self.show_message(str(error))
            return
        self.show_message(f"{classification} {self._area_hint()}".strip())
        self.answers.show_origin((each.plane for each in classification.results), models)
        self.tabs.setCurrentWidget(self.answers)

    def _show_plane(self, layer_id: str, index: tuple[int, ...]) -> None:
        """Show the photo that was clicked; where its layer has another by now, Annotate goes back to it."""
        self._clicked = (layer_id, index)
        plane = rows_of_plane(self.answers.rows, self._clicked)[0].plane
        annotator = open_annotator(self._viewer)
        key = ImageKey.of(*plane.origin) if plane.origin is not None else None
        if any(map(plane.is_shown_by, self._viewer.layers)):
            show_image(self._viewer, layer_id, index)
        elif annotator is not None and annotator.image(key) is not None:
            annotator.show(key)
        else:
            self.show_message(
                f"{plane.title} is shown no more: open it again to see it, or classify what its layer shows."
            )

    def _area_hint(self) -> str:
        """Say how a critical area is moved, if there is any."""
        if not any(layer.nshapes for layer in self._results(CRITICAL_AREAS)):
            return ""
        return GRID_HINT if self._viewer.canvas.grid.enabled else DRAG_HINT

    def _grid_changed(self, event: object = None) -> None:
        if not self.running and (hint := self._area_hint()):
            self.show_message(hint)

    def _forget_answers(self) -> None:
        if not self.running:
            self.show_message(READY)

    def _results(self, kind: str) -> list[Layer]:
        return [layer for layer in self._viewer.layers if ResultMark.of_own(layer, kind) is not None]
