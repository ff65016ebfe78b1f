"""Cache of descriptors on disk, so that relabelling a collection costs no second pass over its photos."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs
from numpy.lib.npyio import NpzFile

from napari_rocks2net.atomic_write import atomic_write, remove_leftovers
from napari_rocks2net.features.activations import Stages
from napari_rocks2net.features.describing import DESCRIPTOR_VERSION, KINDS, Descriptors, check_kinds, describe
from napari_rocks2net.features.working_scale import working_image

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]

SUFFIX = ".npz"
MEGABYTE = 2**20
LARGEST_SIZE = 2048 * MEGABYTE
# Looking at every file takes long in a full cache: it is trimmed once in so many additions.
TRIMMED_EVERY = 50
TRIMMED_TO = 0.9
DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


class DescriptorCache:
    """Descriptors by the pixels of their photo; several processes may share one folder.

    A cache that cannot be read or written costs time and one line in the log, never an answer. The files are
    arrays without pickled objects: reading one runs no code.

    Parameters
    ----------
    folder : Path, optional
        By default in the user's folder of caches.
    largest : int
        Bytes that it may hold; what was not used for longest is removed.
    """

    def __init__(self, folder: Path | None = None, largest: int = LARGEST_SIZE) -> None:
        self.folder = folder or Path(platformdirs.user_cache_dir("napari-rocks2net", False)) / "descriptors"
        self.largest = largest
        self._added = 0
        self._complained = False

    def describe(
        self,
        rgb: npt.NDArray[np.uint8],
        kinds: Sequence[str] = KINDS,
        *,
        stages: Stages | None = None,
        backbone: str = "",
    ) -> Descriptors:
        """Return what `napari_rocks2net.features.describe` returns, computed once a photo and kind.

        Parameters
        ----------
        rgb, kinds, stages
            As for `napari_rocks2net.features.describe`, whose errors it raises too.
        backbone : str
            What names the backbone and its weights.

        Returns
        -------
        Descriptors
            The same numbers whether they come from the cache or not.
        """
        check_kinds(kinds)
        # The same at any scale it came in, and in one piece, or its hash would copy it for every kind.
        rgb = np.ascontiguousarray(working_image(rgb))
        parts = []
        for kind in kinds:
            part = self.get(rgb, kind, backbone)
            if part is None:
                part = describe(rgb, (kind,), stages=stages)
                self.put(rgb, kind, part, backbone)
            parts.append(part)
        return Descriptors(
            whole={kind: array for part in parts for kind, array in part.whole.items()},
            windows={kind: array for part in parts for kind, array in part.windows.items()},
        )

    def get(self, rgb: npt.NDArray[np.uint8], kind: str, backbone: str = "") -> Descriptors | None:
        """Return the descriptors of one kind, None where they are missing or damaged.

        Parameters
        ----------
        rgb : numpy.ndarray
            (Y, X, 3) uint8.
        kind : {"texture", "activations"}
            The kind of descriptors.
        backbone : str
            What names the backbone and its weights; of no meaning for "texture".
        """
        path = self.path_of(rgb, kind, backbone)
        try:
            with NpzFile(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
                whole, windows = arrays["whole"], arrays["windows"].astype(np.float32)
            _require_descriptors(whole, windows)
            os.utime(path)
        except FileNotFoundError:
            return None
        except DAMAGED as error:
            self._complain(f"cannot be read ({error})")
            return None
        return Descriptors({kind: whole}, {kind: windows})

    def put(
        self, rgb: npt.NDArray[np.uint8], kind: str, descriptors: Descriptors, backbone: str = ""
    ) -> None:
        """Keep the descriptors of one kind.

        Parameters
        ----------
        rgb, kind, backbone
            See `get`.
        descriptors : Descriptors
            What `describe` said about the photo; the windows are kept in half precision, as they are.
        """
        content = io.BytesIO()
        windows = descriptors.windows[kind].astype(np.float16)
        np.savez(content, whole=descriptors.whole[kind], windows=windows)
        try:
            atomic_write(self.path_of(rgb, kind, backbone), content.getvalue())
            if self._added % TRIMMED_EVERY == 0:
                self._trim()
        except OSError as error:
            self._complain(f"cannot be written ({error})")
        self._added += 1

    def path_of(self, rgb: npt.NDArray[np.uint8], kind: str, backbone: str) -> Path:
        """Return the file of the descriptors of a photo.

        Parameters
        ----------
        rgb : numpy.ndarray
            (Y, X, 3) uint8.
        kind, backbone : str
            See `get`.
        """
        pixels = hashlib.sha256(repr(rgb.shape).encode())
        pixels.update(np.ascontiguousarray(rgb).data)
        pixels.update(f"{kind} {DESCRIPTOR_VERSION} {backbone if kind == 'activations' else ''}".encode())
        return self.folder / f"{pixels.hexdigest()}{SUFFIX}"

    def _trim(self) -> None:
        """Remove the files that were not used for longest, down to the limit."""
        remove_leftovers(self.folder, (SUFFIX,))
        files = sorted(_statuses(self.folder), key=lambda each: each[1].st_mtime)
        size = sum(status.st_size for _, status in files)
        if size <= self.largest:
            return
        for path, status in files:
            path.unlink(missing_ok=True)
            size -= status.st_size
            if size <= TRIMMED_TO * self.largest:
                return

    def _complain(self, problem: str) -> None:
        if not self._complained:
            logger.warning("The cache of descriptors in %s %s; they are computed anew.", self.folder, problem)
        self._complained = True


def _statuses(folder: Path) -> list[tuple[Path, os.stat_result]]:
    """Return the files of a cache with their states; another process may remove some meanwhile."""
    statuses = []
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            statuses.append((path, path.stat()))
        except FileNotFoundError:
            continue
    return statuses


def _require_descriptors(whole: Floats, windows: Floats) -> None:
    if whole.dtype != np.float32 or whole.ndim != 1 or windows.shape[3:] != whole.shape:
        raise ValueError(f"arrays of shapes {whole.shape} and {windows.shape}")
    if not (np.isfinite(whole).all() and np.isfinite(windows).all()):
        raise ValueError("numbers that are not finite")
