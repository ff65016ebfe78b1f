"""Mouse wheel over forms: a field changes only when it has the focus, else the page scrolls."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtWidgets import QAbstractSlider, QAbstractSpinBox, QComboBox, QScrollBar, QWidget

FIELDS = (QAbstractSpinBox, QComboBox, QAbstractSlider)


class WheelFilter(QObject):
    """Passes the wheel on from fields without the focus, also from those that are added to a form later.

    Parameters
    ----------
    root : QWidget
        The widget whose fields these are; it keeps the filter.
    """

    def __init__(self, root: QWidget) -> None:
        super().__init__(root)
        self._watch(root)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Ignore the wheel where it would change a value, so that Qt offers it to the page around."""
        if watched is None or event is None:
            return False
        if event.type() == QEvent.Type.ChildPolished and isinstance(child := event.child(), QWidget):
            self._watch(child)
        elif event.type() == QEvent.Type.Wheel and _is_field(watched) and not watched.hasFocus():
            event.ignore()
            return True
        return False

    def _watch(self, root: QWidget) -> None:
        for widget in (root, *root.findChildren(QWidget)):
            # A filter that is installed again is there once.
            widget.installEventFilter(self)
            if _is_field(widget) and widget.focusPolicy() == Qt.FocusPolicy.WheelFocus:
                widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


def _is_field(widget: QObject) -> bool:
    return isinstance(widget, FIELDS) and not isinstance(widget, QScrollBar)
