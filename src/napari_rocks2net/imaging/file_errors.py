"""Errors of image files: which file, what is wrong with it, and what to do."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.wording import first_line

NEEDS_MEMORY = "needs more memory than there is: save it smaller or in parts."


@contextmanager
def image_file_errors(path: Path, plane: tuple[int, ...] = ()) -> Iterator[None]:
    """Give every refusal the name of its file, and every error of a decoder a sentence.

    Parameters
    ----------
    path : pathlib.Path
        The image file.
    plane : tuple of int
        What is read of it; named unless it is empty.

    Yields
    ------
    None
        While the file is read.

    Raises
    ------
    ImageError
        When there is no such file, it is empty, or its reading raises anything.
    """
    source = f"{path}, plane {plane}" if plane else f"{path}"
    _check_file(path)
    try:
        yield
    except ImageError as error:
        raise ImageError(f"{source}: {error}") from error
    # The free memory was asked for before, but a limit of the system may be lower.
    except MemoryError as error:
        raise ImageError(f"{source} {NEEDS_MEMORY}") from error
    # Decoders meet damaged files with whatever error they happen to run into.
    except Exception as error:
        if "imagecodecs" in str(error):
            raise ImageError(f"{source} needs imagecodecs to be read: pip install imagecodecs.") from error
        raise ImageError(
            f"{source} cannot be read as an image ({first_line(error)}): export it again."
        ) from error


def _check_file(path: Path) -> None:
    try:
        status = path.stat()
    # A name that is too long, a folder that is locked, a letter that no name can have.
    except (OSError, ValueError) as error:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be opened ({error})"
        raise ImageError(f"{path} {reason}: check the path.") from error
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no file"
        raise ImageError(f"{path} is {kind}: pass an image file.")
    if status.st_size == 0:
        raise ImageError(f"{path} is an empty file: copy it again.")
