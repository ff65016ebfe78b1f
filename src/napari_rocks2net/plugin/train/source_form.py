"""Sample source form: the samples, the property that is trained, and what names the thin section."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import napari.viewer
from magicgui.widgets import ComboBox, Container, FileEdit
from napari.layers import Layer
from psygnal import Signal

from napari_rocks2net.annotation import CollectionSession, CollectionSource, read_collection
from napari_rocks2net.plugin.commands import open_annotator, open_collection
from napari_rocks2net.plugin.look.choices import refresh_choices
from napari_rocks2net.plugin.look.forms import allow_shrinking
from napari_rocks2net.plugin.look.setting_fields import NamedFields
from napari_rocks2net.plugin.train.layer_samples import layer_properties, layer_source
from napari_rocks2net.plugin.train.source_fields import (
    ANNOTATE,
    COLLECTION,
    EVERY_IMAGE,
    FIELDS_OF,
    FOLDER,
    KINDS,
    LAYERS,
    LIST_HEIGHT,
    PLACES,
    REMEMBERED,
    TABLE,
    source_fields,
)
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.samples import SampleSource, TableSource, table_columns
from napari_rocks2net.samples.columns import likely_section_column, property_columns, section_columns
from napari_rocks2net.untrusted import is_file, is_folder


class SourceForm(NamedFields):
    """Chooses the samples of a training.

    Attributes
    ----------
    container : magicgui.widgets.Container
        What to show.
    changed : psygnal.SignalInstance
        Emitted when other samples are meant.
    """

    changed = Signal()

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        self._viewer = viewer
        self._quiet = False
        # Kept here: magicgui asks again for the choices of a form that gets a parent.
        self._offered: dict[str, tuple[str, ...]] = {"property": (), "group": ()}
        self.fields = source_fields(self._layer_choices, self._offered)
        self.container: Container[Any] = Container(widgets=list(self.fields.values()))
        self.layers.native.setMaximumHeight(LIST_HEIGHT)
        self.regions_on.native.setWordWrap(True)
        allow_shrinking(self.container)
        self._restore()
        self._connect()
        self.refresh()

    def source(self) -> SampleSource:
        """Return what is chosen.

        Raises
        ------
        ValueError
            If something is not chosen yet; the sentence says what.
        """
        kind = self.kind.value
        if kind == LAYERS:
            source = layer_source(self._viewer, self._chosen_layers(), self._chosen_property())
            self.regions_on.value = str(source) or "none"
            return source
        if kind == ANNOTATE:
            session = self.session()
            if session is None:
                raise ValueError("No collection is open in the Annotate widget; open one, or choose a file.")
            return CollectionSource(Path(session.path), self._chosen_property())
        path = self._path()
        if kind == COLLECTION:
            return CollectionSource(path, self._chosen_property())
        if kind == FOLDER:
            return TableSource(path, None, self.pattern.value.strip() or None)
        group = self.group.value
        return TableSource(path, self._chosen_property(), None if group == EVERY_IMAGE else group)

    def property_name(self) -> str:
        """Return what is trained, for the name of the run; of a folder of classes its own name."""
        return str(self.property.value or Path(str(self.folder.value)).name)

    def use_layers(self, layers: Iterable[Layer]) -> None:
        """Choose annotated layers; all that are annotated if none of these is."""
        self.kind.value = LAYERS
        ids = {str(layer.unique_id) for layer in layers}
        choices = list(self.layers.choices)
        self.layers.value = [value for value in choices if value in ids] or choices

    def session(self) -> CollectionSession | None:
        """Return the collection that is open in this viewer's Annotate widget."""
        return open_collection(self._viewer)

    def refresh(self, event: object = None) -> None:
        """Show the fields of the chosen kind, with their current choices."""
        if self._quiet:
            return
        self._quiet = True
        try:
            self._show_fields()
            refresh_choices(self.layers)
            self._offer_columns()
        finally:
            self._quiet = False
        self._notify()

    def close(self) -> None:
        """Follow the viewer no more."""
        self._viewer.layers.events.disconnect(self._layers_changed)

    def _layers_changed(self, event: Any) -> None:
        """Follow which layers there are and which image the regions are on: one event tells of everything."""
        if self.kind.value != LAYERS:
            return
        if event.type in ("inserted", "removed", "renamed", "reordered"):
            self.refresh()
        elif event.type == "visible":
            self._notify()

    def _show_fields(self) -> None:
        visible = FIELDS_OF[self.kind.value]
        for name in {name for names in FIELDS_OF.values() for name in names}:
            getattr(self, name).visible = name in visible
        self.property.visible = self.kind.value != FOLDER
        session = self.session() if self.kind.value == ANNOTATE else None
        self.opened.value = Path(session.path).name if session else "none is open"

    def _offer_columns(self) -> None:
        if self.kind.value == TABLE:
            columns = table_columns(Path(str(self.table.value)))
            self._offer("group", (EVERY_IMAGE, *section_columns(columns)), likely_section_column(columns))
            self._offer("property", property_columns(columns, self.group.value), None)
        else:
            self._offer("property", self._properties(), None)

    def _properties(self) -> tuple[str, ...]:
        if self.kind.value == LAYERS:
            return layer_properties(self._viewer.layers)
        collection, session = None, self.session()
        if self.kind.value == ANNOTATE:
            collection = session.collection if session else None
        else:
            # What is wrong is said as a sentence when the samples are read.
            with suppress(ValueError, OSError):
                collection = read_collection(Path(str(self.collection.value)))
        return tuple(each.property for each in collection.vocabularies) if collection else ()

    def _chosen_property(self) -> str:
        if not self.property.value:
            raise ValueError("No property is chosen; choose what the model is to learn.")
        return str(self.property.value)

    def _path(self) -> Path:
        field: FileEdit = getattr(self, FIELDS_OF[self.kind.value][0])
        path = Path(str(field.value))
        if not path.name or not (is_file(path) or is_folder(path)):
            raise ValueError(f"Choose the {PLACES[self.kind.value]} that has the samples.")
        return path

    def _layer_choices(self) -> list[tuple[str, str]]:
        layers = (layer for layer in self._viewer.layers if layer_properties([layer]))
        return [(layer.name, str(layer.unique_id)) for layer in layers]

    def _chosen_layers(self) -> list[Any]:
        chosen = set(self.layers.value)
        layers = [layer for layer in self._viewer.layers if str(layer.unique_id) in chosen]
        if not layers:
            raise ValueError("No layer is chosen; choose labelled images or layers with regions.")
        # A region lies on an image, which need not be labelled itself.
        return layers

    def _connect(self) -> None:
        for field in (self.kind, self.table, self.collection, self.folder):
            field.changed.connect(self.refresh)
        self.group.changed.connect(self.refresh)
        for other in (self.property, self.pattern, self.layers):
            other.changed.connect(self._notify)
        self._viewer.layers.events.connect(self._layers_changed)

    def _notify(self, event: object = None) -> None:
        if self._quiet:
            return
        values = {name: str(getattr(self, name).value or "") for name in REMEMBERED}
        preferences.remember(preferences.TRAINING_SOURCE, values)
        self.changed.emit()

    def _restore(self) -> None:
        remembered = preferences.remembered_values(preferences.TRAINING_SOURCE)
        if self.session() is not None:
            # Whoever has a collection open has annotated it to train on it.
            self.kind.value = ANNOTATE
        elif remembered.get("kind") in KINDS:
            self.kind.value = remembered["kind"]
        for name in ("table", "collection", "folder"):
            path = Path(str(remembered.get(name, "")))
            if path.name and (is_file(path) or is_folder(path)):
                getattr(self, name).value = remembered[name]
        self.pattern.value = str(remembered.get("pattern", ""))
        self._quiet = True
        self._offer_columns()
        annotator = open_annotator(self._viewer) if self.kind.value == ANNOTATE else None
        # What is labelled now is what one wants to train on.
        likely = remembered if annotator is None else remembered | {"property": annotator.property_name}
        for name in ("group", "property"):
            if likely.get(name, "") in getattr(self, name).choices:
                getattr(self, name).value = likely[name]
        self._quiet = False

    def _offer(self, name: str, choices: tuple[str, ...], likely: str | None) -> None:
        """Offer choices; what was chosen stays if it is among them."""
        field: ComboBox = getattr(self, name)
        # Another table has other columns: its section is looked for again.
        stale = field.value == EVERY_IMAGE and choices != self._offered[name]
        before = None if stale else field.value
        self._offered[name] = choices
        field.reset_choices()
        for value in (before, likely, *choices[:1]):
            if value is not None and value in choices:
                field.value = value
                return
