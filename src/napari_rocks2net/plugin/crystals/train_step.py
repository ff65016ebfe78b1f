"""Training part of the classify page: one training on named crystals at a time."""

from __future__ import annotations

from typing import Any

import napari
from qtpy.QtCore import QObject
from superqt.utils import qthrottled

from napari_rocks2net.evaluation.figure_keys import ACCURACY, REPORTED_ON, SAMPLES
from napari_rocks2net.model_file import read_card
from napari_rocks2net.models.catalog import DEFAULT_CRYSTAL_MODEL
from napari_rocks2net.plugin.crystals.classify_page import ClassifyPage
from napari_rocks2net.plugin.crystals.features import manual_classes
from napari_rocks2net.plugin.crystals.training import (
    PROPERTY,
    layers_with_names,
    named_crystals,
    prepared_training,
)
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.training_job import TrainingJob
from napari_rocks2net.training.process.progress import TrainingProgress
from napari_rocks2net.wording import count_of

SHOW_MS = 200
NOTHING = "Name some crystals of every class: ten or more of each, in several images if you have them."


class TrainStep(QObject):
    """Trains on every named crystal in the viewer, and offers the model."""

    def __init__(self, viewer: napari.Viewer, page: ClassifyPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer, self._page = viewer, page
        self.job = TrainingJob(self)
        self._progress = TrainingProgress()
        # Batches can be many a second, and every change of a widget lets napari draw its window again.
        self._show_soon = qthrottled(self._show_progress, timeout=SHOW_MS, parent=self)
        page.train.clicked.connect(self.start)
        page.stop.clicked.connect(self.job.stop)
        self.job.happened.connect(self._take)
        self.job.state_changed.connect(page.show_training)
        self.job.refused.connect(page.outcome.setText)
        self.job.ended.connect(self._ended)

    def start(self) -> None:
        """Train on every named crystal of the viewer."""
        from napari_rocks2net.training.runs.run_folder import new_run_folder

        if self.job.alive:
            return
        try:
            named = named_crystals(self._viewer)
            if not named:
                raise ValueError(NOTHING)
            folder = new_run_folder(preferences.runs_folder(), PROPERTY, DEFAULT_CRYSTAL_MODEL)
        except ValueError as error:
            self._page.outcome.setText(str(error))
            return
        epochs = self._page.epochs.value()
        self._progress = TrainingProgress()
        self._page.show_progress(0, 0, "Cutting the crystals out ...")
        self.job.start(lambda: prepared_training(named, folder, model=DEFAULT_CRYSTAL_MODEL, epochs=epochs))

    def show_basis(self) -> None:
        """Say how many crystals are named in how many images."""
        layers = layers_with_names(self._viewer)
        crystals = sum(len(manual_classes(layer)) for layer in layers)
        images = count_of(len(layers), "image")
        self._page.basis.setText(
            f"{crystals} named crystals in {images} of the viewer." if crystals else NOTHING
        )

    def close_jobs(self) -> None:
        """End the training; its last finished epoch stays in the run folder."""
        self._show_soon.cancel()
        self.job.close()

    def _take(self, event: Any) -> None:
        self._progress.take(event)
        self._show_soon()

    def _show_progress(self) -> None:
        if self.job.alive:
            now = self._progress
            self._page.show_progress(now.epoch, max(now.epochs, 1), str(now))

    def _ended(self) -> None:
        run = self.job.run
        if run is None:
            self._page.outcome.setText(self.job.error)
        else:
            self._page.outcome.setText(_outcome_sentence(run.metrics, read_card(run.model_path).data))


def _outcome_sentence(metrics: dict[str, Any], data: str) -> str:
    """Say how good a model is, and on what that was measured."""
    part = metrics.get(metrics.get(REPORTED_ON, ""), metrics)
    checked = f"{100 * part[ACCURACY]:.0f} % of {part[SAMPLES]} crystals held out are named right"
    return f"{checked} ({data})." if data else f"{checked}."
