"""Parts of the forms of the Crystals widget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from magicgui.widgets import CheckBox
from magicgui.widgets.bases import BaseValueWidget
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QLabel, QPushButton, QWidget

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


def add_field(made: QFormLayout, field: BaseValueWidget[Any]) -> None:
    """Add a line with the field of a setting; one that is ticked has its name beside the box."""
    if isinstance(field, CheckBox):
        made.addRow("", field.native)
    else:
        add_row(made, field.label, field.native, field.tooltip or "")


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
