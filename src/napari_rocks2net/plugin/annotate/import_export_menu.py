"""Import and export menu: training tables as CSV, regions as GeoJSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QMenu, QWidget

from napari_rocks2net.annotation import (
    AnnotationCollection,
    count_without_plane,
    export_csv,
    export_geojson,
    import_csv,
    import_geojson,
)
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.annotation.annotator import Annotator

CSV_KINDS = "Tables (*.csv);;All files (*)"
GEOJSON_KINDS = "GeoJSON (*.geojson *.json);;All files (*)"


class ImportExportMenu:
    """The entries of the menu "In / out"; the parent is that of the questions."""

    def __init__(self, menu: QMenu, annotator: Annotator, parent: QWidget) -> None:
        self._annotator = annotator
        self._parent = parent
        menu.addAction(
            "Export labels as CSV...",
            lambda: self._ask_to_save("Export labels", ".csv", CSV_KINDS, self.export_csv),
        )
        menu.addAction(
            "Import labels from CSV...",
            lambda: self._ask_to_open("Import labels", CSV_KINDS, self.import_csv),
        )
        menu.addSeparator()
        menu.addAction(
            "Export regions of this image as GeoJSON...",
            lambda: self._ask_to_save("Export regions", ".geojson", GEOJSON_KINDS, self.export_geojson),
        )
        menu.addAction(
            "Import regions into this image from GeoJSON...",
            lambda: self._ask_to_open("Import regions", GEOJSON_KINDS, self.import_geojson),
        )

    def export_csv(self, path: Path) -> None:
        """Write the collection as a training table; an existing file is replaced."""
        collection = self._annotator.collection
        if collection is not None:
            self._write(lambda: export_csv(collection, path, overwrite=True))

    def import_csv(self, path: Path) -> None:
        """Add the images and labels of a training table."""
        self._edit(lambda collection: import_csv(collection, path), path)

    def export_geojson(self, path: Path) -> None:
        """Write the regions of the current image; an existing file is replaced."""
        annotator = self._annotator
        annotator.before_change()
        collection, key, name = annotator.collection, annotator.current, annotator.property_name
        if collection is None or key is None or not name:
            annotator.message.emit("There is nothing to export: show an image and choose a property.")
            return
        self._write(lambda: export_geojson(collection, path, key, name, overwrite=True))

    def import_geojson(self, path: Path) -> None:
        """Add regions to the current image."""
        key, name = self._annotator.current, self._annotator.property_name or "class"
        collection = self._annotator.collection
        if key is None or collection is None:
            return
        with self._annotator.errors_as_messages():
            left_out = count_without_plane(collection, path, key)
            self._edit(lambda collection: import_geojson(collection, path, key, name), path, left_out)

    def _ask_to_save(self, title: str, suffix: str, kinds: str, write: Callable[[Path], None]) -> None:
        session, current = self._annotator.session, self._annotator.current
        if session is None:
            return
        stem = current.file.stem if current and suffix == ".geojson" else session.path.name.split(".")[0]
        if path := questions.ask_save_file(self._parent, title, session.path.with_name(stem + suffix), kinds):
            write(path if path.suffix else path.with_suffix(suffix))

    def _ask_to_open(self, title: str, kinds: str, read: Callable[[Path], None]) -> None:
        folder = preferences.remembered_folder(preferences.COLLECTION_FOLDER) or Path.home()
        if path := questions.ask_open_file(self._parent, title, folder, kinds):
            read(path)

    def _write(self, write: Callable[[], Path]) -> None:
        with self._annotator.errors_as_messages():
            self._annotator.message.emit(f"Written: {write()}")

    def _edit(
        self, change: Callable[[AnnotationCollection], AnnotationCollection], path: Path, left_out: int = 0
    ) -> None:
        if self._annotator.edit(change, f"import {path.name}"):
            planes = f" {count_of(left_out, 'region')} left out: of planes that are not in the collection."
            self._annotator.message.emit(f"Done: import {path.name}.{planes if left_out else ''}")
