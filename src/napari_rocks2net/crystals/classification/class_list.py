"""Class list of a person who names crystals by the keys 1 to 9: classes added and renamed."""

from __future__ import annotations

MOST_CLASSES = 9


class ClassNameError(ValueError):
    """A list of classes cannot be changed so; the message says why."""


def with_class(classes: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the classes and another one.

    Parameters
    ----------
    classes : tuple of str
        In the order of their keys, at most nine.
    name : str
        Of the class to add; blanks around it are left out.

    Raises
    ------
    ClassNameError
        When it has no name, is there already, or there is no key left for it.
    """
    name = name.strip()
    if not name:
        raise ClassNameError("The class has no name; type one.")
    if name.casefold() in (each.casefold() for each in classes):
        raise ClassNameError(f"There is a class {name!r} already.")
    if len(classes) >= MOST_CLASSES:
        raise ClassNameError(f"There are {MOST_CLASSES} classes, one for each key; remove one first.")
    return (*classes, name)


def renamed(classes: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    """Return the classes with another name for one of them, which keeps its key.

    Parameters
    ----------
    classes : tuple of str
        In the order of their keys.
    old, new : str
        The name now and afterwards.

    Raises
    ------
    ClassNameError
        When the new name is empty or taken.
    """
    others = tuple(name for name in classes if name != old)
    name = with_class(others, new)[-1]
    return tuple(name if each == old else each for each in classes)
