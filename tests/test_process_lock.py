"""A lock file is held by one process at a time, also while it is removed."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event, Thread, Timer

import pytest
from filelock import FileLock

from napari_rocks2net.process_lock import process_lock


class TakenError(Exception):
    """The place is taken."""


def test_one_at_a_time_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "made" / "for it" / ".lock"
    with process_lock(path, TakenError()):
        with pytest.raises(TakenError), process_lock(path, TakenError()):
            pass
        assert path.is_file()
    assert list(tmp_path.iterdir()) == []


def test_what_is_freed_a_moment_later_is_waited_for(tmp_path: Path) -> None:
    """As by a job that was cancelled, and is still at its last photo."""
    path, holding, ending = tmp_path / ".lock", Event(), Event()

    def hold() -> None:
        with process_lock(path, TakenError()):
            holding.set()
            ending.wait(60)

    thread = Thread(target=hold)
    thread.start()
    assert holding.wait(60)
    Timer(0.3, ending.set).start()
    with process_lock(path, TakenError()):
        assert path.is_file()
    thread.join()


@pytest.mark.skipif(sys.platform == "win32", reason="there the release removes the file")
def test_the_file_is_gone_before_another_process_can_hold_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, release, present = tmp_path / ".lock", FileLock.release, []

    def released(lock: FileLock, force: bool = False) -> None:
        present.append(path.exists())
        release(lock, force)

    monkeypatch.setattr(FileLock, "release", released)
    with process_lock(path, TakenError()):
        pass
    assert present[0] is False
