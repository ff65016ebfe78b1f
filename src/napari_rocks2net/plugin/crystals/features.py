"""The features of a Labels layer as a table by label: columns of ours beside columns of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from napari.layers import Labels, Layer
from qtpy.QtCore import QObject, Signal

from napari_rocks2net.crystals.measuring.columns import UNIT
from napari_rocks2net.samples.columns import CLASS
from napari_rocks2net.undo_stack import UndoStack

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.plugin.layers.plane import ImagePlane


# napari's name of the column that says which label a row is about.
INDEX = "index"
BY_MODEL, HAND = CLASS, "class_by_hand"


@dataclass
class LayerNotes:
    """Notes about a layer of crystals, whoever made it; the layer itself carries none."""

    image: str | None = None  # Unique id of the image that a person chose for the crystals.
    columns: dict[str, list[str]] = field(default_factory=dict)
    """Which columns each step has written, so that running it again leaves no stale one."""
    picture: ImagePlane | None = None  # That the crystals were found in.
    colours: Any = None  # The colours that the layer had before it was coloured by class.


_notes: WeakKeyDictionary[Layer, LayerNotes] = WeakKeyDictionary()


def notes_of(layer: Layer) -> LayerNotes:
    """Return the notes about a layer, to be read and written; a duplicate begins with its original's."""
    # Plugins get napari's objects in a wrapper, which nothing holds.
    layer = getattr(layer, "__wrapped__", layer)
    if layer not in _notes:
        parent = layer.source.parent() if layer.source.parent else None
        _notes[layer] = replace(_notes[parent]) if parent in _notes else LayerNotes()
    return _notes[layer]


def features_by_label(layer: Labels) -> pd.DataFrame:
    """Return a copy of the features with the labels as index.

    Without a column "index" napari takes the number of a row for its label.
    """
    features = layer.features
    if INDEX in features:
        return features.drop_duplicates(INDEX).set_index(INDEX)
    return features.copy()


def manual_classes(layer: Labels) -> dict[int, str]:
    """Return the class that a person gave to each crystal, for those that have one."""
    return _texts(features_by_label(layer), HAND)


def effective_classes(layer: Labels) -> dict[int, str]:
    """Return the class of each crystal that has one: a person's word counts before the model's."""
    features = features_by_label(layer)
    return _texts(features, BY_MODEL) | _texts(features, HAND)


def measurement_unit(layer: Labels) -> str:
    """Return the unit of length in which a layer's crystals were measured last."""
    units = _texts(features_by_label(layer), UNIT).values()
    return next(iter(units), "pixel")


def _texts(features: pd.DataFrame, column: str) -> dict[int, str]:
    """Return the texts of a column by label, without empty ones."""
    if column not in features:
        return {}
    texts = features[column].fillna("").astype(str)
    return {int(label): text for label, text in texts.items() if text}


def write_features(layer: Labels, step: str, table: pd.DataFrame) -> None:
    """Write the columns of a step, in place of those that the same step wrote before.

    Rows of labels that are not in the table stay where something else is said about them.
    """
    notes, others = notes_of(layer), features_by_label(layer)
    others = others.drop(columns=[*notes.columns.get(step, ()), *table.columns], errors="ignore")
    notes.columns = {**notes.columns, step: list(table.columns)}
    _set(layer, _joined(table, others, {column for each in notes.columns.values() for column in each}))


def _joined(table: pd.DataFrame, others: pd.DataFrame, own: set[str]) -> pd.DataFrame:
    """Put tables side by side; a label about which only we say something is gone with the crystal."""
    foreign = others[[column for column in others if column not in own]]
    filled = foreign.notna() & (foreign.astype(str) != "")
    stays = others.index.isin(table.index)
    if len(foreign.columns):
        stays = stays | filled.any(axis=1)
    joined = table.join(others[stays], how="outer").sort_index()
    if HAND in joined:
        joined[HAND] = joined[HAND].fillna("")
    return joined


def write_classes(layer: Labels, classes: Mapping[int, str]) -> None:
    """Write what a person calls crystals, by label; rows that are missing are added, none is taken away."""
    import pandas as pd

    features, named = features_by_label(layer), {**manual_classes(layer), **classes}
    joined = features.reindex(features.index.union(list(named)))
    joined[HAND] = pd.Series(named, dtype=object).reindex(joined.index).fillna("")
    _set(layer, joined)


def _set(layer: Labels, table: pd.DataFrame) -> None:
    layer.features = table.rename_axis(INDEX).reset_index()


class Naming(NamedTuple):
    """The classes of some crystals of a layer, before and after."""

    layer: Labels
    before: dict[int, str]
    after: dict[int, str]


class ManualClasses(QObject):
    """Gives classes to crystals and takes them back.

    Attributes
    ----------
    namings : UndoStack of Naming
        What can be taken back, and done again.

    Signals
    -------
    changed : (Labels)
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.namings: UndoStack[Naming] = UndoStack()

    def give(self, layer: Labels, labels: Iterable[int], name: str) -> None:
        """Give a class to crystals; an empty name takes theirs away."""
        now = manual_classes(layer)
        before = {label: now.get(label, "") for label in labels}
        after = dict.fromkeys(before, name)
        if before != after:
            self.namings.add(Naming(layer, before, after))
            self._write(layer, after)

    def rename(self, layers: Iterable[Labels], old: str, new: str) -> None:
        """Give every crystal of a class another one, in all layers."""
        for layer in layers:
            labels = [label for label, name in manual_classes(layer).items() if name == old]
            if labels:
                self._write(layer, dict.fromkeys(labels, new))
        # What was done with the old name cannot be done again.
        self.namings.clear()

    def undo(self) -> None:
        """Take the last change back."""
        self.namings.undo(lambda naming: self._write(naming.layer, naming.before))

    def redo(self) -> None:
        """Do again what was taken back last."""
        self.namings.redo(lambda naming: self._write(naming.layer, naming.after))

    def _write(self, layer: Labels, classes: Mapping[int, str]) -> None:
        write_classes(layer, classes)
        self.changed.emit(layer)
