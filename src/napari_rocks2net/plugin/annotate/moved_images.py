"""Missing images: how many, and a search for them in another folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qtpy.QtWidgets import QLabel, QWidget

from napari_rocks2net.annotation import (
    MovedFiles,
    files_named_like,
    match_moved,
    with_moved_files,
)
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.plugin.look.controls import button, column, row
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.plugin.work.jobs import JobRunner
from napari_rocks2net.wording import count_of


class MovedImages(QWidget):
    """Says how many images are missing, and finds those that were moved."""

    def __init__(self, annotator: Annotator) -> None:
        super().__init__()
        self._annotator = annotator
        self._runner = JobRunner(self)
        self.count = QLabel()
        self.search = button(
            "Find moved images...",
            "Look for the missing files in a folder and its subfolders, by their names; labels are kept.",
            self.ask_folder,
        )
        column(self, row(self.count, self.search, wide=self.count))
        self.show_missing(0)

    def show_missing(self, count: int) -> None:
        """Show how many images are missing; nothing where none is."""
        self.count.setText(f"⚠ {count_of(count, 'image')} {'is' if count == 1 else 'are'} missing.")
        self.setVisible(count > 0)

    def ask_folder(self) -> None:
        """Ask where the missing images may be."""
        if folder := questions.ask_folder(self, "Find moved images", preferences.IMAGE_FOLDER):
            self.find_in(folder)

    def find_in(self, folder: Path) -> None:
        """Look for the missing images in a folder, in a thread."""
        collection = self._annotator.collection
        if collection is None:
            return
        self._annotator.before_change()
        self.search.setEnabled(False)
        self._annotator.message.emit(f"Looking in {folder} ...")

        def match() -> MovedFiles:
            """Return which files lie in the folder now."""
            missing = [image.file for image in collection.images if image.missing]
            return match_moved(missing, files_named_like(missing, folder))

        self._runner.start(match, on_done=self._take, on_error=self._end)

    def cancel(self) -> None:
        """Stop looking."""
        self._runner.cancel()
        self.search.setEnabled(True)

    def _take(self, moved: MovedFiles) -> None:
        current = self._annotator.current
        if moved.files:
            files = "a moved file" if len(moved.files) == 1 else f"{len(moved.files)} moved files"
            self._annotator.edit(lambda each: with_moved_files(each, moved.files), f"find {files}")
            if current is not None and current.file in moved.files:
                self._annotator.show(replace(current, file=moved.files[current.file]))
        self._end(str(moved))

    def _end(self, text: str) -> None:
        self.search.setEnabled(True)
        self._annotator.message.emit(text)
