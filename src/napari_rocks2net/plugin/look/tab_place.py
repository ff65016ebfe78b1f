"""Tab place: widgets of a kind are tabs of one place in napari's window."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget


class TabPlace(QObject):
    """Makes a widget, when it is first shown, a tab of those of its kind that are open.

    napari lays it below them, for which the window grows beyond a laptop's screen: it is shrunk again.
    """

    def __init__(self, widget: QWidget, kind: type[QWidget]) -> None:
        super().__init__(widget)
        self._widget, self._kind = widget, kind
        windows = (each for each in QApplication.topLevelWidgets() if isinstance(each, QMainWindow))
        self._sizes = {id(each): each.size() for each in windows}
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Join the others once napari has laid the dock out."""
        if event is not None and event.type() == QEvent.Type.Show:
            self._widget.removeEventFilter(self)
            QTimer.singleShot(0, self._join)
        return False

    def _join(self) -> None:
        dock = _dock_of(self._widget)
        window = dock.parent() if dock is not None else None
        if dock is None or dock.isFloating() or not isinstance(window, QMainWindow):
            return
        docks = (_dock_of(each) for each in window.findChildren(self._kind) if each is not self._widget)
        docked = [each for each in docks if each and not (each.isHidden() or each.isFloating())]
        area = window.dockWidgetArea(dock)
        for other in [each for each in docked if window.dockWidgetArea(each) == area][:1]:
            window.tabifyDockWidget(other, dock)
            dock.raise_()
            QTimer.singleShot(0, self._shrink_window)

    def _shrink_window(self) -> None:
        window = self._widget.window()
        if window is not None and not (window.isMaximized() or window.isFullScreen()):
            window.resize(self._sizes.get(id(window), window.size()))


def _dock_of(widget: QWidget) -> QDockWidget | None:
    """Return the dock that holds a widget; None for one that stands by itself."""
    parent = widget.parent()
    while parent is not None and not isinstance(parent, QDockWidget):
        parent = parent.parent()
    return parent
