"""Mouse wheel over forms: no value changes unless the field has the focus."""

from __future__ import annotations

from typing import Any

import pytest
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QScrollArea,
    QScrollBar,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from napari_rocks2net.plugin.look.dock_widget import WheelFilter

KINDS = (QAbstractSpinBox, QComboBox, QAbstractSlider)


def turn_wheel(field: QWidget) -> None:
    """Turn the wheel down by one notch over a widget; as Qt does, go on to its parents until one takes it."""
    buttons, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    phase = Qt.ScrollPhase.NoScrollPhase
    above = QPointF(field.mapToGlobal(field.rect().center()))
    receiver: QWidget | None = field
    while receiver is not None:
        middle = QPointF(receiver.rect().center())
        event = QWheelEvent(middle, above, QPoint(), QPoint(0, -120), buttons, keys, phase, False)
        QApplication.sendEvent(receiver, event)
        receiver = None if event.isAccepted() else receiver.parentWidget()


def fields_in(widget: QWidget) -> list[Any]:
    children = widget.findChildren(QWidget)
    return [child for child in children if isinstance(child, KINDS) and not isinstance(child, QScrollBar)]


def shown_value(field: Any) -> Any:
    if isinstance(field, QAbstractSpinBox):
        return field.text()
    return field.currentIndex() if isinstance(field, QComboBox) else field.value()


def spin_box() -> QSpinBox:
    made = QSpinBox()
    made.setValue(50)
    return made


def slider() -> QSlider:
    made = QSlider(Qt.Orientation.Horizontal)
    made.setValue(50)
    return made


def combo_box() -> QComboBox:
    made = QComboBox()
    made.addItems(["PPL", "XPL", "reflected"])
    return made


@pytest.fixture
def page(qtbot: Any) -> Any:
    """A scrolled form that is higher than its window, with the filter on it."""
    area = QScrollArea(widgetResizable=True)
    form = QWidget()
    form.setMinimumHeight(2000)
    QVBoxLayout(form)
    area.setWidget(form)
    WheelFilter(area)
    qtbot.addWidget(area)
    area.resize(200, 200)
    with qtbot.waitExposed(area):
        area.show()
    return area


@pytest.mark.parametrize("make", [spin_box, slider, combo_box])
def test_the_page_scrolls_over_a_field_that_was_added_later(page: Any, qtbot: Any, make: Any) -> None:
    field = make()
    before = shown_value(field)
    page.widget().layout().addWidget(field)
    qtbot.waitUntil(field.isVisible)
    field.clearFocus()
    QApplication.processEvents()
    turn_wheel(field)
    assert shown_value(field) == before
    assert page.verticalScrollBar().value() > 0
    # Else Qt would give it the focus before the wheel comes.
    assert not field.focusPolicy() & Qt.FocusPolicy.WheelFocus & ~Qt.FocusPolicy.StrongFocus


@pytest.mark.parametrize("make", [spin_box, combo_box])
def test_a_field_with_the_focus_takes_the_wheel(page: Any, qtbot: Any, make: Any) -> None:
    field = make()
    before = shown_value(field)
    page.widget().layout().addWidget(field)
    QApplication.processEvents()
    page.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    turn_wheel(field)
    assert shown_value(field) != before


@pytest.mark.parametrize("name", ["Classify", "Annotate", "Train", "Crystals"])
def test_no_field_of_a_widget_changes_without_the_focus(viewer: Any, qtbot: Any, name: str) -> None:
    dock, _ = viewer.window.add_plugin_dock_widget("napari-rocks2net", name)
    QApplication.processEvents()
    fields = fields_in(dock)
    assert fields or name == "Classify"  # which chooses from lists
    for field in fields:
        if not field.hasFocus():
            before = shown_value(field)
            turn_wheel(field)
            assert shown_value(field) == before, field.toolTip()
