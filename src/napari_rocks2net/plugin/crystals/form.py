"""Parts of the forms of the Crystals widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from magicgui.widgets import CheckBox
from magicgui.widgets.bases import BaseValueWidget
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from superqt import QCollapsible

LABEL_WIDTH = 96
SHORTEST_LIST = 12


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


def one_row(name: str, field: Any, tip: str) -> QFormLayout:
    """Return a form of one named line."""
    made = form()
    add_row(made, name, field, tip)
    return made


def add_field(made: QFormLayout, field: BaseValueWidget[Any]) -> None:
    """Add a line with the field of a setting; one that is ticked has its name beside the box."""
    if isinstance(field, CheckBox):
        made.addRow("", field.native)
    else:
        add_row(made, field.label, field.native, field.tooltip or "")


def advanced(fields: Mapping[str, BaseValueWidget[Any]], names: tuple[str, ...]) -> QCollapsible:
    """Return a folded form of the named fields."""
    page = QWidget()
    lines = form(page)
    for name in names:
        add_field(lines, fields[name])
    folded = QCollapsible("Advanced")
    folded.addWidget(page)
    return folded


def stack(parent: QWidget, *parts: QWidget | QLayout) -> QVBoxLayout:
    """Lay parts out below one another."""
    made = QVBoxLayout(parent)
    for part in parts:
        if isinstance(part, QLayout):
            made.addLayout(part)
        else:
            made.addWidget(part)
    return made


def row(*fields: QWidget, wide: QWidget | None = None) -> QHBoxLayout:
    """Lay fields out side by side; one of them may take the room that is left."""
    made = QHBoxLayout()
    for field in fields:
        made.addWidget(field, int(field is wide))
    return made


def group(title: str, *parts: QWidget | QLayout) -> QGroupBox:
    """Return parts in a box with a title."""
    made = QGroupBox(title)
    stack(made, *parts)
    return made


def fill_page(area: QScrollArea, *parts: QWidget | QLayout) -> None:
    """Put the parts of a page into its scroll area."""
    page = QWidget()
    lines = stack(page, *parts)
    lines.setContentsMargins(0, 4, 0, 0)
    lines.addStretch(1)
    area.setWidget(page)
    area.setWidgetResizable(True)


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


def shorten(made: QComboBox, placeholder: str) -> None:
    """Let a list of long names be narrower than they are; show a text while it is empty."""
    made.setPlaceholderText(placeholder)
    made.setMinimumContentsLength(SHORTEST_LIST)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)


def paragraph(text: str = "", tip: str = "") -> QLabel:
    """Return a text that is wrapped."""
    made = QLabel(text)
    made.setWordWrap(True)
    made.setToolTip(tip)
    return made


def push_button(text: str, tip: str, action: Callable[[], None] | None = None) -> QPushButton:
    """Return a button with a tooltip."""
    made = QPushButton(text)
    made.setToolTip(tip)
    if action is not None:
        made.clicked.connect(lambda _=False: action())
    return made


def toggle_button(text: str, tip: str) -> QPushButton:
    """Return a button with a tooltip that stays down until it is pressed again."""
    made = push_button(text, tip)
    made.setCheckable(True)
    return made
