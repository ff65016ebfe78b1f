"""Run folder lock: no two processes train in one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError

logger = logging.getLogger(__name__)


@contextmanager
def locked(folder: RunFolder) -> Iterator[None]:
    """Keep every other process from training in a run folder; the end of this one frees it, however it comes.

    The folder is made if it is not there. A file system without locks is trained on without one.

    Raises
    ------
    RunFolderError
        When another process trains there.
    """
    folder.path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RunFolderError(
            f"{folder.path} is being trained by another process; wait for its end, stop it there, or choose "
            "another folder."
        ) from None
    except NotImplementedError as error:
        logger.info("%s cannot be locked: %s", folder.path, error)
    try:
        yield
    finally:
        lock.release()
        # Another process may hold it by now; Windows then keeps the file.
        with suppress(OSError):
            folder.lock.unlink(missing_ok=True)


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
