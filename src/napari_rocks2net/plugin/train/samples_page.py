"""Samples page: where samples come from, and which thin sections will train, validate and test."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import napari.viewer
from qtpy.QtCore import Signal
from qtpy.QtGui import QBrush, QColor
from qtpy.QtWidgets import QTableWidget, QWidget
from superqt.utils import qdebounced

from napari_rocks2net.audit.training_samples import ReadSamples, read_samples
from napari_rocks2net.plugin.look.controls import column, sentence
from napari_rocks2net.plugin.look.forms import align_labels
from napari_rocks2net.plugin.look.tables import fill_table, plain_table
from napari_rocks2net.plugin.train.source_form import SourceForm
from napari_rocks2net.plugin.work.jobs import JobRunner
from napari_rocks2net.samples import SplitRequest
from napari_rocks2net.samples.parts import PART_NAMES, TEST, TRAIN, VALIDATION
from napari_rocks2net.samples.splits.request import SplitSummary

PART_COLOURS = {TRAIN: "#8a6d1f", VALIDATION: "#2f6f9f", TEST: "#7a4a6d"}
FOLD_COLOURS = ("#2f6f9f", "#7a4a6d")
WHITE = "#ffffff"
READING = "Reading the samples ..."


class SplitPreview(QWidget):
    """A table of the split, coloured by part: totals first, then every thin section."""

    def __init__(self) -> None:
        super().__init__()
        self.sentence = sentence()
        self.table = plain_table("Images of each class, by part and thin section.")
        column(self, self.sentence, self.table, roomiest=self.table)

    def show_split(self, split: SplitSummary, note: str = "") -> None:
        """Show the result of a split, and warnings about its samples."""
        totals, sections = split.total_rows(), split.section_rows()
        rows = [
            [PART_NAMES.get(str(part), part), section, *(count or "" for count in counts)]
            for part, section, *counts in (*totals, *sections)
        ]
        self.sentence.setText("\n".join(filter(None, (split.sentence(), note))))
        fill_table(self.table, ["part", "section", *split.classes], rows, wide=None)
        parts = list(dict.fromkeys(str(part) for part, *_ in totals))
        for line, (part, *_) in enumerate((*totals, *sections)):
            columns = self.table.columnCount() if line < len(totals) else 1
            _colour(self.table, line, columns, _part_colour(str(part), parts.index(str(part))))

    def show_problem(self, reason: str) -> None:
        """Show why the samples cannot be split."""
        self.sentence.setText(reason)
        fill_table(self.table, [], [])


def _part_colour(part: str, position: int) -> str:
    """Return the colour of a part; folds take turns."""
    return PART_COLOURS.get(part, FOLD_COLOURS[position % len(FOLD_COLOURS)])


def _colour(table: QTableWidget, line: int, columns: int, colour: str) -> None:
    for place in range(columns):
        item = table.item(line, place)
        item.setBackground(QBrush(QColor(colour)))
        item.setForeground(QBrush(QColor(WHITE)))


PAUSE_MS = 250


class SamplesPage(QWidget):
    """Chooses samples, and shows after every change how they are split as requested.

    Signals
    -------
    read : (SampleTable or None)
        The samples that are chosen now; None where they cannot be split.

    Attributes
    ----------
    soon : callable
        Shows the split when nothing has changed for a moment.
    """

    read = Signal(object)

    def __init__(self, viewer: napari.viewer.Viewer, request: Callable[[], SplitRequest]) -> None:
        super().__init__()
        self._request = request
        self._reader = JobRunner(self)
        # Pixels of layers that are in no file, for the preview; gone with the page, however that ends.
        self._scratch = Path(tempfile.mkdtemp(prefix="rocks2net-"))
        self._remove_scratch = weakref.finalize(self, shutil.rmtree, self._scratch, ignore_errors=True)
        self.soon = qdebounced(self.show_split, timeout=PAUSE_MS, parent=self)
        self.form, self.preview = SourceForm(viewer), SplitPreview()
        self.form.changed.connect(lambda: self.soon())
        column(self, self.form.container.native, self.preview, roomiest=self.preview)

    def showEvent(self, event: Any) -> None:  # noqa: N802
        """Offer the current choices, and align the labels once napari's style is known."""
        super().showEvent(event)
        align_labels(self.form.container)
        self.form.refresh()

    def show_split(self) -> None:
        """Read the samples and show how they will be split, or why they cannot be."""
        request = self._request()
        try:
            source = self.form.source()
        except ValueError as error:
            self._reader.cancel()
            self._show_problem(str(error))
            return

        def read() -> tuple[ReadSamples, SplitSummary]:
            """Read the samples and split them."""
            read = read_samples(source, self._scratch)
            return read, request.apply(read.samples)

        # Photos are compared for copies, and the first time libraries are loaded: both take a while.
        self.preview.sentence.setText(READING)
        self._reader.start(read, on_done=self._show, on_error=self._show_problem)

    def close_jobs(self) -> None:
        """Stop reading, and remove what was written for the preview."""
        self.soon.cancel()
        self._reader.cancel()
        self.form.close()
        self._remove_scratch()

    def _show(self, outcome: tuple[ReadSamples, SplitSummary]) -> None:
        read, split = outcome
        self.preview.show_split(split, read.sentence)
        self.read.emit(read.samples)

    def _show_problem(self, reason: str) -> None:
        self.preview.show_problem(reason)
        self.read.emit(None)
