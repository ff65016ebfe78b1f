"""Dock widget: what the widgets beside the canvas have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qtpy.QtCore import QEvent, QObject, QSize, Qt, QTimer
from qtpy.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLayout,
    QScrollBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from napari_rocks2net.logged_warnings import show_warnings
from napari_rocks2net.plugin.layers.whole_view import WholeView
from napari_rocks2net.plugin.look.controls import column, sentence
from napari_rocks2net.plugin.look.forms import align_labels
from napari_rocks2net.plugin.look.plot_theme import PlotTheme
from napari_rocks2net.plugin.look.tab_place import TabPlace
from napari_rocks2net.plugin.work.closing import CloseGuard
from napari_rocks2net.plugin.work.notifications import notify_of_warnings

MARGINS = (4, 4, 4, 4)
# After which a dock that was added has its place.
LAID_OUT_MS = 500


class DockWidget(QWidget):
    """Pages as tabs, and below them a sentence for the person; ends its work when it is closed.

    Attributes
    ----------
    preferred_size : QSize
        That of a dock beside the canvas, rather than that of large plots.
    tabs : QTabWidget
    status : QLabel
    """

    preferred_size = QSize(400, 760)

    def __init__(self, viewer: Any) -> None:
        super().__init__()
        self._viewer = viewer
        show_warnings(notify_of_warnings)
        self.tabs, self.status = QTabWidget(self), sentence()
        self._aligned: tuple[Any, ...] = ()
        self._closed = False
        self._view = WholeView(viewer)
        TabPlace(self, DockWidget)
        self._guard = CloseGuard(self, self._may_close, self.close_jobs)
        viewer.events.theme.connect(self._theme_changed)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of a dock beside the canvas."""
        return self.preferred_size

    def show_message(self, text: str) -> None:
        """Show a sentence at the bottom of the widget."""
        self.status.setText(text)
        self.status.setToolTip(text)

    def showEvent(self, event: Any) -> None:  # noqa: N802
        """Line the labels of the forms up, once napari's style is known, and leave the view to the person."""
        super().showEvent(event)
        QTimer.singleShot(LAID_OUT_MS, self._view.release)
        for form in self._aligned:
            align_labels(form)

    def close_jobs(self) -> None:
        """End what is under way and follow the viewer no more, once: the widget is closed."""
        if not self._closed:
            self._closed = True
            self._viewer.events.theme.disconnect(self._theme_changed)
            self._end_jobs()

    def _may_close(self) -> bool:
        """Return whether the widget may be closed; one with long work asks."""
        return True

    def _end_jobs(self) -> None:
        """End what is under way."""

    def show_messages_of(self, *parts: Any) -> None:
        """Show the sentences of parts, which have a signal ``message``."""
        for part in parts:
            part.message.connect(self.show_message)

    def _theme_changed(self, event: object = None) -> None:
        """Give the plots, as far as there are any, napari's new colours."""
        theme = PlotTheme.of(self._viewer)
        for child in self.findChildren(QWidget):
            if hasattr(child, "set_theme"):
                child.set_theme(theme)

    def _lay_out(self, pages: Mapping[str, QWidget], *below: QWidget | QLayout) -> QVBoxLayout:
        """Lay out the pages by their titles, and what stands between them and the sentence."""
        for title, page in pages.items():
            self.tabs.addTab(page, title)
        self.tabs.setVisible(bool(pages))
        rows = column(self, self.tabs, *below, self.status, roomiest=self.tabs)
        rows.setContentsMargins(*MARGINS)
        WheelFilter(self)
        return rows


FIELDS = (QAbstractSpinBox, QComboBox, QAbstractSlider)


class WheelFilter(QObject):
    """Passes the wheel on from fields without the focus, also from those that are added to a form later."""

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
