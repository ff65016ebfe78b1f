"""Reading off the GUI thread, what was asked for last first."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import Any

from qtpy.QtCore import QObject, Signal


class BackgroundReader(QObject):
    """One thread that reads things by key.

    A person who scrolls wants what is in sight now, so the last request is served first.

    Signals
    -------
    ready : (key, value)
        On the GUI thread; the value is the exception where reading failed.
    """

    ready = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rocks2net-reader")
        self._waiting: dict[Hashable, Callable[[], Any]] = {}
        self._lock = Lock()
        self._closed = False

    def request(self, key: Hashable, read: Callable[[], Any], *, urgent: bool = True) -> None:
        """Ask for something: before all that waits already, or after it; asking again moves it there."""
        if self._closed:
            return
        with self._lock:
            already_waiting = self._waiting.pop(key, None) is not None
            # The last one is taken first.
            self._waiting = self._waiting | {key: read} if urgent else {key: read} | self._waiting
        if not already_waiting:
            self._executor.submit(self._serve)

    def forget_waiting(self) -> None:
        """Drop what is not yet being read."""
        with self._lock:
            self._waiting.clear()

    def close(self) -> None:
        """Drop everything; what is being read at the moment is not reported any more."""
        self._closed = True
        self.forget_waiting()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _serve(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            key, read = self._waiting.popitem()
        try:
            value = read()
        # A decoder meets a damaged file with any error it likes; whoever asked says it to the person.
        except Exception as error:
            value = error
        if not self._closed:
            # Qt may have deleted the receiver while the file was read.
            with suppress(RuntimeError):
                self.ready.emit(key, value)
