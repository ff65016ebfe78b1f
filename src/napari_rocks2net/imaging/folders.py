"""Image files in folders, linked ones too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from napari_rocks2net.imaging.formats import IMAGE_SUFFIXES, image_problem
from napari_rocks2net.imaging.own_outputs import is_own_output
from napari_rocks2net.wording import count_of, first_of

MOST_NAMED = 5
# Folders of systems and programs, as are those that begin with a dot: thumbnails, halves of files, trash.
NO_PHOTOS = frozenset({"@eadir", "__macosx", "$recycle.bin", "system volume information", "#recycle"})
# What a training writes of layers and crystals, and what lies beside it in the folder of a run.
RUN_IMAGES, RUN_FILES = "layer_images", ("config.json", "samples.csv")


def is_image_file(path: str | Path) -> bool:
    """Tell by its name whether a file, and no hidden one, is an image that `read_image` can be tried on."""
    path = Path(path)
    return path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".") and path.is_file()


def is_system_folder(name: str) -> bool:
    """Tell by its name whether a folder is of a system or program, such as thumbnails and trash."""
    return name.startswith(".") or name.lower() in NO_PHOTOS


def _is_of_run(folder: Path) -> bool:
    """Tell whether a folder holds the pictures that a training cut out of photos for itself."""
    return folder.name == RUN_IMAGES and all((folder.parent / name).is_file() for name in RUN_FILES)


def list_images(folder: str | Path) -> list[Path]:
    """List the image files of a folder and its subfolders, sorted by path.

    Links to other folders are followed, each folder is searched once. Results of this program, such as
    overlays and what a training cut out of photos, are no photos, nor is what lies in hidden folders and
    those of systems.
    """
    return sorted(path for path in _files(Path(folder)) if is_image_file(path) and not is_own_output(path))


def passed_over(folder: str | Path) -> list[tuple[Path, str]]:
    """List what a person may take for photos in a folder and `list_images` leaves out.

    Returns
    -------
    list of tuple
        File or unreadable folder, and why; sorted by path.
    """
    locked: list[tuple[Path, str]] = []
    reasons = [
        (path, "result of this program" if is_own_output(path) else image_problem(path))
        for path in _files(Path(folder), locked)
    ]
    return sorted(locked + [(path, reason) for path, reason in reasons if reason])


def passed_over_sentence(folder: str | Path) -> str | None:
    """Return one line that names what `list_images` leaves out of a folder.

    Returns
    -------
    str or None
        Such as "2 files passed over: a.heic (HEIC: export it as JPEG, PNG or TIFF), ..."; None where
        nothing is.
    """
    files = passed_over(folder)
    if not files:
        return None
    names = [f"{path.name} ({reason})" for path, reason in files]
    return f"{count_of(len(files), 'file')} passed over: {first_of(names, MOST_NAMED)}."


def _files(folder: Path, locked: list[tuple[Path, str]] | None = None) -> Iterator[Path]:
    """Yield all files below a folder; a folder that is reached again, as by a link upwards, is left out."""

    def refused(error: OSError) -> None:
        """Note a folder that cannot be opened."""
        if locked is not None:
            locked.append((Path(error.filename), "folder that cannot be opened: check its permissions"))

    start = os.path.realpath(folder)
    searched = {start}
    for place, subfolders, names in os.walk(folder, onerror=refused, followlinks=True):
        yield from (Path(place, name) for name in names)
        photos = sorted(
            name for name in subfolders if not (is_system_folder(name) or _is_of_run(Path(place, name)))
        )
        targets = {name: os.path.realpath(Path(place, name)) for name in photos}
        subfolders[:] = []
        for name, target in targets.items():
            above = start == target or start.startswith(target.rstrip(os.sep) + os.sep)
            if target not in searched and not above:
                searched.add(target)
                subfolders.append(name)
