"""Previews of the table, made in a thread when they come into sight."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QIcon, QImage, QPixmap

from napari_rocks2net.plugin.work.background_reader import BackgroundReader

if TYPE_CHECKING:
    from napari_rocks2net.annotation import ImageKey

PREVIEW_SIDE = 48
KEPT = 2000


class Previews(QObject):
    """A cache of previews.

    Signals
    -------
    ready : (key,)
        `preview` has it now.
    """

    ready = Signal(object)

    def __init__(self, read: Callable[[ImageKey, int], np.ndarray], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read = read
        self._icons: OrderedDict[ImageKey, QIcon | None] = OrderedDict()
        self._reader = BackgroundReader(self)
        self._reader.ready.connect(self._keep)

    def preview(self, key: ImageKey) -> QIcon | None:
        """Return a preview; None while it is being made and where there is none."""
        if key not in self._icons:
            self._reader.request(key, lambda: self._read(key, PREVIEW_SIDE))
            return None
        return self._icons[key]

    def close(self) -> None:
        """Stop making previews."""
        self._reader.close()

    def _keep(self, key: ImageKey, picture: np.ndarray | Exception) -> None:
        self._icons[key] = None if isinstance(picture, Exception) else as_icon(picture)
        if len(self._icons) > KEPT:
            self._icons.popitem(last=False)
        self.ready.emit(key)


def as_icon(picture: np.ndarray) -> QIcon:
    """Return a (Y, X, 3) uint8 picture as Qt draws it, with its own colours in a selected line too."""
    picture = np.ascontiguousarray(picture)
    height, width, _ = picture.shape
    image = QImage(picture.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    pixmap = QPixmap.fromImage(image.copy())
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
