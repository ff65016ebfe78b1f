"""Small controls and layouts that panels are made of."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

PADDING = 14
ARROW = 14
SHORTEST_LIST = 12


class FittedButton(QPushButton):
    """A button that may be as narrow as its text, also in a larger font.

    A dock asks how wide it must be before napari's style is there: the plain style's buttons are wide.

    Parameters
    ----------
    text : str
    room : int
        Beside the text, in pixels.
    """

    def __init__(self, text: str, room: int) -> None:
        super().__init__(text)
        self._room = room
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the size that the text needs."""
        width = self.fontMetrics().horizontalAdvance(self.text()) + self._room
        return QSize(width, super().minimumSizeHint().height())


def button(text: str, tip: str, action: Callable[[], None]) -> QPushButton:
    """Return a button with a tooltip; it does not take the keyboard away from the table."""
    widget = FittedButton(text, PADDING)
    _equip(widget, tip, action)
    widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return widget


def form_button(text: str, tip: str, action: Callable[[], None] | None = None) -> QPushButton:
    """Return a button with a tooltip; it takes the keyboard, so that a number being typed counts."""
    widget = QPushButton(text)
    _equip(widget, tip, action)
    return widget


def menu_button(text: str, tip: str) -> QPushButton:
    """Return a button that opens its own menu."""
    widget = FittedButton(text, PADDING + ARROW)
    _equip(widget, tip)
    widget.setMenu(QMenu(widget))
    return widget


def _equip(widget: QPushButton, tip: str, action: Callable[[], None] | None = None) -> None:
    widget.setToolTip(tip)
    if action is not None:
        widget.clicked.connect(lambda _=False: action())


def sentence(text: str = "", tip: str = "") -> QLabel:
    """Return a label whose text is wrapped."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setToolTip(tip)
    return label


def number(value: float, high: float, step: float, decimals: int) -> QDoubleSpinBox:
    """Return a field for a number from 0 on, which counts when it is typed to its end."""
    box = QDoubleSpinBox(minimum=0, maximum=high, decimals=decimals, singleStep=step)
    box.setValue(value)
    box.setKeyboardTracking(False)
    return box


def choice(*texts: str, tip: str = "") -> QComboBox:
    """Return a field for one of several words."""
    box = QComboBox()
    box.addItems(texts)
    box.setToolTip(tip)
    return box


def shorten(box: QComboBox, letters: int = SHORTEST_LIST) -> None:
    """Let a list of long names be narrower than they are, but for some letters."""
    box.setMinimumContentsLength(letters)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)


def column(owner: QWidget, *parts: QWidget | QLayout, roomiest: QWidget | None = None) -> QVBoxLayout:
    """Lay the parts of a widget one below the other, without margins; one of them may take the room."""
    layout = QVBoxLayout(owner)
    layout.setContentsMargins(0, 0, 0, 0)
    for part in parts:
        if isinstance(part, QLayout):
            layout.addLayout(part)
        else:
            layout.addWidget(part, int(part is roomiest))
    return layout


def row(*widgets: QWidget | None, wide: QWidget | None = None) -> QHBoxLayout:
    """Lay widgets side by side: the wide one takes the room, else choices and text fields; None is room."""
    layout = QHBoxLayout()
    layout.setSpacing(4)
    for widget in widgets:
        if widget is None:
            layout.addStretch(1)
        else:
            takes_room = widget is wide if wide else isinstance(widget, (QComboBox, QLineEdit))
            layout.addWidget(widget, int(takes_room))
    return layout
