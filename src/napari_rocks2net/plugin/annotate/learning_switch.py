"""Learn as I label: a switch; after each label a quick model is fitted in the background and suggests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QCheckBox
from superqt.utils import QSignalDebouncer

from napari_rocks2net.annotation.learning.fields import PhotoTexture
from napari_rocks2net.annotation.learning.job import Describe, LearningJob, LearningStep
from napari_rocks2net.annotation.learning.suggestions import count_open_labels
from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.work.jobs import JobRunner
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.annotation import ImageKey
    from napari_rocks2net.annotation.annotator import Annotator
    from napari_rocks2net.annotation.open_collection import Suggestions
    from napari_rocks2net.features import Descriptors

TITLE = "Learn"
PAUSE_MS = 250
# A table of hundreds of lines is not drawn again for each of them.
REFRESH_SECONDS = 0.5
TIP = (
    "After each label a quick model learns from all of them and suggests the others; two labels of two "
    "classes begin it. Least sure first and Most different first say which labels teach it most."
)


class LearningSwitch(QCheckBox):
    """Learns from the labels while it is on."""

    def __init__(self, annotator: Annotator) -> None:
        super().__init__(TITLE)
        # The dock does not grow when the number comes.
        self.setText(f"{TITLE} · 9999")
        self.setMinimumWidth(self.sizeHint().width())
        self.setText(TITLE)
        self._annotator = annotator
        self.describe: Describe = PhotoTexture()
        self._descriptors: dict[ImageKey, Descriptors] = {}
        self._property = ""
        self._learned: tuple[tuple[ImageKey, str | None, str], ...] = ()
        self._waiting: Suggestions = {}
        self._ranks: dict[ImageKey, int] = {}
        self._refreshed_at = 0.0
        self._runner = JobRunner(self)
        self._pause = QSignalDebouncer(parent=self)
        self._pause.setTimeout(PAUSE_MS)
        self._pause.triggered.connect(self._learn)
        self.setToolTip(TIP)
        self.toggled.connect(self._toggled)
        annotator.collection_changed.connect(lambda *_: self._soon())
        annotator.property_changed.connect(self._soon)

    @property
    def learned_labels(self) -> dict[ImageKey, str]:
        """The labels that it learned from last, or learns from now."""
        return {key: label for key, label, _ in self._learned if label is not None}

    @property
    def running(self) -> bool:
        """Whether it describes photos or learns."""
        return self._runner.running

    def close_jobs(self) -> None:
        """Stop; what was said stays."""
        self._pause.cancel()
        self._runner.cancel()

    def _toggled(self, on: bool) -> None:
        self._learned = ()
        if on:
            self._soon()
        else:
            self.close_jobs()
            self._descriptors.clear()
            self.setText(TITLE)

    def _soon(self) -> None:
        if self.isChecked():
            self._pause.throttle()

    def _learn(self) -> None:
        collection, name = self._annotator.collection, self._annotator.property_name
        if collection is None or not name or not self.isChecked():
            return
        images = collection.images
        learned = tuple((image.key, image.labels.get(name), image.section) for image in images)
        if learned == self._learned and name == self._property:
            return
        self._learned, self._property = learned, name
        self._runner.start(
            lambda: LearningJob(images, name, self._descriptors, self.describe).run(),
            on_progress=self._follow,
            on_done=self._end,
            on_error=self._end,
        )

    def _follow(self, progress: Progress) -> None:
        assert isinstance(progress, LearningStep)
        self._waiting |= progress.suggestions
        self._ranks = progress.ranks or self._ranks
        if time.monotonic() - self._refreshed_at > REFRESH_SECONDS:
            self._show_waiting()

    def _show_waiting(self) -> None:
        self._annotator.suggest(self._waiting, self._ranks)
        self._waiting, self._refreshed_at = {}, time.monotonic()
        collection, name = self._annotator.collection, self._annotator.property_name
        if collection is not None:
            open_labels = count_open_labels(collection.images, name, self._annotator.suggestions)
            self.setText(f"{TITLE} · {open_labels}")
            self.setToolTip(f"{count_of(open_labels, 'label')} still worth giving.\n{TIP}")

    def _end(self, text: str) -> None:
        self._show_waiting()
        if text:
            self._annotator.message.emit(text)
