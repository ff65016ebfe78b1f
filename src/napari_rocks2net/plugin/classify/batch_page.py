"""Batch page: a folder or the open collection classified into a table, whose rows open their photos."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, Qt, Signal
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.evaluation.batch_request import (
    NO_SIZES,
    BatchError,
    BatchRequest,
    BatchRow,
    PixelSizes,
    classify_batch,
    photos_in,
)
from napari_rocks2net.iteration import Progress
from napari_rocks2net.output_files import PREDICTIONS_FILE
from napari_rocks2net.plugin.classify.batch_model import BatchModel
from napari_rocks2net.plugin.commands import open_collection
from napari_rocks2net.plugin.look.controls import button, column, row, sentence
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.look.name_column import NameDelegate
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.plugin.work.jobs import errors_as_messages
from napari_rocks2net.plugin.work.opened_photos import OpenedPhotos
from napari_rocks2net.untrusted import is_file
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    import napari.viewer

    from napari_rocks2net.classify import RockClassifier

    Models = Callable[[], tuple[tuple[str, ...], Callable[[], RockClassifier]]]

HINT = (
    "Classify a folder, or the collection that is open in Annotate, with the chosen models, into one table."
)
LINE_HEIGHT = 22
NAME_WIDTH = 122


class BatchPage(QWidget):
    """Classifies many files.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where photos are opened.
    models : callable
        Returns the chosen models, and a function that loads them.

    Attributes
    ----------
    model : BatchModel
        The answers so far.
    jobs : JobBar

    Signals
    -------
    message : (str)
    """

    message = Signal(str)

    def __init__(self, viewer: napari.viewer.Viewer, models: Models) -> None:
        super().__init__()
        self._viewer, self._models = viewer, models
        self._photos = OpenedPhotos(viewer, self.message.emit, keep=False)
        self._new_rows: deque[BatchRow] = deque()
        self.model = BatchModel()
        cancelled = "Cancelled; what is classified is in the table, and the same table goes on."
        self.jobs = JobBar("Cancel", "Stop; the table keeps what is classified.", cancelled)
        tip = "Classify the photos in a folder and its folders."
        self.folder = button("Folder...", tip, self.ask_for_folder)
        tip = "Classify the photos of the collection that is open in Annotate."
        self.collection = button("Collection", tip, self.classify_collection)
        self.hint, self.table = sentence(HINT), BatchTable(self.model)
        buttons = row(self.folder, self.collection, None)
        column(self, self.hint, buttons, self.jobs, self.table, roomiest=self.table)
        self.table.clicked.connect(self.open_row)
        self.jobs.message.connect(self.message)
        self.jobs.running_changed.connect(self._running_changed)
        # Not of what holds the viewer: Qt keeps it.
        self.destroyed.connect(self._photos.reader.cancel)

    def ask_for_folder(self) -> None:
        """Ask for a folder and classify its photos."""
        folder = questions.ask_folder(self, "Folder of photos", preferences.IMAGE_FOLDER)
        if folder is not None:
            with errors_as_messages(self.message.emit):
                self._begin(photos_in(folder), folder)

    def classify_collection(self) -> None:
        """Classify the photos of the open collection."""
        with errors_as_messages(self.message.emit):
            session = open_collection(self._viewer)
            if session is None:
                raise BatchError("No collection is open: open one in Annotate first.")
            sizes = {each.file: each.pixel_size_um for each in session.collection.images if not each.missing}
            if not sizes:
                raise BatchError(
                    f"No photo of {session.path.name} is there: add some, or find the moved ones."
                )
            self._begin(tuple(sizes), session.path.parent, sizes)

    def open_row(self, index: QModelIndex) -> None:
        """Show the photo of a row in the viewer, in place of the one before."""
        chosen = self.model.rows[index.row()]
        self._photos.show([ImageKey.of(chosen.file, chosen.plane)])
        answer = f"{chosen.property} {chosen.answer}"
        self.message.emit(f"{self.model.title(chosen)}: {answer}.")

    def close_jobs(self) -> None:
        """End what is under way."""
        self.jobs.cancel()
        self._photos.cancel()

    def _begin(self, files: tuple[Path, ...], folder: Path, sizes: PixelSizes = NO_SIZES) -> None:
        models, load = self._models()
        table = self._ask_for_table(folder)
        if table is None:
            self.message.emit("Not begun.")
            return
        self.model.clear()
        # Of its own: the thread of a job that was cancelled may still be at its last photo.
        new_rows: deque[BatchRow] = deque()
        self._new_rows = new_rows
        self.hint.setText(f"{count_of(len(files), 'file')} into {table}.")
        request = BatchRequest(files, models, table, sizes)
        self.jobs.run(
            lambda: classify_batch(load, request, new_rows.extend), self._finish, self._show_progress
        )

    def _ask_for_table(self, folder: Path) -> Path | None:
        path = questions.ask_save_file(
            self, "Table of the answers", PREDICTIONS_FILE, questions.TABLES, folder, ask_to_replace=False
        )
        if path is None or not is_file(path):
            return path
        question = f"{path.name} is there already. Go on with it? What it holds is not classified again."
        return path if questions.confirm(self, "Classify many", question) else None

    def _show_progress(self, progress: Progress) -> None:
        self.jobs.show_progress(progress)
        self._take_rows()

    def _take_rows(self) -> None:
        rows = [self._new_rows.popleft() for _ in range(len(self._new_rows))]
        self.model.add(rows)

    def _finish(self, text: str) -> None:
        self._take_rows()
        self.message.emit(text)

    def _running_changed(self, running: bool) -> None:
        for control in (self.folder, self.collection):
            control.setEnabled(not running)
        if not running:
            self._take_rows()


class BatchTable(QTableView):
    """Shows classes and percentages whole, and gives the room that they leave to the names of the photos.

    Parameters
    ----------
    model : BatchModel
    """

    def __init__(self, model: BatchModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegateForColumn(0, NameDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(LINE_HEIGHT)
        header = self.horizontalHeader()
        # Of the lines in sight only: a table may have thousands.
        header.setResizeContentsPrecision(0)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setToolTip("The answers, as the table on disk has them: click a row to see its photo.")
        self.setTabKeyNavigation(False)

    def updateGeometries(self) -> None:  # noqa: N802
        """Widen the column of names; where classes are long, the table scrolls."""
        header = self.horizontalHeader()
        others = sum(map(header.sectionSize, range(1, header.count())))
        header.resizeSection(0, max(NAME_WIDTH, self.viewport().width() - others))
        super().updateGeometries()
