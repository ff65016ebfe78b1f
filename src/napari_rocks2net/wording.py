"""Wording of sentences for people: numbers, durations, lists of names, files that cannot be used."""

from __future__ import annotations

from collections.abc import Sequence

LOADING_MODEL = "Loading the model"
"""What a job says while it loads a model."""


def count_of(number: int, noun: str) -> str:
    """Return "1 image" or "3 images".

    Parameters
    ----------
    number : int
        How many, 0 or more.
    noun : str
        One of them, by a name whose plural ends in s.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def first_of(names: Sequence[object], most: int, separator: str = ", ") -> str:
    """Return the first names of a list, such as "a, b and 4 more".

    Parameters
    ----------
    names : sequence
        Of any length; each as its text.
    most : int
        How many are written out.
    separator : str
        Between the names.
    """
    listed = separator.join(map(str, names[:most]))
    return listed if len(names) <= most else f"{listed} and {len(names) - most} more"


def percent(share: float) -> str:
    """Return a share of 0..1 as "80 %"."""
    return f"{100 * share:.0f} %"


def duration(seconds: float) -> str:
    """Return a duration in words, such as "8 s", "3 min 20 s" or "2 h 5 min"; at least "1 s"."""
    whole = max(round(seconds), 1)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def unreadable(path: object, error: OSError) -> str:
    """Return the sentence for a file that the system does not let read.

    Parameters
    ----------
    path : path-like
        The file.
    error : OSError
        What reading it raised.
    """
    return f"{path} cannot be read ({error.strerror or error}); check the path."


def unwritable(path: object, error: Exception) -> str:
    """Return the sentence for a file or folder that the system does not let write.

    Parameters
    ----------
    path : path-like
        The file or folder.
    error : Exception
        What writing it raised.
    """
    return f"{path} cannot be written ({getattr(error, 'strerror', None) or error}); choose another folder."


def first_line(error: Exception) -> str:
    """Return the first line of a library's message without its stop, the error's name where it has none."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
