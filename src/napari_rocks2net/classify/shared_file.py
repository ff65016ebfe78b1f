"""Shared file: an image file that several machines see under one path."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import ImageError, read_plane
from napari_rocks2net.imaging.tiff import Plane


@dataclass(frozen=True)
class SharedFile:
    """A picture of a file, read by the machine that needs it."""

    path: str
    """Whole, as all machines see it."""
    plane: Plane
    """For `read_plane`."""
    size: int | None
    """Bytes of the file where the task was made; None where it cannot be looked at."""

    @classmethod
    def of(cls, path: str | Path, plane: Plane = ()) -> Self:
        """Describe a file for other machines.

        Parameters
        ----------
        path : str or Path
            The file, as this machine sees it.
        plane : tuple of int
            Which of its pictures.
        """
        return cls(str(Path(path).absolute()), plane, _size_of(path))

    def __call__(self) -> npt.NDArray[np.uint8]:
        """Read the picture, (Y, X, 3) uint8.

        Raises
        ------
        ImageError
            When it cannot be read, or this machine sees no such file, or another, under the path.
        """
        here = _size_of(self.path)
        if self.size not in (None, here):
            difference = "is not there" if here is None else f"has {here:,} bytes instead of {self.size:,}"
            raise ImageError(
                f"{self.path} {difference} on {socket.gethostname()}: all machines must see the same files "
                "under the same paths."
            )
        return read_plane(self.path, self.plane)


def _size_of(path: str | Path) -> int | None:
    try:
        return Path(path).stat().st_size
    except (OSError, ValueError):
        return None
