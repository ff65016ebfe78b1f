"""Patterns that find the thin section in a name, searched for a bounded time."""

from __future__ import annotations

from functools import lru_cache

import regex

from napari_rocks2net.samples.errors import SampleError

# A pattern in a collection may be a stranger's; a sound one takes microseconds.
LONGEST_SEARCH = 1.0
DEFAULT_SECTION_PATTERN = (
    r"(?i)^(.+?)(?:[\s_.+(\[-]+(?:ppl|xpl|cpl|pp|xp|xn|xpol|ppol|lpna|lpa|\d*gyp|\d+(?:[.,]\d+)?x|x\d+"
    r"|(?:parall?el|cruzad|crossed|gekreuzt|nicol|polari[sz])\w*"
    r"|(?:photo|foto|field|fov|view)[\s_-]*\d+)(?![a-z0-9]).*)?\.[^.]+$"
)
r"""Everything before the light (PPL, XPL, "cruzados", gypsum plate), the magnification (10x) or "photo 3".

``sample_15_10X_PP_2.jpg`` and ``sample_15_2.5X_PP_1.jpg`` are of ``sample_15``. A number alone does not end
the name, because most sections are numbered: ``BOM-24-29.jpg`` is of ``BOM-24-29``.
"""


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
