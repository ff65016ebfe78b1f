"""Annotator: the actions of a person on the open collection, such as labelling and accepting."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from napari_rocks2net.annotation.image import ACCEPTED, CORRECTED, PERSON, ImageKey
from napari_rocks2net.annotation.open_collection import OpenCollection
from napari_rocks2net.annotation.region_edits import with_labelled_regions
from napari_rocks2net.wording import count_of

Labels = dict[ImageKey, tuple[str | None, str]]
"""Image -> (class or None, origin)."""


class Annotator(OpenCollection):
    """The open collection and every action on it; the keys and the buttons share one."""

    def label(self, name: str | None) -> None:
        """Label the selected regions, else the selected images; None clears their label.

        A class that differs from what a model said is kept as a correction of it, the same class as an
        acceptance of it.
        """
        self.before_change()
        if not self.property_name:
            self.message.emit("There is no class yet: choose what to start from, or add a class.")
        elif self.current is not None and (regions := list(self.selected_regions())):
            self.label_regions({self.current: regions}, name)
        elif keys := self.targets():
            self._label_images(keys, {key: (name, self._origin(key, name)) for key in keys})

    def label_images(self, keys: Sequence[ImageKey], name: str) -> None:
        """Label some images in one step, whatever else is selected.

        Parameters
        ----------
        keys : sequence of ImageKey
            Of the open collection.
        name : str
            A class of the property that is labelled.
        """
        self.before_change()
        if chosen := [key for key in keys if key in self._index]:
            self._label_images(chosen, {key: (name, self._origin(key, name)) for key in chosen})

    def label_regions(self, regions: Mapping[ImageKey, Collection[str]], name: str | None) -> None:
        """Label regions of some images in one step, whatever else is selected.

        Parameters
        ----------
        regions : mapping of ImageKey to collection of str
            Images of the open collection, and the ids of regions in them.
        name : str or None
            A class of the property that is labelled; None clears theirs.
        """
        if regions:
            count = count_of(sum(map(len, regions.values())), "region")
            self.edit(
                lambda open: with_labelled_regions(open, regions, self.property_name, name),
                f"label {count} {name or 'nothing'}",
            )

    def label_number(self, number: int) -> None:
        """Label with the class that has this key, 1 to 9."""
        classes = self.vocabulary.classes if self.vocabulary else ()
        if number <= len(classes):
            self.label(classes[number - 1])
        else:
            self.message.emit(f"No class has the key {number}: there are {len(classes)} classes.")

    def accept(self) -> None:
        """Accept the predictions for the selected images as their labels."""
        self.before_change()
        classes = set(self.vocabulary.classes) if self.vocabulary else set()
        suggestions = {key: each for key in self.targets() if (each := self.suggestion(key))}
        fitting: Labels = {
            key: (each.label, ACCEPTED) for key, each in suggestions.items() if each.label in classes
        }
        foreign = {each.label for each in suggestions.values() if each.label not in classes}
        if foreign:
            self.message.emit(f"The class {min(foreign)!r} is not in the vocabulary: add it first.")
        elif not fitting:
            self.message.emit("There is no prediction to accept: classify the images first.")
        if fitting:
            self._label_images(list(fitting), fitting)

    def remove(self) -> None:
        """Take the selected images out of the collection; their files stay."""
        keys = self.targets()
        count = count_of(len(keys), "image")
        if keys and self.edit(lambda each: each.without_images(keys), f"remove {count} from the collection"):
            self.message.emit(
                f"{count} removed from the collection, no file was touched; Ctrl+Z brings back."
            )

    def targets(self) -> list[ImageKey]:
        """Return the images that a key labels."""
        chosen = [key for key in self.selected if key in self._index]
        return chosen or ([self.current] if self.current is not None else [])

    def _label_images(self, keys: Sequence[ImageKey], labels: Labels) -> None:
        collection = self.collection
        assert collection is not None
        # Before the change: the line may leave the filter or move where the table is sorted by label.
        following = self._next_unlabelled(self.current, skipping=keys)
        for pair in dict.fromkeys(labels.values()):
            chosen = [key for key in keys if labels[key] == pair]
            collection = collection.labelled(chosen, self.property_name, pair[0], origin=pair[1])
        names = {name for name, _ in labels.values()}
        common = next(iter(names)) if len(names) == 1 else "as predicted"
        count = keys[0].file.name if len(keys) == 1 else f"{len(keys)} images"
        if not self.apply(collection, f"label {count}: {common or 'nothing'}"):
            return
        self.message.emit(f"{count}: {common or 'no label'}.")
        if not self.move_on or common is None:
            return
        if following is None:
            self.message.emit(f"Every image that is shown has its {self.property_name} label.")
        else:
            self.selected = ()
            self.show(following)

    def _origin(self, key: ImageKey, name: str | None) -> str:
        suggestion = self.suggestion(key)
        if suggestion is None or name is None:
            return PERSON
        return ACCEPTED if suggestion.label == name else CORRECTED
