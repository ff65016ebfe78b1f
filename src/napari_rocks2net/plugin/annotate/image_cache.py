"""Cache of a collection's pictures and previews, read in a thread before they are wanted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QObject, Signal

from napari_rocks2net.plugin.work.background_reader import BackgroundReader

if TYPE_CHECKING:
    from napari_rocks2net.annotation import ImageKey

KEPT_BYTES = 512 * 2**20
KEPT_AT_LEAST = 3


class ImageCache(QObject):
    """Pictures of images, (Y, X, 3) uint8; those used last are kept.

    Signals
    -------
    ready : (key, picture)
        The exception that says why it cannot be read, in place of a picture.
    """

    ready = Signal(object, object)

    def __init__(self, read: Callable[[ImageKey], np.ndarray], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read = read
        self._pictures: OrderedDict[ImageKey, np.ndarray] = OrderedDict()
        self._reader = BackgroundReader(self)
        self._reader.ready.connect(self._keep)

    def picture(self, key: ImageKey) -> np.ndarray | None:
        """Return a picture that is there already; else None, and `ready` tells when it is."""
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        self._reader.request(key, partial(self._read, key))
        return None

    def read_ahead(self, keys: Sequence[ImageKey]) -> None:
        """Read what is wanted next, the first of them first, after what is wanted now."""
        for key in keys:
            if key not in self._pictures:
                self._reader.request(key, partial(self._read, key), urgent=False)

    def forget(self) -> None:
        """Forget every picture; files may have changed."""
        self._reader.forget_waiting()
        self._pictures.clear()

    def close(self) -> None:
        """Stop reading."""
        self._reader.close()

    def _keep(self, key: ImageKey, picture: Any) -> None:
        if isinstance(picture, np.ndarray):
            self._pictures[key] = picture
            while self._bytes() > KEPT_BYTES and len(self._pictures) > KEPT_AT_LEAST:
                self._pictures.popitem(last=False)
        self.ready.emit(key, picture)

    def _bytes(self) -> int:
        return sum(each.nbytes for each in self._pictures.values())
