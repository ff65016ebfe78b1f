"""Choice of the property that is labelled now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QComboBox

if TYPE_CHECKING:
    from napari_rocks2net.annotation.annotator import Annotator


class PropertyChoice(QComboBox):
    """Shows the properties of the open collection; the chosen one is labelled."""

    def __init__(self, annotator: Annotator) -> None:
        super().__init__()
        self._annotator = annotator
        self.setToolTip("The property that is labelled now; a collection can have several.")
        self.textActivated.connect(annotator.choose_property)
        annotator.collection_changed.connect(lambda *_: self.refresh())
        annotator.property_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the properties and which of them is labelled."""
        collection = self._annotator.collection
        names = [each.property for each in collection.vocabularies] if collection else []
        if [self.itemText(row) for row in range(self.count())] != names:
            self.clear()
            self.addItems(names)
        self.setCurrentText(self._annotator.property_name)
