"""Thin sections, guessed from file names."""

from __future__ import annotations

from pathlib import Path

from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.samples import SampleError
from napari_rocks2net.samples.section_pattern import DEFAULT_SECTION_PATTERN as DEFAULT_SECTION_PATTERN
from napari_rocks2net.samples.section_pattern import compiled_pattern, search_section
from napari_rocks2net.untrusted import is_visible


def guess_section(file: str | Path, pattern: str = DEFAULT_SECTION_PATTERN) -> str:
    """Guess the thin section from a file name.

    Parameters
    ----------
    file : str or Path
        Only its name counts, not its folder: ``ppl/67.jpg`` and ``xpl/67.jpg`` are of one section. Two
        sections taken for one make a test harder than it need be; one taken for two would inflate the score.
    pattern : str
        A regular expression with one bracketed part, searched in the file name with its ending.

    Returns
    -------
    str
        What the bracket matches; the name without its ending where it matches nothing.

    Raises
    ------
    CollectionError
        When the pattern is not a regular expression, has not one bracketed part, or takes for ever.
    """
    # File names may hold what no one can see or type, such as bytes that are no text.
    name = "".join(letter if is_visible(letter) else "_" for letter in Path(file).name)
    try:
        section = search_section(pattern, name)
    except SampleError as error:
        raise CollectionError(str(error)) from error
    return (section or "").strip() or Path(name).stem.strip() or "_"


def check_pattern(pattern: str) -> None:
    """Refuse a section pattern that cannot be used.

    Raises
    ------
    CollectionError
        When it is not a regular expression or has not one bracketed part.
    """
    try:
        compiled_pattern(pattern)
    except SampleError as error:
        raise CollectionError(str(error)) from error
