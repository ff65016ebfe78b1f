"""The Train widget: samples, settings, the run, its results, all runs, and two of them side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import napari.viewer
from qtpy.QtCore import QSize, QTimer

from napari_rocks2net.audit.training_samples import read_samples
from napari_rocks2net.evaluation.figure_keys import STOPPED
from napari_rocks2net.plugin.commands import classify_with_model, offer_model
from napari_rocks2net.plugin.look.dock_widget import DockWidget
from napari_rocks2net.plugin.train.comparison import ComparisonPanel
from napari_rocks2net.plugin.train.earlier_runs import EarlierRuns
from napari_rocks2net.plugin.train.forecast import Forecast
from napari_rocks2net.plugin.train.judging import JudgingPanel
from napari_rocks2net.plugin.train.run_view import STATES, RunControls, RunView
from napari_rocks2net.plugin.train.samples_page import SamplesPage
from napari_rocks2net.plugin.train.settings_page import SettingsPage
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.plugin.work.jobs import errors_as_messages
from napari_rocks2net.plugin.work.opened_photos import OpenedPhotos
from napari_rocks2net.plugin.work.training_job import ALIVE, TrainingJob
from napari_rocks2net.samples.splits.request import NO_FOLDS
from napari_rocks2net.training.runs.run_folder import RunFolder, new_run_folder

if TYPE_CHECKING:
    from napari_rocks2net.training import RunOverview

READY = "Choose samples; the split is shown before anything runs."
QUESTIONS = {
    False: "End this training and remove what it has left?",
    True: "End this training? The run was continued, so what it has learnt stays in its folder.",
}
BUSY = "The run {!r} is being trained by another program; wait for its end, or stop it there."
SPLIT_FIELDS = frozenset({"validation", "test", "seed", "folds"})


class TrainWidget(DockWidget):
    """Trains a model in a process of its own, shows how it goes and what came of it.

    Attributes
    ----------
    source, settings : SourceForm, SettingsForm
        What to train on, and how.
    job : TrainingJob
        The training that is under way, or was.
    preview, view, judging, earlier, comparison : QWidget
        The split, the run, its results, all runs, and two of them side by side.
    forecast : Forecast
        What a training would start from, and how long it would take.
    """

    preferred_size = QSize(430, 760)

    # napari gives its viewer to a parameter annotated with exactly this text.
    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__(viewer)
        self._make_parts()
        working = {"Samples": self.samples_page, "Settings": self.settings_page, "Run": self.view}
        judging = {"Results": self.judging, "All runs": self.earlier, "Compare": self.comparison}
        self._lay_out(working | judging, self.forecast, self.controls)
        self._connect()
        self.comparison.offer(self.settings.runs_folder)
        self.show_message(READY)
        self.samples_page.soon()
        # Afterwards: looking at the device and at runs loads libraries, which would hold the opening up.
        self._opened = QTimer(self, singleShot=True, interval=0)
        self._opened.timeout.connect(self._list_and_advise)
        self._opened.start()

    @property
    def running(self) -> bool:
        """Whether a training is being prepared or under way."""
        return self.job.alive

    def start(self) -> None:
        """Start a training with the chosen samples and settings."""
        if self.running:
            return
        folds, page = self.settings.folds.value, self.samples_page
        try:
            source = self.source.source()
            page = self.settings_page
            parent, network = self.settings.runs_folder, self.settings.model.value
            folder = new_run_folder(parent, self.source.property_name(), network)
            config = self.settings.config(folder)
        except ValueError as error:
            self.tabs.setCurrentWidget(page)
            self.show_message(str(error))
            return
        self.view.restart()
        self.tabs.setCurrentWidget(self.view)
        images = RunFolder(folder).layer_images
        # What is left out is said beside the split, before a training.
        self.job.start(
            lambda: (config, read_samples(source, images).samples), None if folds == NO_FOLDS else folds
        )

    def continue_run(self, folder: Path | None = None) -> None:
        """Go on with a run, by default with the one that failed or was stopped in this session."""
        from napari_rocks2net.training import is_being_trained

        run = folder or self.job.folder
        if run is None or self.running:
            return
        if is_being_trained(run):
            self.show_message(BUSY.format(run.name))
            return
        if run != (self.view.past or self.job.folder):
            self.view.show_past(run)
        self.tabs.setCurrentWidget(self.view)
        self.job.continue_run(run)

    def discard(self) -> None:
        """Ask, then end the training and remove what it has left."""
        if questions.confirm(self, "Discard training", QUESTIONS[self.job.continued]):
            self.job.discard()

    def show_run(self, folder: Path) -> None:
        """Show the results of a finished run."""
        with errors_as_messages(self.show_message):
            self.judging.show_run(Path(folder))
            self.tabs.setCurrentWidget(self.judging)

    def show_past(self, folder: Path) -> None:
        """Show how far an unfinished run came."""
        if self.running:
            self.show_message("A training is under way; its curves are shown until it ends.")
            return
        self.view.show_past(folder)
        self.tabs.setCurrentWidget(self.view)
        self.show_message(f"The run {folder.name!r} is unfinished; 'All runs' can continue it.")

    def use_in_classify(self, model: Path) -> None:
        """Open the Classify widget with a model chosen."""
        classify_with_model(self._viewer, model)

    def _end_jobs(self) -> None:
        # A run can be continued later.
        self._opened.stop()
        self.job.close()
        self.images.cancel()
        for part in (self.samples_page, self.settings_page, self.forecast, self.earlier):
            part.close_jobs()

    def _may_close(self) -> bool:
        return not self.running or questions.may_stop_training(self)

    def _make_parts(self) -> None:
        self.settings_page = SettingsPage()
        self.settings = self.settings_page.form
        self.forecast = Forecast(self.settings)
        self.samples_page = SamplesPage(self._viewer, self.settings.split_request)
        self.source, self.preview = self.samples_page.form, self.samples_page.preview
        self.view, self.job = RunView(self._viewer), TrainingJob(self)
        self.judging, self.comparison = JudgingPanel(self._viewer), ComparisonPanel(self._viewer)
        self.earlier = EarlierRuns()
        self.controls, self.images = RunControls(), OpenedPhotos(self._viewer, self.show_message)

    def _connect(self) -> None:
        self.settings.changed.connect(self._setting_changed)
        self.show_messages_of(self.settings_page, self.judging.report)
        self.samples_page.read.connect(self.settings.take_samples)
        self.samples_page.read.connect(self.forecast.take)
        self.tabs.currentChanged.connect(lambda _: self._show_forecast())
        actions: dict[str, Callable[[], None]] = {
            **{"start": self.start, "discard": self.discard, "go_on": self.continue_run},
            **{"pause": self.job.pause, "resume": self.job.resume, "stop": self.job.stop},
        }
        self.controls.pressed.connect(lambda name: actions[name]())
        self._connect_job()
        self.judging.images_requested.connect(self.images.show)
        self.judging.use_requested.connect(self.use_in_classify)
        self.judging.run_requested.connect(self._ask_for_run)
        self.earlier.listed.connect(self._runs_listed)
        self.earlier.continue_requested.connect(self.continue_run)
        self.earlier.results_requested.connect(self.show_run)
        self.earlier.curves_requested.connect(self.show_past)

    def _connect_job(self) -> None:
        self.job.happened.connect(self.view.take)
        self.job.state_changed.connect(self._show_state)
        self.job.refused.connect(self.show_message)
        self.job.refused.connect(lambda _: self.view.end(""))
        self.job.ended.connect(self._run_ended)

    def _list_and_advise(self) -> None:
        self.earlier.list_runs(self.settings.runs_folder)
        self.settings_page.ask_advice(fill_in=not self.settings.remembered)

    def _setting_changed(self, name: str) -> None:
        if name in SPLIT_FIELDS:
            self.samples_page.soon()
        if name == "runs":
            self._offer_runs()

    def _offer_runs(self) -> None:
        for part in (self.comparison.offer, self.earlier.list_runs):
            part(self.settings.runs_folder)

    def _runs_listed(self, runs: tuple[RunOverview, ...]) -> None:
        from napari_rocks2net.training.runs.overview import unfinished_sentence

        # Whatever was said meanwhile is newer.
        if self.status.text() == READY and (unfinished := unfinished_sentence(runs)):
            self.show_message(f"{READY} {unfinished}")

    def _show_state(self, state: str) -> None:
        run = self.job.run
        self.controls.show_state("stopped" if run is not None and run.metrics.get(STOPPED) else state)
        self.earlier.set_training(state in ALIVE)
        self._show_forecast()
        if state == "running" and self.job.folder is not None:
            start = f" from {self.view.start}" if self.view.start else ""
            self.show_message(f"Training{start}; everything is kept in {self.job.folder.name!r}.")
            self.status.setToolTip(str(self.job.folder))
        elif state in STATES:
            self.show_message(STATES[state])

    def _show_forecast(self) -> None:
        """Show what to expect where a training is prepared, and only there."""
        preparing = self.tabs.currentWidget() in (self.samples_page, self.settings_page)
        self.forecast.setVisible(preparing and self.job.state not in ALIVE)

    def _run_ended(self) -> None:
        self.view.end(self.job.state)
        if self.job.state == "finished":
            self._run_finished()
        elif self.job.state == "discarded":
            left = "its run stays in its folder" if self.job.continued else "what it had left is removed"
            self.show_message(f"The training was discarded, and {left}.")
        else:
            self.show_message(self.job.error)
        self.settings.refresh_starts()
        self._offer_runs()

    def _run_finished(self) -> None:
        if (run := self.job.run) is None:
            self.show_message(f"All folds are done. {self.view.spread.text()}")
        else:
            with errors_as_messages(self.show_message):
                offer_model(self._viewer, run.model_path)
                self.show_message(
                    "The training is finished; its model is in the list of the Classify widget."
                )
        if folder := self.job.folder if run is None else run.folder:
            self.show_run(folder)

    def _ask_for_run(self) -> None:
        if folder := questions.ask_folder(self, "Open a run", self.settings.runs_folder):
            self.show_run(folder)
