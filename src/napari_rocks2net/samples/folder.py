"""Folders of images: one folder per class, or the unlabelled images that a network is adapted to."""

from __future__ import annotations

from pathlib import Path

from napari_rocks2net.imaging import list_images
from napari_rocks2net.samples.columns import FRAME_COLUMNS
from napari_rocks2net.samples.section_pattern import search_section
from napari_rocks2net.samples.table import SampleError, SampleTable, table_from_rows
from napari_rocks2net.untrusted import is_folder


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
        One row an image, which is a sample as a whole.

    Raises
    ------
    SampleError
        When there is no image, or the expression is none or does not fit a file.
    """
    import pandas as pd

    name = property or (folder.name if folder.name not in FRAME_COLUMNS else "class")
    rows = [
        {"file": str(file), name: class_folder.name, "group": _folder_group(file, class_folder, group)}
        for class_folder in sorted(folder.iterdir())
        if class_folder.is_dir() and not class_folder.name.startswith(".")
        for file in list_images(class_folder)
    ]
    if not rows:
        raise SampleError(f"{folder} has no folder with images in it; make one folder per class.")
    return table_from_rows(pd.DataFrame(rows), name)


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


def _folder_group(file: Path, class_folder: Path, pattern: str | None) -> str:
    below = file.relative_to(class_folder).as_posix()
    if pattern is None:
        return f"{class_folder.name}/{below}"
    section = search_section(pattern, below)
    if not section:
        raise SampleError(f"The section pattern {pattern!r} does not occur in {below!r}; change the pattern.")
    return section
