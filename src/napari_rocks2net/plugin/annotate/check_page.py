"""Check page of the Annotate widget: labels that may be wrong, photos that are there more than once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from threading import Event

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtWidgets import QTableWidget, QWidget

from napari_rocks2net.annotation import AnnotationCollection, ImageKey
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.audit.label_check import CheckedLabels, SuspectLabel, check_labels
from napari_rocks2net.plugin.look.controls import button, column, row, sentence
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.look.name_column import NameDelegate
from napari_rocks2net.plugin.look.tables import fill_table, plain_table
from napari_rocks2net.wording import count_of, percent

EXPLANATION = (
    "Finds labels that do not fit their photos, photos that are there more than once, and what 50 more "
    "photos would bring. Nothing is changed."
)
JUDGING = "Judging the labels ..."


class CheckStoppedError(Exception):
    """Ends the thread of a check that is not wanted any more."""


class CheckPage(QWidget):
    """Checks the labels of the property that is labelled, in a thread; a line that is chosen shows its photo.

    A label that was corrected since leaves the list.
    """

    # From the thread of the check.
    stepped = Signal(int, int)

    def __init__(self, annotator: Annotator) -> None:
        super().__init__()
        self._annotator = annotator
        self._cancelled = Event()
        self._checked: CheckedLabels | None = None
        self._doubted: list[SuspectLabel] = []
        self._copies: list[tuple[ImageKey, ImageKey]] = []
        self._build()
        self.stepped.connect(self._show_step)
        annotator.collection_changed.connect(self._follow)
        annotator.property_changed.connect(self.start_over)
        self.start_over()

    def check(self) -> None:
        """Start a check."""
        collection, name = self._annotator.collection, self._annotator.property_name
        if collection is None or not name:
            return
        self.start_over()
        self._cancelled = Event()
        report = partial(self._report, self._cancelled)
        self.jobs.run(lambda: check_labels(collection, name, report), self._take)

    def cancel(self) -> None:
        """Stop the check at the photo that it is at."""
        self._cancelled.set()
        self.jobs.cancel()

    def start_over(self) -> None:
        """Discard the result of an earlier check, which was about other labels."""
        self.cancel()
        self._show_running(False)
        self._checked = None
        self.text.setText(EXPLANATION)
        self._fill()

    def _build(self) -> None:
        self.start = button("Check labels", EXPLANATION, self.check)
        self.jobs = JobBar("✕", "Stop the check.", "")
        self.jobs.message.connect(self._show_message)
        self.jobs.running_changed.connect(self._show_running)
        self.text = sentence()
        self._make_tables()
        rows = column(self, row(self.start, None), self.jobs, self.text)
        for title, table, room in ((self.doubts_title, self.doubts, 2), (self.copies_title, self.copies, 1)):
            rows.addWidget(title)
            rows.addWidget(table, room)
        rows.addStretch(0)

    def _make_tables(self) -> None:
        self.doubts_title, self.copies_title = sentence(), sentence()
        self.doubts = plain_table(
            "Labels that models of the other thin sections give little chance; a line shows its photo."
        )
        self.copies = plain_table(
            "The same photo, perhaps resized, cropped or turned; a line shows it. Splits must not part them."
        )
        for table in (self.doubts, self.copies):
            table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
            table.setItemDelegateForColumn(0, NameDelegate(table))
        self.copies.setItemDelegateForColumn(1, NameDelegate(self.copies))
        self.doubts.currentCellChanged.connect(
            lambda line, *_: self._show([one.key for one in self._doubted], line)
        )
        self.copies.currentCellChanged.connect(
            lambda line, *_: self._show([one for one, _ in self._copies], line)
        )

    def _report(self, cancelled: Event, done: int, total: int) -> None:
        if cancelled.is_set():
            raise CheckStoppedError
        self.stepped.emit(done, total)

    def _show_step(self, done: int, total: int) -> None:
        if self.jobs.running:
            self.jobs.bar.setRange(0, total if done < total else 0)
            self.jobs.bar.setValue(done)
            self.jobs.bar.setFormat("%v of %m")
            self.start.setText(JUDGING if done == total else "Looking at the photos ...")

    def _show_message(self, text: str) -> None:
        if text:
            self.text.setText(text)

    def _show_running(self, running: bool) -> None:
        self.start.setText("Reading the labels ..." if running else "Check labels")
        self.start.setEnabled(not running and self._annotator.collection is not None)
        if not running:
            # Also when the button was pressed: the thread is to end.
            self._cancelled.set()

    def _take(self, checked: CheckedLabels) -> None:
        self._checked = checked
        self.text.setText("\n".join(checked.sentences))
        self._fill()

    def _follow(self, before: AnnotationCollection | None, after: AnnotationCollection | None) -> None:
        self.start.setEnabled(not self.jobs.running and after is not None)
        if self._checked is not None and self._standing() != (self._doubted, self._copies):
            self._fill()

    def _standing(self) -> tuple[list[SuspectLabel], list[tuple[ImageKey, ImageKey]]]:
        """Return what still holds: labels as they were checked, copies that are both in the collection."""
        return self._checked.standing(self._annotator.image) if self._checked is not None else ([], [])

    def _fill(self) -> None:
        self._doubted, self._copies = self._standing()
        name = self._name
        doubts = [
            (name(each.key, each.region), each.label, each.suggested, percent(each.credibility))
            for each in self._doubted
        ]
        self._fill_one(self.doubts, self.doubts_title, ("Photo", "Label", "Looks like", "Chance"), doubts)
        copies = [(name(one), name(other)) for one, other in self._copies]
        self._fill_one(self.copies, self.copies_title, ("Photo", "Shows the same as"), copies)
        checked = self._checked is not None
        self.doubts_title.setText(f"{count_of(len(doubts), 'label')} may be wrong." if checked else "")
        self.copies_title.setText(f"{count_of(len(copies), 'photo')} shown twice." if checked else "")

    def _fill_one(
        self, table: QTableWidget, title: QWidget, columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        with QSignalBlocker(table):
            fill_table(table, columns, rows)
        title.setVisible(self._checked is not None)
        table.setVisible(bool(rows))

    def _name(self, key: ImageKey, region: bool = False) -> str:
        image = self._annotator.image(key)
        return f"{image.name if image else key.file.name}{' (region)' if region else ''}"

    def _show(self, keys: Sequence[ImageKey], line: int) -> None:
        if 0 <= line < len(keys):
            self._annotator.selected = ()
            self._annotator.show(keys[line])
