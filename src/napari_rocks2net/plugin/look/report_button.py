"""Button that writes a report: asks where, works in a thread, shows the page in the browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QUrl, Signal
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import QPushButton

from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.plugin.work.jobs import JobRunner, errors_as_messages
from napari_rocks2net.untrusted import is_file

if TYPE_CHECKING:
    from napari_rocks2net.reports import Report

TIP = "Write a report: one HTML file, which prints well, and every table as an Excel workbook."


class ReportButton(QPushButton):
    """A button that writes a report.

    Parameters
    ----------
    source : callable
        Called at a click; returns the folder or file that the report is about, or what makes it in a thread;
        or raises a `ValueError` that says why there is none.

    Signals
    -------
    message : (str)
        Where the report is, or why there is none.
    """

    message = Signal(str)

    def __init__(self, source: Callable[[], Path | Callable[[], Report]]) -> None:
        super().__init__("Report...")
        self.setToolTip(TIP)
        self._source, self._runner = source, JobRunner(self)
        self.clicked.connect(lambda _=False: self.ask_and_write())

    @property
    def running(self) -> bool:
        """Whether a report is being written."""
        return self._runner.running

    def ask_and_write(self) -> None:
        """Ask for a folder and write the report there."""
        with errors_as_messages(self.message.emit):
            subject = self._source()
            folder = questions.ask_folder(self, "Folder of the report", preferences.REPORT_FOLDER)
            if folder is None or not self._may_write(folder):
                return
            self.message.emit("Writing the report ...")
            self._runner.start(
                lambda: _written(subject, folder),
                on_done=self._show,
                on_error=self.message.emit,
            )

    def _may_write(self, folder: Path) -> bool:
        if not any(is_file(folder / name) for name in ("report.html", "tables.xlsx")):
            return True
        return questions.confirm(self, "Report", f"{folder} holds a report already. Replace it?")

    def _show(self, page: Path) -> None:
        self.message.emit(f"The report is {page}, its tables are beside it.")
        show_page(page)


def show_page(page: Path) -> None:
    """Show a page in the person's browser."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(page)))


def _written(subject: Path | Callable[[], Report], folder: Path) -> Path:
    from napari_rocks2net.reports import report_of, write_report

    report = report_of(subject) if isinstance(subject, Path) else subject()
    return write_report(report, folder, overwrite=True)[0]
