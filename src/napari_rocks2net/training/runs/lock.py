"""Run folder lock: no two processes train in one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from napari_rocks2net.process_lock import process_lock
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError


@contextmanager
def locked(folder: RunFolder) -> Iterator[None]:
    """Keep every other process from training in a run folder; the end of this one frees it, however it comes.

    The folder is made if it is not there. A file system without locks is trained on without one.

    Raises
    ------
    RunFolderError
        When another process trains there.
    """
    taken = RunFolderError(
        f"{folder.path} is being trained by another process; wait for its end, stop it there, or choose "
        "another folder."
    )
    with process_lock(folder.lock, taken):
        yield


def is_being_trained(folder: str | Path) -> bool:
    """Return whether a process trains in a run folder or a fold of it; none does in a missing one."""
    folder = Path(folder)
    return any(map(_is_locked, (folder, *folder.glob("fold-*"))))


def _is_locked(folder: Path) -> bool:
    files = RunFolder(folder)
    if not files.lock.is_file():
        return False
    try:
        with locked(files):
            return False
    except RunFolderError:
        return True
