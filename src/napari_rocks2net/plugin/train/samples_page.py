"""Samples page: where samples come from, and how they will be split."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget
from superqt.utils import QSignalDebouncer

from napari_rocks2net.plugin.look.controls import column
from napari_rocks2net.plugin.look.form_labels import line_up_labels
from napari_rocks2net.plugin.train.source_form import SourceForm
from napari_rocks2net.plugin.train.split_preview import SplitPreview
from napari_rocks2net.plugin.work.jobs import JobRunner
from napari_rocks2net.samples import SplitRequest

if TYPE_CHECKING:
    import napari.viewer

    from napari_rocks2net.samples import SampleTable
    from napari_rocks2net.samples.split_request import SplitSummary

PAUSE_MS = 250


class SamplesPage(QWidget):
    """Chooses samples, and shows after every change how they are split as requested.

    Signals
    -------
    read : (SampleTable or None)
        The samples that are chosen now; None where they cannot be split.
    """

    read = Signal(object)

    def __init__(
        self, viewer: napari.viewer.Viewer, request: Callable[[], SplitRequest], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._request = request
        self._reader = JobRunner()
        # Pixels of layers that are in no file, for the preview.
        self._scratch = tempfile.TemporaryDirectory(prefix="rocks2net-", ignore_cleanup_errors=True)
        self._changes = QSignalDebouncer(parent=self)
        self._changes.setTimeout(PAUSE_MS)
        self._changes.triggered.connect(self.show_split)
        self.form, self.preview = SourceForm(viewer), SplitPreview()
        self.form.changed.connect(self.soon)
        column(self, self.form.container.native, self.preview, roomiest=self.preview)

    def showEvent(self, event: Any) -> None:  # noqa: N802
        """Offer what is there now, and line the labels up once napari's style is known."""
        super().showEvent(event)
        line_up_labels(self.form.container)
        self.form.refresh()

    def soon(self) -> None:
        """Show the split when nothing has changed for a moment."""
        self._changes.throttle()

    def show_split(self) -> None:
        """Read the samples and show how they will be split, or why they cannot be."""
        request = self._request()
        try:
            source = self.form.source()
        except ValueError as error:
            self._reader.cancel()
            self._show_problem(error)
            return

        def read() -> tuple[SampleTable, SplitSummary]:
            samples = source.load(Path(self._scratch.name))
            return samples, request.apply(samples)

        self._reader.start(read, on_done=self._show, on_error=self._show_problem)

    def close_jobs(self) -> None:
        """Stop reading, and remove what was written for the preview."""
        self._changes.cancel()
        self._reader.cancel()
        self.form.close()
        self._scratch.cleanup()

    def _show(self, outcome: tuple[SampleTable, SplitSummary]) -> None:
        samples, split = outcome
        self.preview.show_split(split)
        self.read.emit(samples)

    def _show_problem(self, error: Exception) -> None:
        self.preview.show_problem(str(error))
        self.read.emit(None)
