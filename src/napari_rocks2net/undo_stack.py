"""Undo stack: changes that can be taken back and made again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Change = TypeVar("Change")


class UndoStack(Generic[Change]):
    """The changes in their order; what a change is, and how it is taken back, its owner says.

    Parameters
    ----------
    most : int, optional
        Older changes than so many are forgotten.
    """

    def __init__(self, most: int | None = None) -> None:
        self._done: deque[Change] = deque(maxlen=most)
        self._undone: deque[Change] = deque(maxlen=most)

    @property
    def done(self) -> Change | None:
        """The change that `undo` takes back."""
        return self._done[-1] if self._done else None

    @property
    def undone(self) -> Change | None:
        """The change that `redo` makes again."""
        return self._undone[-1] if self._undone else None

    def add(self, change: Change) -> None:
        """Note a change that was just made; what was undone before cannot be made again."""
        self._done.append(change)
        self._undone.clear()

    def clear(self) -> None:
        """Forget every change."""
        self._done.clear()
        self._undone.clear()

    def undo(self, take_back: Callable[[Change], None]) -> None:
        """Revert the last change, if any; it stays on the stack when that raises."""
        self._move(self._done, self._undone, take_back)

    def redo(self, make_again: Callable[[Change], None]) -> None:
        """Repeat the last reverted change, if any; it stays on the stack when that raises."""
        self._move(self._undone, self._done, make_again)

    @staticmethod
    def _move(source: deque[Change], target: deque[Change], act: Callable[[Change], None]) -> None:
        if not source:
            return
        change = source.pop()
        target.append(change)
        try:
            act(change)
        except BaseException:
            source.append(target.pop())
            raise
