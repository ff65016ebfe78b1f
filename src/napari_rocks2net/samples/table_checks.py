"""Checks of a sample table."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.samples.columns import FILE, GROUP, LABEL, PROPERTY, REGION
from napari_rocks2net.samples.errors import SampleError
from napari_rocks2net.samples.fields import sample_numbers
from napari_rocks2net.samples.names_alike import (
    class_form,
    common_endings,
    is_date_by_excel,
    is_placeholder,
    names_alike,
    section_form,
)
from napari_rocks2net.samples.parts import PART_WORDS
from napari_rocks2net.samples.region import area_of
from napari_rocks2net.untrusted import is_file

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.samples.table import SampleTable

logger = logging.getLogger(__name__)

PROGRAMS_WORDS = (
    (is_placeholder, "as programs write cells that hold nothing: empty these if none is meant"),
    (is_date_by_excel, "as Excel writes names such as 2-1, which it takes for dates: correct them if so"),
)


def check_trainable(samples: SampleTable) -> None:
    """Refuse a table no model can be trained and tested on.

    Raises
    ------
    SampleError
        When there is one class only, or a class with a single sample or a single group (its thin section
        cannot be both trained on and tested on).
    """
    for each in samples.properties:
        if len(each.classes) < 2:
            raise SampleError(
                f"All samples of {each.name!r} are {each.classes[0]!r}; training needs two classes or more."
            )
    for (_, label), rows in samples.labels().groupby([PROPERTY, LABEL], sort=False):
        if sample_numbers(rows).max() < 1:
            raise SampleError(f"The class {label!r} has one sample only; add samples or leave the class out.")
        if rows[GROUP].nunique() < 2:
            raise SampleError(
                f"All {sample_numbers(rows).max() + 1} samples of the class {label!r} are of one thin "
                f"section ({rows[GROUP].iloc[0]!r}), so it cannot be both trained on and tested on; "
                "add another section or leave the class out."
            )


def warn_of_programs_words(samples: SampleTable) -> None:
    """Log the classes and sections that are called as programs write an empty cell, or a date."""
    kinds = {"Classes": [name for each in samples.properties for name in each.classes]}
    kinds["Thin sections"] = samples.frame[GROUP].unique().tolist()
    for kind, names in kinds.items():
        for is_called, how in PROGRAMS_WORDS:
            if named := list(filter(is_called, names)):
                logger.warning("%s are called %s, %s.", kind, " and ".join(map(repr, named)), how)


def require_files(files: Sequence[str]) -> None:
    """Refuse image files that are missing."""
    missing = [file for file in files if not is_file(file)]
    if missing:
        raise SampleError(
            f"{len(missing)} of {len(files)} image files are missing, the first is {missing[0]}; a table "
            "names its files relative to itself, or as they are called on this computer."
        )


def require_one_group_a_file(frame: pd.DataFrame) -> None:
    """Refuse an image of two thin sections."""
    groups = frame.groupby(FILE)[GROUP].nunique()
    if (groups > 1).any():
        file = groups.index[groups > 1][0]
        names = ", ".join(map(repr, sorted(frame.loc[frame[FILE] == file, GROUP].unique())))
        raise SampleError(f"{file} is listed in the groups {names}; one image belongs to one thin section.")


def require_one_label_a_picture(
    samples: SampleTable, identical: Mapping[str, str], turned: Mapping[str, str]
) -> None:
    """Refuse samples in which one image or region has two labels of a property.

    Parameters
    ----------
    samples : SampleTable
        The samples.
    identical, turned : mapping of str to str
        A file -> another one that holds the same picture, for a region or, as it is or turned, for the whole;
        see `identical_pictures`.

    Raises
    ------
    SampleError
        With the names of the files and both labels.
    """
    first: dict[Any, tuple[str, str]] = {}
    labels = samples.labels()
    columns = (labels[name] for name in (FILE, REGION, PROPERTY, LABEL))
    for file, region, property, label in zip(*columns, strict=True):
        copies = turned if region is None else identical
        area = area_of(copies.get(file, file), region)
        other_file, other = first.setdefault((area, property), (file, label))
        if other != label and other_file == file:
            both = ", ".join(map(repr, sorted([label, other])))
            raise SampleError(f"{file} is labelled {both}; it can have one label of a property.")
        if other != label:
            how = ", turned" if turned.get(file) != identical.get(file) else ""
            raise SampleError(
                f"{other_file} and {file} are the same picture{how}, labelled {other!r} and {label!r}; "
                "correct one label, or leave one of the files out."
            )


def require_one_part(frame: pd.DataFrame, column: str) -> None:
    """Refuse a thin section or a file in two parts of a split.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of a `SampleTable`.
    column : str
        That of the parts or folds.

    Raises
    ------
    SampleError
        With the name of the first.
    """
    for kind, own in (("thin section", GROUP), ("file", FILE)):
        leaking = frame.groupby(own)[column].nunique() > 1
        if leaking.any():
            name = leaking.idxmax()
            raise SampleError(f"The {kind} {name!r} is in more than one part; keep its samples together.")


def warn_of_parts(path: Path, column: str, rows: Sequence[tuple[str, str, str]]) -> None:
    """Log that a table's column of parts is not followed, and where it contradicts itself.

    Parameters
    ----------
    path : pathlib.Path
        The table.
    column : str
        Its column.
    rows : sequence of tuple
        File, thin section (or nothing) and part of each row.
    """
    parts = list(dict.fromkeys(part for *_, part in rows if part))
    if not parts or not {part.casefold() for part in parts} <= PART_WORDS:
        return
    twice = ""
    for position, kind in ((1, "the thin section"), (0, "the file")):
        own: dict[str, str] = {}
        for row in rows:
            if not twice and row[position] and row[2] and own.setdefault(row[position], row[2]) != row[2]:
                both = f"{own[row[position]]} and {row[2]}"
                twice = f" It contradicts itself: {kind} {row[position]!r} is in {both}."
    logger.warning(
        "The column %r of %s (%s) is not followed: all rows count, and a training splits sections anew.%s",
        column,
        path,
        ", ".join(parts),
        twice,
    )


def warn_of_names_alike(samples: SampleTable) -> None:
    """Log the names of sections and classes that may mean the same."""
    # Files that are sections of their own are named as they are.
    named = [Path(file).name not in group for file, group in samples.frame[[FILE, GROUP]].to_numpy()]
    sections = samples.frame.loc[named, GROUP].unique().tolist()
    alike = {"thin sections": names_alike(sections, section_form)}
    alike |= {f"classes of {each.name}": names_alike(each.classes, class_form) for each in samples.properties}
    if any(alike.values()):
        logger.warning(
            "Names that differ by case, accents, zeros, signs, invisible letters or a word for the light "
            "alone count as different ones; if they are not, correct the labels: %s.",
            "; ".join(f"{kind} {' and '.join(map(repr, names))}" for kind in alike for names in alike[kind]),
        )
    if not alike["thin sections"] and (endings := common_endings(sections)):
        logger.warning(
            "Most thin sections stand there several times, with %s at the end of their names: if these are "
            "lights or other views, call each section by what stands before them.",
            " and ".join(map(repr, endings)),
        )
