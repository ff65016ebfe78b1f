"""Explore widget: the collection that Annotate has open, as a map and as galleries of its classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import napari.viewer
from qtpy.QtCore import QSize

from napari_rocks2net.plugin.commands import open_annotate_widget, open_annotator
from napari_rocks2net.plugin.explore.gallery_page import GalleryPage
from napari_rocks2net.plugin.explore.map_page import MapPage
from napari_rocks2net.plugin.look.controls import button, row
from napari_rocks2net.plugin.look.dock_widget import DockWidget
from napari_rocks2net.plugin.look.plot_theme import PlotTheme
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.annotation import AnnotationCollection, ImageKey
    from napari_rocks2net.annotation.annotator import Annotator

NO_COLLECTION = "Open a collection in Annotate first: it is what is explored here."
HINT = "Map the collection, or show the photos of a class."
CHOSEN_HINT = "choose a class to label them in one step, or click one to see it."


class ExploreWidget(DockWidget):
    """Shows which photos of a collection are alike, and which are odd.

    Attributes
    ----------
    map : MapPage
    gallery : GalleryPage
    """

    preferred_size = QSize(460, 680)

    # napari gives its viewer to a parameter annotated with exactly this text.
    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__(viewer)
        self._annotator: Annotator | None = None
        self.map = MapPage(PlotTheme.of(viewer), self.annotator)
        self.gallery = GalleryPage(self.annotator)
        self.annotate = button("Open Annotate", "Open the widget that holds the collection.", self._open)
        self._lay_out({"Map": self.map, "Gallery": self.gallery}, row(self.annotate, None))
        for page in (self.map, self.gallery):
            page.message.connect(self.show_message)
            page.opened.connect(self.show_photo)
            page.chosen.connect(self.choose)
        self.tabs.currentChanged.connect(lambda _: self.refresh())
        self.refresh()

    def annotator(self) -> Annotator | None:
        """Return what Annotate labels with, while it has a collection open; follow it from now on."""
        annotator = open_annotator(self._viewer)
        if annotator is not self._annotator:
            self._leave()
            self._annotator = annotator
            if annotator is not None:
                self._follow(annotator)
        return annotator if annotator is not None and annotator.session is not None else None

    def refresh(self) -> None:
        """Show the collection as it is now."""
        annotator = self.annotator()
        self.annotate.setVisible(annotator is None)
        for page in (self.map, self.gallery):
            page.refresh()
        self.show_message(NO_COLLECTION if annotator is None else HINT)

    def show_photo(self, key: ImageKey) -> None:
        """Let Annotate show a photo."""
        if (annotator := self.annotator()) is not None:
            annotator.show(key)

    def choose(self, keys: list[ImageKey]) -> None:
        """Select photos in Annotate, whose keys then label them all."""
        annotator = self.annotator()
        if annotator is None or not keys:
            return
        annotator.show(keys[0])
        annotator.selected = tuple(keys) if len(keys) > 1 else ()
        self.show_message(f"{count_of(len(keys), 'photo')} chosen: {CHOSEN_HINT}")

    def showEvent(self, event: Any) -> None:  # noqa: N802
        """Look for the collection again."""
        super().showEvent(event)
        self.refresh()

    def _end_jobs(self) -> None:
        self._leave()
        self.map.close_jobs()
        self.gallery.close_jobs()

    def _open(self) -> None:
        open_annotate_widget(self._viewer)
        self.refresh()

    def _follow(self, annotator: Annotator) -> None:
        annotator.collection_changed.connect(self._collection_changed)
        for signal in self._shown_by(annotator):
            signal.connect(self._show_state)

    def _leave(self) -> None:
        if (annotator := self._annotator) is None:
            return
        annotator.collection_changed.disconnect(self._collection_changed, missing_ok=True)
        for signal in self._shown_by(annotator):
            signal.disconnect(self._show_state, missing_ok=True)
        self._annotator = None

    @staticmethod
    def _shown_by(annotator: Annotator) -> tuple[Any, ...]:
        return (
            annotator.current_changed,
            annotator.property_changed,
            annotator.suggestions_changed,
            annotator.selection_changed,
        )

    def _collection_changed(
        self, before: AnnotationCollection | None, after: AnnotationCollection | None
    ) -> None:
        if before is None or after is None:
            self.refresh()
        else:
            self._show_state()

    def _show_state(self) -> None:
        self.map.show_state()
        self.gallery.show_state()
