"""Closing of a widget with a training: ask first, and end its process in any case."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from qtpy.QtCore import QEvent, QObject
from qtpy.QtWidgets import QMainWindow, QWidget


class CloseGuard(QObject):
    """Stands between a person's click on a close button and a widget with work under way."""

    def __init__(self, widget: QWidget, may_close: Callable[[], bool], close: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._may_close = may_close
        self._close = close
        self._window: QMainWindow | None = None
        widget.installEventFilter(self)

    def eventFilter(self, watched: Any, event: Any) -> bool:  # noqa: N802
        """Follow the widget into its dock and out of it, and ask when the window closes."""
        if watched is self._widget and event.type() == QEvent.Type.ParentChange:
            self._follow_parent()
        elif watched is self._widget and event.type() == QEvent.Type.Show:
            self._watch_window()
        elif watched is self._window and event.type() == QEvent.Type.Close:
            return self._refuse(event)
        return False

    def _follow_parent(self) -> None:
        dock = self._widget.parentWidget()
        if dock is None:
            # napari takes the parent away from a widget that is closed.
            self._end()
        elif hasattr(dock, "destroyOnClose"):
            # The dock's close button calls this method of the object; napari has no event for it.
            dock.destroyOnClose = partial(self._ask_first, dock.destroyOnClose)

    def _end(self) -> None:
        """End the work, and let go of the window, which would live as long as anything holds the widget."""
        if self._window is not None:
            self._window.removeEventFilter(self)
            self._window = None
        self._close()

    def _ask_first(self, destroy: Callable[[], None]) -> None:
        if self._may_close():
            destroy()

    def _watch_window(self) -> None:
        window = self._widget.window()
        if isinstance(window, QMainWindow) and window is not self._window:
            if self._window is not None:
                self._window.removeEventFilter(self)
            self._window = window
            window.installEventFilter(self)

    def _refuse(self, event: Any) -> bool:
        """Return whether the window stays open, and with it every widget in it."""
        guards = self._window.findChildren(CloseGuard) if self._window is not None else []
        if _closed_by_a_script(self._window) or all(guard._may_close() for guard in guards):
            for guard in guards:
                guard._end()
            return False
        event.ignore()
        return True


def _closed_by_a_script(window: QMainWindow | None) -> bool:
    """Return whether `viewer.close()` is at work, which has taken the canvas down before the window."""
    centre = window.centralWidget() if window is not None else None
    layout = centre.layout() if centre is not None else None
    canvas = layout.itemAt(0).widget() if layout is not None and layout.count() else None
    return canvas is not None and canvas.isHidden()
