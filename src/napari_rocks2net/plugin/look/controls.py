"""Small controls and layouts that panels are made of."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
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
SHORTEST_LIST = 12


def button(text: str, tip: str, action: Callable[[], None]) -> QPushButton:
    """Return a button with a tooltip; it does not take the keyboard away from the table."""
    made = form_button(text, tip, action)
    _fit_to_text(made, PADDING)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def form_button(text: str, tip: str, action: Callable[[], None] | None = None) -> QPushButton:
    """Return a button with a tooltip; it takes the keyboard, so that a number being typed counts."""
    made = QPushButton(text)
    made.setToolTip(tip)
    if action is not None:
        made.clicked.connect(lambda _=False: action())
    return made


def menu_button(text: str, tip: str) -> QPushButton:
    """Return a button that opens its own menu."""
    made = form_button(text, tip)
    _fit_to_text(made, PADDING + ARROW)
    made.setMenu(QMenu(made))
    return made


def _fit_to_text(made: QPushButton, room: int) -> None:
    # A dock asks how wide it must be before napari's style is there: the plain style's buttons are wide.
    made.setMinimumWidth(made.fontMetrics().horizontalAdvance(made.text()) + room)


def sentence(text: str = "", tip: str = "") -> QLabel:
    """Return a label whose text is wrapped."""
    made = QLabel(text)
    made.setWordWrap(True)
    made.setToolTip(tip)
    return made


def number(value: float, high: float, step: float, decimals: int) -> QDoubleSpinBox:
    """Return a field for a number from 0 on, which counts when it is typed to its end."""
    made = QDoubleSpinBox(minimum=0, maximum=high, decimals=decimals, singleStep=step)
    made.setValue(value)
    made.setKeyboardTracking(False)
    return made


def choice(*texts: str, tip: str = "") -> QComboBox:
    """Return a field for one of several words."""
    made = QComboBox()
    made.addItems(texts)
    made.setToolTip(tip)
    return made


def shorten(made: QComboBox, letters: int = SHORTEST_LIST) -> None:
    """Let a list of long names be narrower than they are, but for some letters."""
    made.setMinimumContentsLength(letters)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)


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


def row(*widgets: QWidget | None, wide: QWidget | None = None) -> QHBoxLayout:
    """Lay widgets side by side: the wide one takes the room, else choices and text fields; None is room."""
    made = QHBoxLayout()
    made.setSpacing(4)
    for widget in widgets:
        if widget is None:
            made.addStretch(1)
        else:
            takes_room = widget is wide if wide else isinstance(widget, (QComboBox, QLineEdit))
            made.addWidget(widget, int(takes_room))
    return made
