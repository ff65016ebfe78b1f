"""Images on the command line: files as they are given, and those in folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from napari_rocks2net.cli.console import print_note
from napari_rocks2net.untrusted import is_folder


def find_images(paths: Sequence[Path]) -> list[Path]:
    """Return the files as given, and the images in the folders among them.

    Raises
    ------
    ImageError
        When there is no image.
    """
    from napari_rocks2net.imaging import ImageError, list_images

    files: list[Path] = []
    for path in paths:
        images = list_images(path) if is_folder(path) else [path]
        if not images and len(paths) == 1:
            raise ImageError(f"{path} holds no image: give files or a folder with images.")
        if not images:
            print_note(f"Left out: {path} holds no image.")
        files.extend(images)
    if not files:
        raise ImageError("None of the folders holds an image: give files or folders with images.")
    return files


def note_passed_over(paths: Sequence[Path]) -> None:
    """Say which files of the folders among some paths are of other formats, and not looked at."""
    from napari_rocks2net.imaging import passed_over_sentence

    for sentence in filter(None, map(passed_over_sentence, filter(is_folder, paths))):
        print_note(sentence)
