"""Training part of the classify page: one training on named crystals at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject
from superqt.utils import QSignalThrottler

from napari_rocks2net.models.catalog import DEFAULT_CRYSTAL_MODEL
from napari_rocks2net.plugin.crystals.features import classes_by_hand
from napari_rocks2net.plugin.crystals.training import (
    PROPERTY,
    named_crystals,
    named_layers,
    prepared_training,
)
from napari_rocks2net.plugin.work import preferences

if TYPE_CHECKING:
    import napari.viewer

    from napari_rocks2net.plugin.crystals.classify_page import ClassifyPage

SHOW_MS = 200
NOTHING = "Name some crystals of every class: ten or more of each, in several images if you have them."


class TrainStep(QObject):
    """Trains on every named crystal in the viewer, and offers the model."""

    def __init__(
        self, viewer: napari.viewer.Viewer, page: ClassifyPage, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        from napari_rocks2net.plugin.work.training_job import TrainingJob

        self._viewer, self._page = viewer, page
        self.job = TrainingJob(self)
        self._progress: Any = None
        # Batches can be many a second, and every change of a widget lets napari draw its window again.
        self._events = QSignalThrottler(parent=self)
        self._events.setTimeout(SHOW_MS)
        self._events.triggered.connect(self._show_progress)
        page.train.clicked.connect(self.start)
        page.stop.clicked.connect(self.job.stop)
        self.job.happened.connect(self._take)
        self.job.state_changed.connect(page.show_training)
        self.job.refused.connect(page.outcome.setText)
        self.job.ended.connect(self._ended)

    @property
    def running(self) -> bool:
        """Whether a training is being prepared or under way."""
        return self.job.alive

    def start(self) -> None:
        """Train on every named crystal of the viewer."""
        from napari_rocks2net.training.progress import TrainingProgress
        from napari_rocks2net.training.run_folder import new_run_folder

        if self.running:
            return
        try:
            named = named_crystals(self._viewer)
            if not named:
                raise ValueError(NOTHING)
            folder = new_run_folder(runs_folder(), PROPERTY, DEFAULT_CRYSTAL_MODEL)
        except ValueError as error:
            self._page.outcome.setText(str(error))
            return
        epochs = self._page.epochs.value()
        self._progress = TrainingProgress()
        self._page.show_progress(0, 0, "Cutting the crystals out ...")
        self.job.start(lambda: prepared_training(named, folder, model=DEFAULT_CRYSTAL_MODEL, epochs=epochs))

    def show_basis(self) -> None:
        """Say how many crystals are named in how many images."""
        layers = named_layers(self._viewer)
        crystals = sum(len(classes_by_hand(layer)) for layer in layers)
        where = "image" if len(layers) == 1 else "images"
        self._page.basis.setText(
            f"{crystals} named crystals in {len(layers)} {where} of the viewer." if crystals else NOTHING
        )

    def close(self) -> None:
        """End the training; its last finished epoch stays in the run folder."""
        self._events.cancel()
        self.job.close()

    def _take(self, event: Any) -> None:
        self._progress.take(event)
        self._events.throttle()

    def _show_progress(self) -> None:
        if self.running:
            now = self._progress
            self._page.show_progress(now.epoch, max(now.epochs, 1), str(now))

    def _ended(self) -> None:
        from napari_rocks2net.model_file import read_card

        run = self.job.run
        if run is None:
            self._page.outcome.setText(
                self.job.error or "The training ended without a result; see log.txt in its folder."
            )
            return
        self._page.outcome.setText(outcome_sentence(run.metrics, read_card(run.model_path).data))


def outcome_sentence(metrics: dict[str, Any], data: str) -> str:
    """Say how good a model is, and on what that was measured."""
    part = metrics.get(metrics.get("reported_on", ""), metrics)
    checked = f"{100 * part['accuracy']:.0f} % of {part['samples']} crystals held out are named right"
    return f"{checked} ({data})." if data else f"{checked}."


def runs_folder() -> Path:
    """Return the folder in which the Train widget keeps its runs."""
    remembered = preferences.remembered_values(preferences.TRAINING_SETTINGS).get("runs")
    return Path(remembered) if isinstance(remembered, str) and remembered else preferences.DEFAULT_RUNS
