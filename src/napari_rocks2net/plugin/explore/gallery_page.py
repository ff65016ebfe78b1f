"""Gallery page: all photos and regions of one class, odd ones first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_rocks2net.explain.collection_map import Gallery, gallery_of
from napari_rocks2net.plugin.explore.explore_page import ExplorePage
from napari_rocks2net.plugin.explore.label_menu import Annotators, LabelMenu
from napari_rocks2net.plugin.look.controls import button, choice, column, row, shorten
from napari_rocks2net.plugin.look.thumbnails import Thumbnail, Thumbnails
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.annotation import ImageKey
    from napari_rocks2net.explain import Photo

TIP = "Odd ones first. Click a photo to see it in Annotate; Ctrl or Shift for several, to label them anew."


class GalleryPage(ExplorePage):
    """Shows a class."""

    def __init__(self, annotator: Annotators) -> None:
        super().__init__(annotator)
        self.classes = choice(tip="The class whose photos are shown.")
        shorten(self.classes)
        self.show_button = button(
            "Show", "Show every photo and region of the class; a field by its first view.", self.show_class
        )
        self.labels = LabelMenu(annotator, self.selected, self.message.emit, self.selected_regions)
        self.wall = Thumbnails(TIP)
        column(
            self,
            row(self.classes, self.show_button, self.labels.button),
            self.jobs,
            self.wall,
            roomiest=self.wall,
        )
        self.wall.opened.connect(self._open)

    def refresh(self) -> None:
        """Offer the classes of the property that is labelled."""
        annotator = self._annotator()
        self.show_button.setEnabled(annotator is not None)
        self.show_state()

    def show_state(self) -> None:
        """Follow another property or vocabulary."""
        annotator = self._annotator()
        vocabulary = annotator.vocabulary if annotator is not None else None
        names = list(vocabulary.classes) if vocabulary is not None else []
        if [self.classes.itemText(at) for at in range(self.classes.count())] != names:
            self.classes.clear()
            self.classes.addItems(names)
            self.wall.clear()

    def show_class(self) -> None:
        """Show the photos of the chosen class."""
        annotator, name = self._annotator(), self.classes.currentText()
        if annotator is None or annotator.collection is None or not name:
            self.message.emit("There is no class yet: add classes in Annotate.")
            return
        labels = annotator.property_name, name, dict(annotator.suggestions)
        request = (self.photo_cache, annotator.collection, *labels)
        self.jobs.run(lambda: gallery_of(*request), lambda gallery: self._show(name, gallery))

    def selected(self) -> list[ImageKey]:
        """Return the selected images."""
        return [photo.key for photo in self.wall.selected_subjects() if photo.area is None]

    def selected_regions(self) -> dict[ImageKey, list[str]]:
        """Return the ids of the selected regions, by their images."""
        regions: dict[ImageKey, list[str]] = {}
        for photo in self.wall.selected_subjects():
            if photo.area is not None:
                regions.setdefault(photo.key, []).append(photo.region)
        return regions

    def _show(self, name: str, gallery: Gallery) -> None:
        photos = gallery.described.photos
        self.wall.show_thumbnails(
            [
                Thumbnail(each.thumbnail, reason, f"{each.photo.name}\n{each.photo.key.file}", each.photo)
                for each, reason in zip(photos, gallery.reasons, strict=True)
            ]
        )
        text = f"{count_of(len(photos), 'photo')} of {name}, odd ones first. Click one to see it."
        nothing = f"Nothing is labelled {name}."
        self.message.emit((text if photos else nothing) + gallery.described.note)

    def _open(self, photo: Photo) -> None:
        keys = list(dict.fromkeys(self.selected()))
        if len(keys) > 1:
            self.chosen.emit(keys)
        else:
            self.opened.emit(photo.key)
