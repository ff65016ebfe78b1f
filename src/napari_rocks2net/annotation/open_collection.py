"""Open collection: its session, the image, property and selection that are shown, what models suggest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING

from psygnal import Signal

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.image import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.storage.session import CollectionSession
from napari_rocks2net.annotation.vocabulary import Vocabulary
from napari_rocks2net.model_file import ModelFileError

if TYPE_CHECKING:
    from napari_rocks2net.classify import Prediction

Suggestions = dict[tuple[ImageKey, str], "Prediction"]
"""(image, property) -> prediction; the least probable ones are worth a person's look first."""


class OpenCollection:
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
        """Return the prediction for an image and the labelled property."""
        return self.suggestions.get((key, self.property_name)) if key is not None else None

    @property
    def has_suggestions(self) -> bool:
        """Whether any image has a prediction for the labelled property."""
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
        """Add predictions; earlier ones for other images stay.

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
        order = self.order()
        if not order:
            return
        position = order.index(self.current) + step if self.current in order else 0
        if 0 <= position < len(order):
            self.selected = ()
            self.show(order[position])
        else:
            self.message.emit("This is the last image." if step > 0 else "This is the first image.")

    def undo(self) -> None:
        """Take back the last change."""
        self._undo_or_redo("undo")

    def redo(self) -> None:
        """Make the change that was taken back last again."""
        self._undo_or_redo("redo")

    def _undo_or_redo(self, direction: str) -> None:
        self.before_change()
        session = self.session
        if session is None or not (session.can_undo if direction == "undo" else session.can_redo):
            self.message.emit(f"There is nothing to {direction}.")
            return
        text, before = session.undo_text if direction == "undo" else session.redo_text, self._index
        with self.errors_as_messages():
            session.undo() if direction == "undo" else session.redo()
            changed = [key for key, image in self._index.items() if before.get(key) != image]
            if changed and self.current not in changed:
                self.selected = ()
                self.show(changed[0])
            self.message.emit(f"{direction.capitalize()}: {text}.")

    def _next_unlabelled(self, key: ImageKey | None, skipping: Collection[ImageKey] = ()) -> ImageKey | None:
        """Return the first unlabelled image below a line, or from the top again."""
        order, skipping = self.order(), set(skipping)
        start = order.index(key) + 1 if key in order else 0
        for each in chain(islice(order, start, None), islice(order, start)):
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
