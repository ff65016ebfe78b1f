"""Process lock: a file that one process holds, so that no two write in one place."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

logger = logging.getLogger(__name__)

# A job that was cancelled a moment ago may still be at its last photo.
LAST_SECONDS = 3.0


@contextmanager
def process_lock(path: Path, taken: Exception) -> Iterator[None]:
    """Hold a lock; the end of the process frees it, however it comes.

    A file system without locks goes without.

    Parameters
    ----------
    path : Path
        The file; missing folders are made, and removed with it where they stay empty.
    taken : Exception
        Raised where another process, or another thread of this one, holds it and does not soon free it.

    Yields
    ------
    None
        While it is held.
    """
    made = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=LAST_SECONDS)
    except Timeout:
        raise taken from None
    except NotImplementedError as error:
        logger.info("%s cannot be locked: %s", path, error)
    try:
        yield
    finally:
        # While it is held: after it another process may hold the file. Windows removes it itself.
        with suppress(OSError):
            path.unlink(missing_ok=True)
        lock.release()
        with suppress(OSError):
            # What was made for the lock alone goes with it, the innermost first.
            for folder in made:
                folder.rmdir()
