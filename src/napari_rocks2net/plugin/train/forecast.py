"""Forecast: what a training would start from and how long it would take here, before it is started."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QLabel
from superqt.utils import qdebounced

from napari_rocks2net.plugin.train.settings_form import SettingsForm
from napari_rocks2net.plugin.work.jobs import JobRunner
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.torch_beside_opengl import prepare_torch_import

if TYPE_CHECKING:
    from napari_rocks2net.training import TrainingConfig

    Request = tuple[TrainingConfig, SampleTable, int]

PAUSE_MS = 500
LOOKING = "Timing a step, to say how long it will take ..."
TIP = "From steps that were timed on this computer; what is cached already makes it quicker."


class Forecast(QLabel):
    """A line that follows the settings and the samples; what it says is worked out in a thread."""

    def __init__(self, settings: SettingsForm) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setToolTip(TIP)
        self._settings = settings
        self._samples: SampleTable | None = None
        self._last_request: Request | None = None
        self._worker = JobRunner(self)
        self._ask_soon = qdebounced(self._ask, timeout=PAUSE_MS, parent=self)
        settings.changed.connect(lambda _: self._ask_soon())

    def showEvent(self, event: Any) -> None:  # noqa: N802
        """Look ahead once it is seen: a timed step would hold a training up."""
        super().showEvent(event)
        self._ask_soon()

    def take(self, samples: SampleTable | None) -> None:
        """Take note of the samples that are chosen now, None where there are none."""
        self._samples = samples
        self._ask_soon()

    def close_jobs(self) -> None:
        """Stop looking ahead."""
        self._ask_soon.cancel()
        self._worker.cancel()

    def _ask(self) -> None:
        if not self.isVisible():
            return
        request = self._request()
        if request is None:
            self._worker.cancel()
            self.setText("")
        elif request != self._last_request:
            self.setText(LOOKING)
            self._worker.start(
                lambda: forecast_in_thread(*request),
                on_done=self.setText,
                on_error=lambda _: self.setText(""),
            )
        self._last_request = request

    def _request(self) -> Request | None:
        if self._samples is None:
            return None
        # Start says what is wrong.
        with suppress(ValueError):
            return self._settings.config(Path("run")), self._samples, self._settings.folds.value
        return None


def forecast_in_thread(config: TrainingConfig, samples: SampleTable, trainings: int) -> str:
    """Say what to expect; imports torch, which takes seconds."""
    prepare_torch_import()
    from napari_rocks2net.training.duration.forecast import forecast_sentence

    return forecast_sentence(config, samples, trainings)
