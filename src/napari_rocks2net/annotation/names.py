"""Names of properties, classes and thin sections, and colours: checked."""

from __future__ import annotations

import re

from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.samples.columns import is_reserved
from napari_rocks2net.untrusted import is_visible


def checked_name(name: str, kind: str) -> str:
    """Return a name that survives every table and file.

    Parameters
    ----------
    name : str
        What the person typed; spaces around it are taken off.
    kind : str
        What is named, for the message: "class", "property", "thin section".

    Raises
    ------
    CollectionError
        When it is no text, empty, or holds a line break or another character that cannot be seen.
    """
    if not isinstance(name, str) or not name.strip():
        raise CollectionError(f"The name of a {kind} cannot be {name!r}; give it a word.")
    name = name.strip()
    if not all(map(is_visible, name)):
        raise CollectionError(f"The name {name!r} of a {kind} holds characters that no one can see; type it.")
    return name


def checked_property(name: str) -> str:
    """Return the name of a rock property.

    Raises
    ------
    CollectionError
        When it is no name, or that of a column with another meaning in the training table.
    """
    name = checked_name(name, "property")
    if is_reserved(name):
        raise CollectionError(
            f"A property cannot be named {name!r}, which is a column of the training table; choose "
            "another name."
        )
    return name


def is_colour(text: str) -> bool:
    """Tell whether a text is a colour "#rrggbb"."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def checked_colour(colour: str) -> str:
    """Return a colour "#rrggbb" in small letters.

    Raises
    ------
    CollectionError
        When it is written in another way.
    """
    if not isinstance(colour, str) or not is_colour(colour):
        raise CollectionError(
            f"The colour {colour!r} cannot be read; write it as '#rrggbb', such as '#ffc33b'."
        )
    return colour.lower()
