"""Version of a file: what changes when it is written anew."""

from __future__ import annotations

from pathlib import Path

FileVersion = tuple[int, int]


def file_version(path: str | Path) -> FileVersion:
    """Return the time of the last change, in nanoseconds, and the size in bytes; OSError without a file."""
    status = Path(path).stat()
    return status.st_mtime_ns, status.st_size
