"""Count session: a count and its file, the observer, the point under the cross, undo and redo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from psygnal import Signal

from napari_rocks2net.file_version import FileVersion, file_version
from napari_rocks2net.point_counting.count_file import read_count, write_count
from napari_rocks2net.point_counting.errors import PointCountError
from napari_rocks2net.point_counting.grid import more_points
from napari_rocks2net.point_counting.modal_composition import EXCLUDED
from napari_rocks2net.point_counting.point_count import UNNAMED, PointCount
from napari_rocks2net.undo_stack import UndoStack

UNDO_STEPS = 1000


class Naming(NamedTuple):
    """Naming of a point by an observer, with the name that it had before."""

    observer: str
    point: int
    before: str
    after: str


class CountSession:
    """A count under way; every change is in the file before the call returns, or is not made.

    Parameters
    ----------
    count : PointCount
        What is counted.
    path : Path
        Where it is kept. What other observers wrote there meanwhile is kept too.
    observer : str
        Who names the points.

    Attributes
    ----------
    changed : psygnal.SignalInstance
        A point was named, or another one is under the cross.
    """

    changed = Signal()

    def __init__(self, count: PointCount, path: Path, observer: str) -> None:
        self.path, self.observer = path, observer
        self._count = count
        self._written: FileVersion | None = None
        self._steps: UndoStack[Naming] = UndoStack(UNDO_STEPS)
        self.current = count.next_unnamed(observer) or 0

    @classmethod
    def begin(cls, count: PointCount, path: Path, observer: str) -> CountSession:
        """Begin a count in a file of its own.

        Parameters
        ----------
        count : PointCount
            Whose points are still without names.
        path : Path
            A file that is not there yet.
        observer : str
            Who counts.

        Raises
        ------
        PointCountError
            When there is such a file, it cannot be written, or nobody is named.
        """
        if path.exists():
            raise PointCountError(f"{path} exists already: go on with it, or choose another name.")
        session = cls(count.named(observer, 0, UNNAMED), path, observer)
        session._save(session._count)
        return session

    @classmethod
    def open(cls, path: Path, observer: str) -> CountSession:
        """Go on with a count, as one of its observers or as another one.

        Parameters
        ----------
        path : Path
            Its file.
        observer : str
            Who counts.

        Raises
        ------
        PointCountError
            When it cannot be read, or nobody is named.
        """
        written = _version(path)
        count = read_count(path)
        count.require_observer(observer)
        session = cls(count, path, observer)
        session._written = written
        return session

    @property
    def count(self) -> PointCount:
        """The count as it is in the file."""
        return self._count

    @property
    def names(self) -> tuple[str, ...]:
        """What the observer named each point."""
        return self._count.of(self.observer)

    def name(self, name: str) -> None:
        """Name what lies under the cross, and go to the next point without a name.

        Raises
        ------
        PointCountError
            When there is no such class, or the file cannot be written; nothing is changed then.
        """
        step = Naming(self.observer, self.current, self.names[self.current], name)
        self._make(step.observer, step.point, name)
        self._steps.add(step)
        following = self._count.next_unnamed(self.observer, self.current)
        self.go(self.current if following is None else following)

    def leave_out(self) -> None:
        """Let the point under the cross count for nothing; see `name`."""
        self.name(EXCLUDED)

    def undo(self) -> None:
        """Take the last name back, and go to its point."""
        self._steps.undo(lambda step: self._again(step, step.before))

    def redo(self) -> None:
        """Give the name again that was taken back."""
        self._steps.redo(lambda step: self._again(step, step.after))

    def go(self, point: int) -> None:
        """Put a point under the cross, the nearest of 0..N - 1."""
        self.current = int(np.clip(point, 0, len(self._count.positions) - 1))
        self.changed.emit()

    def add_points(self, number: int) -> None:
        """Lay more points over the whole area; see `change`."""
        count = self._count
        points = more_points(count.positions, count.area, count.settings, number)
        self.change(count.extended(points))

    def suggest(self, source: str, names: Sequence[str]) -> None:
        """Keep what a map or a model calls the points; see `change`.

        Parameters
        ----------
        source : str
            What suggests.
        names : sequence of str
            A class for each point, `UNNAMED` for none.
        """
        self.change(self._count.with_suggestions(source, names))

    def change(self, count: PointCount) -> None:
        """Take over a count with other classes, more points or suggestions.

        Raises
        ------
        PointCountError
            When it cannot be written; nothing is changed then.
        """
        self._save(count)
        self.go(self.current)

    def _again(self, step: Naming, name: str) -> None:
        self._make(step.observer, step.point, name)
        self.go(step.point)

    def _make(self, observer: str, point: int, name: str) -> None:
        self._save(self._count.named(observer, point, name))

    def _save(self, count: PointCount) -> None:
        if self._written is not None and _version(self.path) not in (self._written, None):
            count = _with_others(count, read_count(self.path), self.observer)
        write_count(count, self.path)
        self._count, self._written = count, _version(self.path)


def _with_others(count: PointCount, stored: PointCount, observer: str) -> PointCount:
    """Return a count of an observer with what others have written into its file meanwhile.

    Raises
    ------
    PointCountError
        When the file holds another count.
    """
    common = min(len(count.positions), len(stored.positions))
    if not np.allclose(count.positions[:common], stored.positions[:common], atol=1e-3):
        raise PointCountError(
            "The file was replaced by another count meanwhile: save this one under another name."
        )
    if len(stored.positions) > len(count.positions):
        count = count.extended(stored.positions)
    others = {name: each for name, each in stored.names.items() if name != observer}
    padding = (UNNAMED,) * (len(count.positions) - common)
    names = {
        **count.names,
        **{name: (*each, *padding)[: len(count.positions)] for name, each in others.items()},
    }
    classes = (*count.classes, *(name for name in stored.classes if name not in count.classes))
    return replace(count, classes=classes, names=names)


def _version(path: Path) -> FileVersion | None:
    try:
        return file_version(path)
    except OSError:
        return None
