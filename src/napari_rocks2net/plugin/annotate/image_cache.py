"""Cache of a collection's pictures and previews, read in a thread before they are wanted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import Any

import numpy as np
from qtpy.QtCore import QObject, Signal

from napari_rocks2net.annotation import ImageKey

CACHE_BYTES = 512 * 2**20
LEAST_CACHED = 3


class ImageCache(QObject):
    """Pictures of images, (Y, X, 3) uint8; those used last are kept.

    A person who scrolls wants what is in sight now, so what was asked for last is read first.

    Signals
    -------
    ready : (key, picture)
        The exception that says why it cannot be read, in place of a picture.
    """

    ready = Signal(object, object)
    # From the thread that reads.
    arrived = Signal(object, object, int)

    def __init__(self, read: Callable[[ImageKey], np.ndarray], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read = read
        self._pictures: OrderedDict[ImageKey, np.ndarray] = OrderedDict()
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rocks2net-reader")
        # The last one is read first.
        self._waiting: list[ImageKey] = []
        self._lock = Lock()
        self._closed = False
        # How often everything was forgotten.
        self._forgotten = 0
        self.arrived.connect(self._keep)

    def picture(self, key: ImageKey) -> np.ndarray | None:
        """Return a picture of the cache; else None, and the signal `ready` comes with it."""
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        self._request(key, urgent=True)
        return None

    def read_ahead(self, keys: Sequence[ImageKey]) -> None:
        """Read what is wanted next, the first of them first, after what is wanted now."""
        for key in keys:
            if key not in self._pictures:
                self._request(key, urgent=False)

    def forget(self) -> None:
        """Forget every picture; files may have changed."""
        with self._lock:
            self._waiting.clear()
            self._forgotten += 1
        self._pictures.clear()

    def close(self) -> None:
        """Drop everything; what is being read at the moment is not reported any more."""
        self._closed = True
        self.forget()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _request(self, key: ImageKey, urgent: bool) -> None:
        """Ask for a picture, before all that waits already or after it; asking again moves it there."""
        if self._closed:
            return
        with self._lock:
            is_new = key not in self._waiting
            others = [each for each in self._waiting if each != key]
            self._waiting = [*others, key] if urgent else [key, *others]
        if is_new:
            self._executor.submit(self._serve)

    def _serve(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            key, forgotten = self._waiting.pop(), self._forgotten
        picture: Any
        try:
            picture = self._read(key)
        # A decoder meets a damaged file with any error it likes; whoever asked says it to the person.
        except Exception as error:
            picture = error
        if not self._closed:
            # Qt may have deleted the receiver while the file was read.
            with suppress(RuntimeError):
                self.arrived.emit(key, picture, forgotten)

    def _keep(self, key: ImageKey, picture: Any, forgotten: int) -> None:
        # Read before everything was forgotten: its file may have changed since.
        if forgotten != self._forgotten:
            return
        if isinstance(picture, np.ndarray):
            self._pictures[key] = picture
            while self._bytes() > CACHE_BYTES and len(self._pictures) > LEAST_CACHED:
                self._pictures.popitem(last=False)
        self.ready.emit(key, picture)

    def _bytes(self) -> int:
        return sum(each.nbytes for each in self._pictures.values())
