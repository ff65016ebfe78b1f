"""Collection file panel: new, open, add images, import and export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import napari
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFormLayout, QWidget
from superqt import QElidingLabel

from napari_rocks2net.annotation import (
    COLLECTION_SUFFIX,
    CollectionExistsError,
    CollectionSession,
)
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.annotation.fields import apart, pair_by_name
from napari_rocks2net.plugin.annotate.image_adder import ImageAdder
from napari_rocks2net.plugin.annotate.import_export import ImportExport
from napari_rocks2net.plugin.annotate.moved_images import MovedImages
from napari_rocks2net.plugin.look.controls import button, column, menu_button, row, sentence
from napari_rocks2net.plugin.look.report_button import ReportButton
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.untrusted import is_file
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.annotation.registering import RegisteredViews

MOST_RECENT = 8

NONE_OPEN = "No collection is open. New... makes one, Open continues one."


class CollectionFilePanel(QWidget):
    """Opens collections and adds images to the open one."""

    opened = Signal()

    def __init__(
        self, viewer: napari.Viewer, annotator: Annotator, edit_sections: Callable[[], None]
    ) -> None:
        super().__init__()
        self._annotator = annotator
        self.adding = ImageAdder(viewer, annotator, self)
        self._make_buttons(annotator, edit_sections)
        self.example = QElidingLabel()
        self.example.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.path = sentence(NONE_OPEN)
        self.path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.moved = MovedImages(annotator)
        self.report.message.connect(self._show_message)
        self._lay_out()
        annotator.collection_changed.connect(lambda *_: self.refresh())
        self.refresh()

    def _make_buttons(self, annotator: Annotator, edit_sections: Callable[[], None]) -> None:
        tip = "Make a collection: one file that keeps images, labels and regions."
        self.new = button("New...", tip, self.ask_new)
        self.open = menu_button("Open", "Open a collection, or one that was open lately.")
        self.open.menu().aboutToShow.connect(self._fill_open_menu)
        tip = "Take the images selected in the table out of the collection; their files stay."
        self.remove = button("Remove selected", tip, annotator.remove)
        self.imports = menu_button("Import", "Read labels from CSV, regions from GeoJSON.")
        self.exports = menu_button("Export", "Write labels as CSV, regions as GeoJSON.")
        self.import_export = ImportExport(self.imports.menu(), self.exports.menu(), annotator, self)
        tip = "How the thin sections are read from the file names."
        self.sections = button("Sections...", tip, edit_sections)
        self.report = ReportButton(self._report)
        tip = "Photos whose names differ in light and stage angle alone are one field: one line, one label."
        self.pair = button("Pair by name", tip, self.pair_by_name)
        tip = "Find how the views of each field lie on one another, so that regions hold for all."
        self.register = button("Register", tip, self.register_fields)
        tip = "Every photo is by itself again; labels stay."
        self.part = button("All apart", tip, self.split_fields)

    def refresh(self) -> None:
        """Show which collection is open."""
        session = self._annotator.session
        adding, exchanging = self.adding.buttons, (self.imports, self.exports)
        fields = (self.pair, self.register, self.part)
        for control in (*adding, self.remove, *exchanging, self.sections, self.report, *fields):
            control.setEnabled(session is not None)
        if session is None:
            self.path.setText(NONE_OPEN)
            return
        images = session.collection.images
        sections = count_of(len({image.section for image in images}), "thin section")
        self.path.setText(
            f"<b>{session.path.name}</b> in {session.path.parent.name} · saved<br>"
            f"{count_of(len(images), 'image')} of {sections}"
        )
        self.path.setToolTip(f"{session.path}\nEvery change is saved at once.")
        example = f"{images[0].file.name} → {images[0].section}" if images else "No image yet."
        self.example.setText(example)
        self.example.setToolTip(f"The first image and its thin section: {example}")

    def _report(self) -> Path:
        if (session := self._annotator.session) is None:
            raise ValueError(NONE_OPEN)
        return session.path

    def _lay_out(self) -> None:
        lines = {
            "Add images": (*self.adding.buttons, None),
            "Thin sections": (self.sections, None),
            "": (self.example,),
            "Views of fields": (self.pair, self.register, self.part, None),
            "Other programs": (self.imports, self.exports, self.report, None),
            "Images": (self.remove, None),
        }
        form = QFormLayout()
        for title, widgets in lines.items():
            form.addRow(title, row(*widgets))
        column(
            self, row(self.new, self.open, None), self.path, self.moved, form, self.adding.jobs
        ).addStretch(1)

    def open_collection(self, path: str | Path) -> None:
        """Open a collection, or say why that is not possible."""
        with self._annotator.errors_as_messages():
            self._use(CollectionSession.open(path))

    def new_collection(self, path: str | Path) -> None:
        """Make a collection; one that is there already is replaced only after a question."""
        path = _with_suffix(Path(path))
        with self._annotator.errors_as_messages():
            try:
                self._use(CollectionSession.create(path))
            except CollectionExistsError as error:
                if self._confirm_replacing(error):
                    self._use(CollectionSession.create(path, overwrite=True))

    def save_as(self, path: str | Path) -> None:
        """Go on under another name; a collection that has it is replaced only after a question."""
        if (session := self._annotator.session) is None:
            return
        path = _with_suffix(Path(path))
        with self._annotator.errors_as_messages():
            try:
                session.save_as(path)
            except CollectionExistsError as error:
                if not self._confirm_replacing(error):
                    return
                session.save_as(path, overwrite=True)
            self._remember(session)
            self._show_message(f"Saved as {session.path}.")

    def _confirm_replacing(self, error: CollectionExistsError) -> bool:
        return questions.confirm(self, "Replace collection", f"{error} Replace it, with all its labels?")

    def pair_by_name(self) -> None:
        """Put photos together whose names say that they are views of one field."""
        if (collection := self._annotator.collection) is not None:
            paired = pair_by_name(collection, preferences.remembered_light_rule())
            self._annotator.apply(paired.collection, "fields by name")
            self._show_message(str(paired))

    def register_fields(self) -> None:
        """Find how the views of the fields lie on one another, in a thread."""
        if (session := self._annotator.session) is not None:
            from napari_rocks2net.annotation.registering import register_fields

            collection = session.collection
            self.adding.jobs.run(
                lambda: register_fields(collection), lambda views: self._apply_registration(session, views)
            )

    def _apply_registration(self, session: CollectionSession, views: RegisteredViews) -> None:
        """Keep how views lie, unless another collection was opened meanwhile."""
        if session is self._annotator.session:
            self._annotator.edit(views.applied_to, "registration of fields")
            self._show_message(str(views))

    def split_fields(self) -> None:
        """Make every photo one by itself again."""
        self._annotator.edit(apart, "photos apart")

    def ask_new(self) -> None:
        """Ask where the new collection is to be."""
        name, folder = f"collection{COLLECTION_SUFFIX}", preferences.COLLECTION_FOLDER
        # Our own question says how much is in the collection that would be replaced.
        if path := questions.ask_save_file(
            self, "New collection", name, questions.COLLECTIONS, folder, ask_to_replace=False
        ):
            self.new_collection(path)

    def ask_open(self) -> None:
        """Ask for a collection."""
        kinds, folder = questions.COLLECTIONS, preferences.COLLECTION_FOLDER
        if path := questions.ask_open_file(self, "Open collection", kinds, folder):
            self.open_collection(path)

    def ask_save_as(self) -> None:
        """Ask under which other name to go on, such as after another program changed the file."""
        if (session := self._annotator.session) is None:
            return
        kinds, folder = questions.COLLECTIONS, session.path.parent
        if path := questions.ask_save_file(
            self, "Save under another name", session.path.name, kinds, folder, ask_to_replace=False
        ):
            self.save_as(path)

    def _show_message(self, text: str) -> None:
        if text:
            self._annotator.message.emit(text)

    def _use(self, session: CollectionSession) -> None:
        self.adding.jobs.cancel()
        self._annotator.use(session)
        self._remember(session)
        self.opened.emit()

    def _remember(self, session: CollectionSession) -> None:
        self.refresh()
        recent = [str(session.path), *preferences.remembered_list(preferences.RECENT_COLLECTIONS)]
        preferences.remember(preferences.RECENT_COLLECTIONS, list(dict.fromkeys(recent))[:MOST_RECENT])
        preferences.remember_folder(preferences.COLLECTION_FOLDER, session.path.parent)

    def _fill_open_menu(self) -> None:
        menu = self.open.menu()
        menu.clear()
        menu.addAction("Collection file...", self.ask_open)
        save_as = menu.addAction("Save under another name...", self.ask_save_as)
        save_as.setEnabled(self._annotator.session is not None)
        menu.addSeparator()
        for text in preferences.remembered_list(preferences.RECENT_COLLECTIONS):
            if is_file(text):
                menu.addAction(
                    f"{Path(text).name}  ({Path(text).parent.name})",
                    lambda text=text: self.open_collection(text),
                )


def _with_suffix(path: Path) -> Path:
    return path if path.suffix.lower() == ".json" else path.with_name(path.name + COLLECTION_SUFFIX)
