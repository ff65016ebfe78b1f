"""Patterns of a person's own that find the thin section in a name, searched for a bounded time."""

from __future__ import annotations

from functools import lru_cache

import regex

from napari_rocks2net.samples.errors import SampleError

# A pattern in a collection may be a stranger's; a sound one takes microseconds.
LONGEST_SEARCH = 1.0


def search_section(pattern: str, name: str) -> str | None:
    """Return what the bracket of a section pattern matches in a name.

    None where the pattern does not occur or its bracket takes no part.

    Parameters
    ----------
    pattern : str
        See `compiled_pattern`; searched anywhere in the name.
    name : str
        A file name or path.

    Raises
    ------
    SampleError
        When the pattern cannot be used, or takes longer than a second.
    """
    try:
        match = compiled_pattern(pattern).search(name, timeout=LONGEST_SEARCH)
    except (TimeoutError, MemoryError) as error:
        raise SampleError(
            f"The section pattern {pattern!r} takes too long for the name {name!r}; write a simpler one."
        ) from error
    section: str | None = match.group(1) if match else None
    return section


@lru_cache(maxsize=64)
def compiled_pattern(pattern: str) -> regex.Pattern[str]:
    """Compile a section pattern, or say what is wrong with it.

    Raises
    ------
    SampleError
        When it is not a regular expression or has not one bracketed part.
    """
    try:
        compiled = regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise SampleError(f"The section pattern {pattern!r} is not a regular expression: {error}.") from error
    if compiled.groups != 1:
        raise SampleError(
            f"The section pattern {pattern!r} has {compiled.groups} bracketed parts; give it one, around "
            r"what names the section, such as '(sample_\d+)'."
        )
    return compiled
