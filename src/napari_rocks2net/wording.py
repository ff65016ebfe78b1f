"""Numbers in sentences for people."""

from __future__ import annotations


def count_of(number: int, thing: str) -> str:
    """Return "1 image" or "3 images".

    Parameters
    ----------
    number : int
        How many, 0 or more.
    thing : str
        One of them, by a name whose plural ends in s.
    """
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
