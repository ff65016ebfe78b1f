"""Vocabulary: a rock property, its classes and their colours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.names import checked_colour, checked_name, checked_property
from napari_rocks2net.class_colours import class_colours, next_colour
from napari_rocks2net.rock_properties import ROCK_PROPERTIES


@dataclass(frozen=True)
class Vocabulary:
    """A property, its classes in the order of their keys (the first nine have 1 to 9), and their colours.

    Raises
    ------
    CollectionError
        When a name or colour cannot be used, a class comes twice, or the colours are fewer or more.
    """

    property: str
    """What is named, for example ``"grain"``."""
    classes: tuple[str, ...] = ()
    """The names it can take, each once; may be empty while a person makes it up."""
    colours: tuple[str, ...] = ()
    """"#rrggbb", one per class."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What a newer version wrote about it; kept when the collection is saved."""

    def __post_init__(self) -> None:
        classes = tuple(checked_name(name, "class") for name in self.classes)
        for name in classes:
            if classes.count(name) > 1:
                raise CollectionError(
                    f"The class {name!r} of {self.property!r} is there already; choose another name."
                )
        if len(self.colours) != len(classes):
            raise CollectionError(
                f"{self.property!r} has {len(classes)} classes and {len(self.colours)} colours; "
                "give one colour per class."
            )
        object.__setattr__(self, "property", checked_property(self.property))
        object.__setattr__(self, "classes", classes)
        object.__setattr__(self, "colours", tuple(map(checked_colour, self.colours)))
        object.__setattr__(self, "extra", MappingProxyType(dict(self.extra)))

    @classmethod
    def of_classes(cls, property: str, classes: Iterable[str] = ()) -> Vocabulary:
        """Make a vocabulary with default colours, distinct for the colour-blind up to twelve classes.

        Parameters
        ----------
        property : str
            What the classes name.
        classes : iterable of str
            In the order of their keys, each once.

        Raises
        ------
        CollectionError
            When a name cannot be used or a class comes twice.
        """
        names = tuple(classes)
        colours = class_colours(names)
        return cls(property, names, tuple(colours[name] for name in names))

    @classmethod
    def of_property(cls, name: str) -> Vocabulary:
        """Return a built-in property as a vocabulary.

        Raises
        ------
        CollectionError
            When there is no such property.
        """
        if name not in ROCK_PROPERTIES:
            names = ", ".join(map(repr, ROCK_PROPERTIES))
            raise CollectionError(f"There is no built-in property {name!r}; there are {names}.")
        return cls.of_classes(name, ROCK_PROPERTIES[name].classes)

    @classmethod
    def of_model(cls, path: str | Path, property: str | None = None) -> Vocabulary:
        """Return the vocabulary of a model file, from its card (its weights are not read).

        Parameters
        ----------
        path : str or Path
            A model file, or the name of a built-in model.
        property : str, optional
            Of which property; can be left out for a model that names one only.

        Raises
        ------
        ModelFileError
            When the model file cannot be used.
        CollectionError
            When it does not name the property, or several and none is chosen.
        """
        from napari_rocks2net.model_file import read_card, resolve_model

        card = read_card(resolve_model(path))
        chosen = [each for each in card.properties if property in (None, each.name)]
        if len(chosen) != 1:
            names = ", ".join(each.name for each in card.properties)
            raise CollectionError(f"The model {path} names {names}; choose one, not {property!r}.")
        return cls.of_classes(chosen[0].name, chosen[0].classes)

    def colour_of(self, name: str) -> str:
        """Return the colour of a class."""
        return self.colours[self._position(name)]

    def with_class(self, name: str, colour: str | None = None) -> Vocabulary:
        """Return the vocabulary with a class at its end.

        Parameters
        ----------
        name : str
            The new class.
        colour : str, optional
            "#rrggbb"; by default one that no other class has.

        Raises
        ------
        CollectionError
            When the class is there already, or name or colour cannot be used.
        """
        colour = colour or next_colour(self.colours)
        return replace(self, classes=(*self.classes, name), colours=(*self.colours, colour))

    def without_class(self, name: str) -> Vocabulary:
        """Take a class out."""
        at = self._position(name)
        return self._reordered([index for index in range(len(self.classes)) if index != at])

    def renamed(self, old: str, new: str) -> Vocabulary:
        """Return the vocabulary with another name for a class, which keeps its place and colour.

        Parameters
        ----------
        old, new : str
            Its name before and after.

        Raises
        ------
        CollectionError
            When there is no such class, or the new name is taken or cannot be used.
        """
        at = self._position(old)
        return replace(self, classes=(*self.classes[:at], new, *self.classes[at + 1 :]))

    def recoloured(self, name: str, colour: str) -> Vocabulary:
        """Return the vocabulary with another colour for a class.

        Parameters
        ----------
        name : str
            The class.
        colour : str
            "#rrggbb"; other classes may have it too.

        Raises
        ------
        CollectionError
            When there is no such class, or the colour cannot be read.
        """
        at = self._position(name)
        return replace(self, colours=(*self.colours[:at], colour, *self.colours[at + 1 :]))

    def moved(self, name: str, position: int) -> Vocabulary:
        """Return the vocabulary with a class in another place, and so with another key.

        Parameters
        ----------
        name : str
            The class.
        position : int
            From 0, the first, which negative numbers mean too; the last one for larger numbers.

        Raises
        ------
        CollectionError
            When there is no such class.
        """
        at = self._position(name)
        order = [index for index in range(len(self.classes)) if index != at]
        order.insert(max(0, position), at)
        return self._reordered(order)

    def _reordered(self, order: Iterable[int]) -> Vocabulary:
        order = tuple(order)
        return replace(
            self,
            classes=tuple(self.classes[index] for index in order),
            colours=tuple(self.colours[index] for index in order),
        )

    def _position(self, name: str) -> int:
        if name not in self.classes:
            names = ", ".join(map(repr, self.classes)) or "none"
            raise CollectionError(f"{self.property!r} has no class {name!r}; its classes are {names}.")
        return self.classes.index(name)
