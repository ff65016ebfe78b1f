"""What the forms of the Crystals widget are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QLabel, QPushButton, QWidget
from superqt import QLabeledDoubleSlider

LABEL_WIDTH = 96


def form(parent: QWidget | None = None) -> QFormLayout:
    """Return a form of two columns that is aligned with the others of the widget."""
    made = QFormLayout(parent)
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(4)
    made.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
    made.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return made


def add_row(made: QFormLayout, name: str, field: Any, tip: str = "") -> None:
    """Add a named line; its tooltip stands on the name and on the field."""
    label = QLabel(name)
    label.setMinimumWidth(LABEL_WIDTH)
    label.setToolTip(tip)
    if tip and isinstance(field, QWidget):
        field.setToolTip(tip)
    made.addRow(label, field)


def share_slider(value: float) -> QLabeledDoubleSlider:
    """Return a slider from 0 to 1 with its number."""
    made = QLabeledDoubleSlider(Qt.Orientation.Horizontal)
    made.setRange(0, 1)
    made.setDecimals(2)
    made.setSingleStep(0.05)  # type: ignore[arg-type]  # superqt declares an int and takes both
    made.setValue(value)
    return made


def number(value: float, low: float, high: float, step: float, decimals: int = 1) -> QDoubleSpinBox:
    """Return a field for a number."""
    made = QDoubleSpinBox()
    made.setDecimals(decimals)
    made.setRange(low, high)
    made.setSingleStep(step)
    made.setValue(value)
    made.setKeyboardTracking(False)
    return made


def choice(*texts: str) -> QComboBox:
    """Return a field for one of several words."""
    made = QComboBox()
    made.addItems(texts)
    return made


def push_button(text: str, tip: str, action: Callable[[], None]) -> QPushButton:
    """Return a button with a tooltip."""
    made = QPushButton(text)
    made.setToolTip(tip)
    made.clicked.connect(lambda _=False: action())
    return made


def toggle_button(text: str, tip: str) -> QPushButton:
    """Return a button with a tooltip that stays down until it is pressed again."""
    made = QPushButton(text)
    made.setToolTip(tip)
    made.setCheckable(True)
    return made
