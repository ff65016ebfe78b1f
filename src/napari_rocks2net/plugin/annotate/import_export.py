"""Import and export menus: training tables as CSV, regions as GeoJSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from qtpy.QtWidgets import QMenu, QWidget

from napari_rocks2net.annotation import (
    AnnotationCollection,
    ImageKey,
    ImportRemarks,
    additions,
    export_csv,
    export_geojson,
    import_csv,
    import_geojson,
    import_remarks,
    table_remarks,
)
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.plugin.work import preferences, questions


class ImportExport:
    """The entries of the menus "Import" and "Export"; the parent is that of the questions."""

    def __init__(self, imports: QMenu, exports: QMenu, annotator: Annotator, parent: QWidget) -> None:
        self._annotator = annotator
        self._parent = parent
        table, regions = questions.TABLES, questions.GEOJSON
        for text, kinds, read in (
            ("Labels from CSV...", table, self.import_csv),
            ("Regions of all images from GeoJSON...", regions, self.import_all_geojson),
            ("Regions of this image from GeoJSON...", regions, self.import_geojson),
        ):
            imports.addAction(text, partial(self._ask_to_open, kinds, read))
        for text, kinds, write in (
            ("Labels as CSV...", table, self.export_csv),
            ("Regions of all images as GeoJSON...", regions, self.export_all_geojson),
            ("Regions of this image as GeoJSON...", regions, self.export_geojson),
        ):
            exports.addAction(text, partial(self._ask_to_save, kinds, write))

    def export_csv(self, path: Path) -> None:
        """Write the collection as a training table; an existing file is replaced."""
        self._write(lambda collection: export_csv(collection, path, overwrite=True))

    def import_csv(self, paths: Sequence[Path]) -> None:
        """Add the images and labels of training tables."""
        for path in paths:
            self._edit(partial(import_csv, path=path), path, table_remarks(path).sentences)

    def export_geojson(self, path: Path) -> None:
        """Write the regions of the current image; an existing file is replaced."""
        self._export_regions(path, self._annotator.current)

    def export_all_geojson(self, path: Path) -> None:
        """Write the regions of all images; an existing file is replaced."""
        self._export_regions(path, None)

    def import_geojson(self, paths: Sequence[Path]) -> None:
        """Add regions to the current image."""
        if self._annotator.current is not None:
            self._import_regions(paths, self._annotator.current)

    def import_all_geojson(self, paths: Sequence[Path]) -> None:
        """Add regions to the images that the files name, or are called like."""
        self._import_regions(paths, None)

    def _export_regions(self, path: Path, key: ImageKey | None) -> None:
        name = self._annotator.property_name
        self._annotator.before_change()
        self._write(lambda collection: export_geojson(collection, path, key, name, overwrite=True))

    def _import_regions(self, paths: Sequence[Path], key: ImageKey | None) -> None:
        name = self._annotator.property_name or "class"
        for path in paths:
            collection = self._annotator.collection
            with self._annotator.errors_as_messages():
                remarks = import_remarks(collection, path, key) if collection else ImportRemarks()
                read = partial(import_geojson, path=path, key=key, property=name)
                self._edit(read, path, remarks.sentences)

    def _ask_to_save(self, kinds: str, write: Callable[[Path], None]) -> None:
        session, current = self._annotator.session, self._annotator.current
        if session is None:
            return
        of_image = current is not None and write == self.export_geojson
        stem = current.file.stem if current and of_image else session.path.name.split(".")[0]
        suffix = ".csv" if kinds == questions.TABLES else ".geojson"
        name, folder = stem + suffix, session.path.parent
        if path := questions.ask_save_file(self._parent, "Export", name, kinds, folder):
            write(path if path.suffix else path.with_suffix(suffix))

    def _ask_to_open(self, kinds: str, read: Callable[[Sequence[Path]], None]) -> None:
        if paths := questions.ask_open_files(self._parent, "Import", kinds, preferences.COLLECTION_FOLDER):
            read(paths)

    def _write(self, write: Callable[[AnnotationCollection], Path]) -> None:
        collection = self._annotator.collection
        with self._annotator.errors_as_messages():
            if collection is not None:
                self._annotator.message.emit(f"Written: {write(collection)}")

    def _edit(
        self, change: Callable[[AnnotationCollection], AnnotationCollection], path: Path, remarks: str = ""
    ) -> None:
        before = self._annotator.collection
        if self._annotator.edit(change, f"import {path.name}"):
            after = self._annotator.collection
            came_in = additions(before.images if before else (), after.images if after else ())
            self._annotator.message.emit(f"Done: import {path.name}. {came_in} {remarks}".strip())
