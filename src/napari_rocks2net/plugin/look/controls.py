"""Small controls and layouts that panels are made of."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

PADDING = 14
ARROW = 14


def button(text: str, tip: str, action: Callable[[], None]) -> QPushButton:
    """Return a button with a tooltip; it does not take the keyboard away from the table."""
    made = QPushButton(text)
    _fit_to_text(made, PADDING)
    made.setToolTip(tip)
    made.clicked.connect(lambda _=False: action())
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def menu_button(text: str, tip: str) -> QPushButton:
    """Return a button that opens its own menu."""
    made = QPushButton(text)
    _fit_to_text(made, PADDING + ARROW)
    made.setToolTip(tip)
    made.setMenu(QMenu(made))
    return made


def _fit_to_text(made: QPushButton, room: int) -> None:
    # A dock asks how wide it must be before napari's style is there: the plain style's buttons are wide.
    made.setMinimumWidth(made.fontMetrics().horizontalAdvance(made.text()) + room)


def sentence(text: str = "") -> QLabel:
    """Return a label whose text is wrapped."""
    made = QLabel(text)
    made.setWordWrap(True)
    return made


def column(owner: QWidget, *parts: QWidget | QLayout, roomiest: QWidget | None = None) -> QVBoxLayout:
    """Lay the parts of a widget one below the other, without margins; one of them may take the room."""
    made = QVBoxLayout(owner)
    made.setContentsMargins(0, 0, 0, 0)
    for part in parts:
        if isinstance(part, QLayout):
            made.addLayout(part)
        else:
            made.addWidget(part, int(part is roomiest))
    return made


def row(*widgets: QWidget | None) -> QHBoxLayout:
    """Lay widgets side by side: choices and text fields take the room, None is empty room."""
    made = QHBoxLayout()
    made.setSpacing(4)
    for widget in widgets:
        if widget is None:
            made.addStretch(1)
        else:
            made.addWidget(widget, int(isinstance(widget, (QComboBox, QLineEdit))))
    return made
