"""Annotation in progress: a collection, one of its properties and images, and every action on them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from psygnal import Signal

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.image import ORIGINS, AnnotatedImage, ImageKey
from napari_rocks2net.annotation.session import CollectionSession
from napari_rocks2net.annotation.vocabulary import Vocabulary
from napari_rocks2net.model_file import ModelFileError
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.classify import Prediction

Suggestions = dict[tuple[ImageKey, str], "Prediction"]
"""(image, property) -> prediction; the least probable ones are worth a person's look first."""
Labels = dict[ImageKey, tuple[str | None, str]]
"""Image -> (class or None, origin)."""
PERSON, ACCEPTED, CORRECTED = ORIGINS


class Annotator:
    """The state that the table, the layers, the keys and the buttons share.

    Signals
    -------
    collection_changed : (before, after)
        Both are `AnnotationCollection` or None.
    message : (text)
        A sentence for the person.

    Attributes
    ----------
    session : CollectionSession or None
        The open collection's file and its history.
    current : ImageKey or None
        The image that is shown.
    property_name : str
        The property that is labelled; empty while there is none.
    suggestions : dict
        What models say.
    ranks : mapping
        Image -> its place where those most different from the labelled ones come first.
    links : dict
        The images of layers that have no file of their own, by the layer's unique id.
    move_on : bool
        Whether labelling an image shows the next unlabelled one.
    order : callable
        Returns the images in the order in which they are shown.
    selected_regions : callable
        Returns the ids of the selected regions of the current image.
    before_change : callable
        Called before every action, so that what a person drew a moment ago is kept as a step of its own.
    """

    collection_changed = Signal(object, object)
    current_changed = Signal()
    property_changed = Signal()
    suggestions_changed = Signal()
    selection_changed = Signal()
    message = Signal(str)

    def __init__(self) -> None:
        self.session: CollectionSession | None = None
        self.current: ImageKey | None = None
        self.property_name = ""
        self.suggestions: Suggestions = {}
        self.ranks: Mapping[ImageKey, int] = {}
        self.links: dict[str, tuple[ImageKey, ...]] = {}
        self._selected: tuple[ImageKey, ...] = ()
        self.move_on = True
        self.order: Callable[[], Sequence[ImageKey]] = lambda: list(self._index)
        self.selected_regions: Callable[[], Sequence[str]] = lambda: ()
        self.before_change: Callable[[], None] = lambda: None
        self._index: dict[ImageKey, AnnotatedImage] = {}
        self._followed: AnnotationCollection | None = None

    @property
    def collection(self) -> AnnotationCollection | None:
        """The open collection as it is now."""
        return self.session.collection if self.session else None

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The classes of the property that is labelled."""
        vocabularies = self.collection.vocabularies if self.collection else ()
        return next((each for each in vocabularies if each.property == self.property_name), None)

    @property
    def selected(self) -> tuple[ImageKey, ...]:
        """The images that a key labels; empty means the current one."""
        return self._selected

    @selected.setter
    def selected(self, keys: tuple[ImageKey, ...]) -> None:
        """Select images; an empty tuple goes back to the current one."""
        if keys != self._selected:
            self._selected = keys
            self.selection_changed.emit()

    def image(self, key: ImageKey | None) -> AnnotatedImage | None:
        """Return what is known about an image; None if it is not in the collection."""
        return self._index.get(key) if key is not None else None

    def suggestion(self, key: ImageKey | None) -> Prediction | None:
        """Return what a model says about an image and the labelled property."""
        return self.suggestions.get((key, self.property_name)) if key is not None else None

    @property
    def has_suggestions(self) -> bool:
        """Whether a model says anything about the labelled property of any image."""
        return any(name == self.property_name and key in self._index for key, name in self.suggestions)

    def use(self, session: CollectionSession | None) -> None:
        """Annotate another collection, from its first unlabelled image on; None closes the open one."""
        self.before_change()
        self.close()
        self.session = session
        self.selected = ()
        self.show(None)
        if session is not None:
            session.changed.connect(self._follow)
        self._follow()
        self.show(self._next_unlabelled(None) or next(iter(self._index), None))

    def close(self) -> None:
        """Follow the session's changes no more; scripts may go on with it."""
        if self.session is not None:
            self.session.changed.disconnect(self._follow, missing_ok=True)

    def link(self, links: dict[str, tuple[ImageKey, ...]]) -> None:
        """Remember which images layers show, by their unique ids."""
        self.links |= links
        # The image may be shown already; it now has a place to lie in.
        self.current_changed.emit()

    def suggest(self, suggestions: Suggestions, ranks: Mapping[ImageKey, int] | None = None) -> None:
        """Take what models say; earlier answers about other images stay.

        Parameters
        ----------
        suggestions : dict
            (image, property) -> prediction.
        ranks : mapping of ImageKey to int, optional
            In place of the earlier ones.
        """
        ranks = self.ranks if ranks is None else ranks
        if ranks != self.ranks or not suggestions.items() <= self.suggestions.items():
            self.suggestions |= suggestions
            self.ranks = ranks
            self.suggestions_changed.emit()

    def apply(self, collection: AnnotationCollection, action: str) -> bool:
        """Make a change that can be undone and is saved at once; `message` says why if that fails.

        Parameters
        ----------
        collection : AnnotationCollection
            Made from the open one by its edits.
        action : str
            For "Undo ...", such as "label 3 images".

        Returns
        -------
        bool
            Whether it was made; False also where no collection is open.
        """
        return self._apply_change(lambda _: collection, action)

    def edit(self, change: Callable[[AnnotationCollection], AnnotationCollection], action: str) -> bool:
        """Apply an edit to the open collection with all that was drawn on it.

        Parameters
        ----------
        change : callable
            The open collection -> the edited one. A CollectionError that it raises becomes a `message`.
        action : str
            As `apply` takes it.

        Returns
        -------
        bool
            As `apply` returns it.
        """
        self.before_change()
        return self._apply_change(change, action)

    def _apply_change(
        self, change: Callable[[AnnotationCollection], AnnotationCollection], action: str
    ) -> bool:
        applied = False
        with self.errors_as_messages():
            if self.session is not None:
                self.session.apply(change(self.session.collection), action)
                applied = True
        return applied

    @contextmanager
    def errors_as_messages(self) -> Iterator[None]:
        """Say what is wrong with a collection, a model or a file instead of raising it."""
        try:
            yield
        except (CollectionError, ModelFileError, OSError) as error:
            self.message.emit(str(error))

    def choose_property(self, name: str) -> None:
        """Label another property of the collection from now on."""
        if name != self.property_name:
            self.property_name = name
            self.property_changed.emit()

    def show(self, key: ImageKey | None) -> None:
        """Make an image the current one."""
        if key != self.current and (key is None or key in self._index):
            self.current = key
            self.current_changed.emit()

    def show_next(self, step: int = 1) -> None:
        """Show the image `step` lines further down in the order that is shown; stops at both ends."""
        order = list(self.order())
        if not order:
            return
        position = order.index(self.current) + step if self.current in order else 0
        if 0 <= position < len(order):
            self.selected = ()
            self.show(order[position])
        else:
            self.message.emit("This is the last image." if step > 0 else "This is the first image.")

    def label(self, name: str | None) -> None:
        """Label the selected regions, else the selected images; None clears their label.

        A class that differs from what a model said is kept as a correction of it, the same class as an
        acceptance of it.
        """
        self.before_change()
        if not self.property_name:
            self.message.emit("There is no class yet: choose what to start from, or add a class.")
        elif regions := list(self.selected_regions()):
            self._label_regions(regions, name)
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

    def label_regions(self, regions: Mapping[ImageKey, Collection[str]], name: str) -> None:
        """Label regions of some images in one step, whatever else is selected.

        Parameters
        ----------
        regions : mapping of ImageKey to collection of str
            Images of the open collection, and the ids of regions in them.
        name : str
            A class of the property that is labelled.
        """
        self.before_change()

        def labelled(collection: AnnotationCollection) -> AnnotationCollection:
            """Return a collection whose chosen regions have the class."""
            for image in [each for each in collection.images if each.key in regions]:
                chosen = regions[image.key]
                collection = collection.with_regions(
                    image.key,
                    [
                        each.labelled(self.property_name, name) if each.id in chosen else each
                        for each in image.regions
                    ],
                )
            return collection

        if regions:
            self.edit(labelled, f"label {count_of(sum(map(len, regions.values())), 'region')} {name}")

    def label_number(self, number: int) -> None:
        """Label with the class that has this key, 1 to 9."""
        classes = self.vocabulary.classes if self.vocabulary else ()
        if number <= len(classes):
            self.label(classes[number - 1])
        else:
            self.message.emit(f"No class has the key {number}: there are {len(classes)} classes.")

    def accept(self) -> None:
        """Take what the model says about the selected images as their labels."""
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

    def undo(self) -> None:
        """Take back the last change."""
        self._undo_or_redo("undo")

    def redo(self) -> None:
        """Make the change that was taken back last again."""
        self._undo_or_redo("redo")

    def _undo_or_redo(self, way: str) -> None:
        self.before_change()
        session = self.session
        if session is None or not (session.can_undo if way == "undo" else session.can_redo):
            self.message.emit(f"There is nothing to {way}.")
            return
        text, before = session.undo_text if way == "undo" else session.redo_text, self._index
        with self.errors_as_messages():
            session.undo() if way == "undo" else session.redo()
            changed = [key for key, image in self._index.items() if before.get(key) != image]
            if changed and self.current not in changed:
                self.selected = ()
                self.show(changed[0])
            self.message.emit(f"{way.capitalize()}: {text}.")

    def _label_regions(self, ids: Sequence[str], name: str | None) -> None:
        image = self.image(self.current)
        if image is None or self.collection is None:
            return
        regions = tuple(
            each.labelled(self.property_name, name) if each.id in ids else each for each in image.regions
        )
        count = "a region" if len(ids) == 1 else f"{len(ids)} regions"
        self.apply(self.collection.with_regions(image.key, regions), f"label {count} {name or 'nothing'}")

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

    def _next_unlabelled(self, key: ImageKey | None, skipping: Collection[ImageKey] = ()) -> ImageKey | None:
        """Return the first unlabelled image below a line, or from the top again."""
        order, skipping = list(self.order()), set(skipping)
        start = order.index(key) + 1 if key in order else 0
        for each in order[start:] + order[:start]:
            image = self._index.get(each)
            if image and each not in skipping and not any(image.all_labels(self.property_name)):
                return each
        return None

    def _follow(self, *_: object) -> None:
        """Bring everything in line with the collection."""
        before, self._followed = self._followed, self.collection
        images = self.collection.images if self.collection else ()
        self._index = {image.key: image for image in images}
        names = [each.property for each in self.collection.vocabularies] if self.collection else []
        previous = self.property_name
        if previous not in names:
            self.property_name = next(iter(names), "")
        self.collection_changed.emit(before, self._followed)
        if previous != self.property_name:
            self.property_changed.emit()
        if self.current not in self._index:
            self.show(next(iter(self._index), None))
