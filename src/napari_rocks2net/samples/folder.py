"""Folders of images: one folder per class, or the unlabelled images that a network is adapted to."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from napari_rocks2net.imaging import list_images
from napari_rocks2net.imaging.folders import is_system_folder
from napari_rocks2net.samples.columns import FRAME_COLUMNS
from napari_rocks2net.samples.errors import SampleError
from napari_rocks2net.samples.parts import PART_WORDS
from napari_rocks2net.samples.rows_of_fields import fields_by_name, rows_by_field, table_of_rows
from napari_rocks2net.samples.sample_row import SampleRow
from napari_rocks2net.samples.section_pattern import DEFAULT_SECTION_PATTERN, search_section
from napari_rocks2net.samples.table import SampleTable
from napari_rocks2net.untrusted import is_folder
from napari_rocks2net.views.lights import light_of

logger = logging.getLogger(__name__)

PICTURE_WORDS = frozenset(
    {"image", "images", "img", "imgs", "photo", "photos", "mask", "masks", "label", "labels", "annotations"}
)
"""What folders of a segmentation are called."""


def samples_of_folder(folder: Path, property: str | None, group: str | None) -> SampleTable:
    r"""Read a folder with one folder per class.

    Parameters
    ----------
    folder : Path
        The folder; those of the classes are searched to any depth.
    property : str, optional
        What the rock property is called; by default as the folder.
    group : str, optional
        A regular expression with one bracketed part, such as ``r"sample_(\d+)_"``, that finds the thin
        section in the path below the class folder; without it every file is a thin section of its own.

    Returns
    -------
    SampleTable
        One row an image, which is a sample as a whole; images that their names tell to be views of one field
        in several lights are one sample.

    Raises
    ------
    SampleError
        When there is no image, the folders are parts of a split or lights, the expression is none, or it does
        not fit a file.
    """
    name = property or (folder.name if folder.name not in FRAME_COLUMNS else "class")
    rows = [
        row
        for class_folder in sorted(folder.iterdir())
        if class_folder.is_dir() and not is_system_folder(class_folder.name)
        for row in _rows_of_class(class_folder, name, group)
    ]
    if not rows:
        raise SampleError(f"{folder} has no folder with images in it; make one folder per class.")
    _require_classes(folder, {label for row in rows for label in row.labels.values()})
    if views := [row.field for row in rows if row.field]:
        logger.warning(
            "By their names %d photos are views of %d fields in several lights; each field is one sample.",
            len(views),
            len(set(views)),
        )
    files = [Path(row.file).relative_to(folder).as_posix() for row in rows]
    if group is None:
        _warn_of_sections([Path(row.file) for row in rows_by_field(rows)])
    return table_of_rows(rows_by_field(rows), [name], files)


def _require_classes(folder: Path, names: set[str]) -> None:
    """Refuse folders that other programs call so, but that are no classes."""
    what, instead = "", ""
    if {name.casefold() for name in names} <= PART_WORDS:
        what, instead = "parts of a split", "name the folder of one part, which has a folder for each class"
    elif len(names) > 1 and all(map(light_of, names)):
        what, instead = "lights", "give a CSV with the columns file, light and one for the labels"
    elif len(names) > 1 and {name.casefold() for name in names} <= PICTURE_WORDS:
        what, instead = (
            "photos and label images",
            "give a CSV with a column file and one for the labels",
        )
    if what:
        listed = ", ".join(sorted(names))
        raise SampleError(
            f"The folders of {folder} ({listed}) are {what} by their names, not classes: {instead}."
        )


def _warn_of_sections(files: Sequence[Path]) -> None:
    """Warn of photos that by their names share a thin section, where every photo counts as one."""
    by_section: dict[Path, list[str]] = {}
    for file in files:
        section = search_section(DEFAULT_SECTION_PATTERN, file.name) or file.name
        by_section.setdefault(file.with_name(section) if section != file.stem else file, []).append(file.name)
    if len(by_section) == len(files):
        return
    example, photos = next(each for each in by_section.items() if len(each[1]) > 1)
    pattern = "(" + re.sub(r"\d+", r"\\d+", re.escape(example.name)) + ")"
    fits = all(search_section(pattern, file.name) for file in files)
    logger.warning(
        "Every photo counts as a thin section of its own, but by their names %d photos are of %d sections: "
        "%s are both of %s. Photos of one section in training and test make the accuracy too high: give the "
        "pattern of the section%s.",
        len(files),
        len(by_section),
        " and ".join(photos[:2]),
        example.name,
        f", such as {pattern}" if fits else "",
    )


def _rows_of_class(class_folder: Path, property: str, group: str | None) -> list[SampleRow]:
    files = list_images(class_folder)
    below = [file.relative_to(class_folder).as_posix() for file in files]
    rows = [
        SampleRow(str(file), _section_of(name, group), {property: class_folder.name})
        for file, name in zip(files, below, strict=True)
    ]
    return [
        replace(row, field=f"{class_folder.name}/{row.field}") if row.field else row
        for row in fields_by_name(rows, below)
    ]


def target_images(folder: str | Path | None) -> list[str]:
    """List the unlabelled images of a training, to any depth of their folder and sorted by path.

    Parameters
    ----------
    folder : str or Path, optional
        None has no images.

    Raises
    ------
    SampleError
        When the folder is not there or holds no image.
    """
    if folder is None:
        return []
    if not is_folder(folder):
        raise SampleError(f"The target {folder} is no folder; name the folder of the unlabelled images.")
    images = list_images(folder)
    if not images:
        raise SampleError(f"The target {folder} holds no image; put the unlabelled images there.")
    return [str(image) for image in images]


def _section_of(below: str, pattern: str | None) -> str:
    """Return the thin section that a path below a class folder names, empty without a pattern."""
    if pattern is None:
        return ""
    section = search_section(pattern, below)
    if not section:
        raise SampleError(f"The section pattern {pattern!r} does not occur in {below!r}; change the pattern.")
    return section
