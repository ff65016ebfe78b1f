"""Table of a collection's images: what each cell shows, sorts by and is filtered by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from napari_rocks2net.annotation.image import PERSON, AnnotatedImage

if TYPE_CHECKING:
    from napari_rocks2net.classify import Prediction

PREVIEW, NAME, LABEL, PREDICTION, SECTION, REGIONS, STATE, FIRST_OTHER = range(8)
"""Columns; from the last on, one for each property that is not labelled now."""
ALL, UNLABELLED, LABELLED, UNSURE, DIFFERENT, DISAGREEING, MISSING = (
    "All images",
    "Unlabelled",
    "Labelled",
    "Least sure first",
    "Most different first",
    "Label and prediction differ",
    "Missing files",
)
FILTERS = (ALL, UNLABELLED, LABELLED, UNSURE, DIFFERENT, DISAGREEING, MISSING)
# Those without a prediction come last, not first.
NO_PROBABILITY = 2.0


@dataclass(frozen=True)
class ListedImage:
    """An image as the table lists it."""

    image: AnnotatedImage
    property_name: str  # The one that is labelled now.
    others: tuple[str, ...] = ()  # The other properties of the collection.
    suggestion: Prediction | None = None  # What a model says about the image and the property.
    rank: int | None = None  # Its place where those most different from the labelled ones come first.
    missing: bool = False  # Whether the file was not there when it was last looked for.
    # The lights of the field that it is a view of, such as "PPL + XPL 45°"; empty for a photo by itself.
    views: str = ""

    @property
    def label(self) -> str | None:
        """The class of the whole image."""
        return self.image.labels.get(self.property_name)

    def text(self, column: int) -> str:
        """Return what a cell shows."""
        if column >= FIRST_OTHER:
            return self.image.labels.get(self.others[column - FIRST_OTHER], "")
        texts = {
            NAME: f"{self.image.name} ({self.views})" if self.views else self.image.name,
            LABEL: self.label or "",
            PREDICTION: str(self.suggestion or ""),
            SECTION: self.image.section,
            REGIONS: self._labelled_regions(),
            STATE: self._state(),
        }
        return texts.get(column, "")

    def sort_value(self, column: int) -> str | float:
        """Return what a cell is sorted by."""
        if column == PREVIEW:
            return float("inf") if self.rank is None else self.rank
        if column == PREDICTION:
            return self.suggestion.probability if self.suggestion else NO_PROBABILITY
        return len(self.image.regions) if column == REGIONS else self.text(column).casefold()

    def coloured_class(self, column: int) -> tuple[str, str] | None:
        """Return the property and class whose colour a cell shows."""
        if column == PREDICTION:
            return (self.property_name, self.suggestion.label) if self.suggestion else None
        if column == LABEL:
            return self.property_name, self.text(column)
        return (self.others[column - FIRST_OTHER], self.text(column)) if column >= FIRST_OTHER else None

    def tip(self, column: int) -> str:
        """Return the tooltip of a cell."""
        if column == PREDICTION and self.suggestion and self.suggestion.trained_on:
            return f"{self.text(column)}: the model was trained on this photo"
        if column not in (PREVIEW, NAME):
            return self.text(column)
        note = " is missing; its labels are kept and count again when it is back." if self.missing else ""
        return f"{self.image.file}{note}"

    def passes(self, kind: str) -> bool:
        """Return whether a filter, one of `FILTERS`, shows the image."""
        label, suggestion = self.label, self.suggestion
        answers = {
            ALL: True,
            UNLABELLED: label is None,
            LABELLED: label is not None,
            UNSURE: label is None and suggestion is not None,
            DIFFERENT: label is None and self.rank is not None,
            DISAGREEING: label is not None and suggestion is not None and suggestion.label != label,
            MISSING: self.missing,
        }
        return answers[kind]

    def holds(self, text: str) -> bool:
        """Return whether the name, section or a class holds a text, given in small letters."""
        words = (self.image.name, self.image.section, *self.image.labels.values())
        return not text or any(text in word.casefold() for word in words)

    def _labelled_regions(self) -> str:
        count = len(self.image.regions)
        labelled = sum(self.property_name in region.labels for region in self.image.regions)
        return "" if not count else str(count) if labelled == count else f"{labelled} of {count}"

    def _state(self) -> str:
        if self.missing:
            return "missing"
        if self.label is not None:
            origin = self.image.origins[self.property_name]
            return "labelled" if origin == PERSON else origin
        return "predicted" if self.suggestion else ""
