"""Explore page: what the map and the galleries of a collection have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from napari_rocks2net.plugin.explore.label_menu import Annotators
from napari_rocks2net.plugin.look.job_bar import JobBar

if TYPE_CHECKING:
    from napari_rocks2net.explain import PhotoCache


class ExplorePage(QWidget):
    """A page that describes the photos of the open collection in a thread and shows them.

    Parameters
    ----------
    annotator : callable
        Returns what labels; None where no collection is open.

    Signals
    -------
    message : (str)
    opened : (ImageKey)
        A photo that was clicked.
    chosen : (list of ImageKey)
        Photos that were selected.
    """

    message = Signal(str)
    opened = Signal(object)
    chosen = Signal(object)

    def __init__(self, annotator: Annotators) -> None:
        super().__init__()
        self._annotator = annotator
        self._photo_cache: PhotoCache | None = None
        self.jobs = JobBar()
        self.jobs.message.connect(self.message)

    @property
    def photo_cache(self) -> PhotoCache:
        """What keeps the photos that were described."""
        if self._photo_cache is None:
            from napari_rocks2net.explain import PhotoCache

            self._photo_cache = PhotoCache()
        return self._photo_cache

    def close_jobs(self) -> None:
        """End what is under way."""
        self.jobs.cancel()
