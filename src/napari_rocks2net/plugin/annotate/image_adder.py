"""Image adder: buttons that add files, folders and open layers to the collection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import napari
from napari.layers import Layer
from qtpy.QtCore import QObject
from qtpy.QtWidgets import QWidget

from napari_rocks2net.annotation import CollectionSession
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.imaging import IMAGE_SUFFIXES
from napari_rocks2net.plugin.annotate.adding import (
    FileImages,
    Keys,
    LayerImages,
    add_file_images,
    add_images,
    find_files,
    find_images,
    images_folder,
    save_without_file,
)
from napari_rocks2net.plugin.layers.mark import is_photo
from napari_rocks2net.plugin.look.controls import button
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.wording import count_of, first_of

MOST_NAMED = 3


IMAGE_KINDS = f"Images ({' '.join(f'*{suffix}' for suffix in sorted(IMAGE_SUFFIXES))});;All files (*)"


class ImageAdder(QObject):
    """Adds images to the open collection.

    Attributes
    ----------
    buttons : tuple of QPushButton
        For files, a folder and the open layers.
    jobs : JobBar
        Works on the collection: reads and saves the pixels of layers, registers views.
    """

    def __init__(self, viewer: napari.Viewer, annotator: Annotator, parent: QWidget) -> None:
        super().__init__(parent)
        self._viewer, self._annotator, self._parent = viewer, annotator, parent
        self.buttons = (
            button("Files...", "Add image files.", self.ask_files),
            button("Folder...", "Add all image files of a folder.", self.ask_folder),
            button("Open layers", "Add the open image layers.", self.add_open_layers),
        )
        self.jobs = JobBar("✕", "Stop; the collection stays as it is.", "Stopped; nothing was changed.")
        self.jobs.message.connect(self._show_message)

    def _show_message(self, text: str) -> None:
        if text:
            self._annotator.message.emit(text)

    def add_paths(self, paths: Sequence[Path]) -> None:
        """Add image files and folders of image files, which are read in a thread."""
        if session := self._open_session():
            self.jobs.run(lambda: find_images(paths), lambda images: self._add_files(session, images))

    def _open_session(self) -> CollectionSession | None:
        if self._annotator.session is None:
            self._annotator.message.emit("Open or make a collection first: New... or Open.")
        return self._annotator.session

    def _add_files(self, session: CollectionSession, images: FileImages) -> None:
        with self._annotator.errors_as_messages():
            self._show_added(add_file_images(session, images), images.passed_over)

    def add_open_layers(self) -> None:
        """Add the image layers of the viewer; those without a file are saved first, after a question."""
        self.add_image_layers(list(self._viewer.layers))

    def add_image_layers(self, layers: Sequence[Layer]) -> None:
        """Add some image layers; see `add_open_layers`. Their pixels are read in a thread."""
        from napari.layers import Shapes

        if (session := self._open_session()) is None:
            return
        regions = [layer for layer in layers if isinstance(layer, Shapes)]
        photos = [layer for layer in layers if is_photo(layer)]
        # The job of one collection ends when another is opened.
        self.jobs.run(
            lambda: find_files(photos),
            lambda layer_images: self._save_and_add(session, layer_images, regions),
        )

    def _save_and_add(
        self, session: CollectionSession, layer_images: Sequence[tuple[Layer, Keys]], regions: Sequence[Layer]
    ) -> None:
        unsaved = [layer for layer, keys in layer_images if not keys]
        names = first_of([repr(layer.name) for layer in unsaved], MOST_NAMED)
        question = (
            f"No image file is known of {names}. Save the pixels as PNG or TIFF beside the "
            "collection, so that the labels keep their images?"
        )
        if unsaved and not questions.confirm(self._parent, "Save layers", question):
            layer_images = [(layer, keys) for layer, keys in layer_images if keys]
        folder = images_folder(session.path)
        self.jobs.run(
            lambda: save_without_file(layer_images, regions, folder),
            lambda images: self._add(session, images),
        )

    def _add(self, session: CollectionSession, images: LayerImages) -> None:
        with self._annotator.errors_as_messages():
            count, apart_still = add_images(session, images)
            self._annotator.link(images.links)
            self._show_added(count, apart_still)

    def ask_files(self) -> None:
        """Ask for image files."""
        if paths := questions.ask_open_files(
            self._parent, "Add images", IMAGE_KINDS, preferences.IMAGE_FOLDER
        ):
            self.add_paths(paths)

    def ask_folder(self) -> None:
        """Ask for a folder; its subfolders count too."""
        if path := questions.ask_folder(self._parent, "Add a folder of images", preferences.IMAGE_FOLDER):
            self.add_paths([path])

    def _show_added(self, count: int, passed_over: Iterable[str] = ()) -> None:
        added = f"{count_of(count, 'image')} added." if count else "Nothing was added: all are there already."
        self._annotator.message.emit(" ".join([added, *passed_over]))
