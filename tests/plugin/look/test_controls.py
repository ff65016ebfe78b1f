"""Small controls: what they need is in sight."""

from __future__ import annotations

from typing import Any

import pytest
from qtpy.QtWidgets import QPushButton, QWidget

from napari_rocks2net.plugin.look.controls import button, menu_button, row


@pytest.mark.parametrize(
    "made", [lambda: button("Predict", "", lambda: None), lambda: menu_button("Predict", "")]
)
def test_a_button_is_as_wide_as_its_text_in_a_larger_font_too(qtbot: Any, made: Any) -> None:
    page, control = QWidget(), made()
    qtbot.addWidget(page)
    assert isinstance(control, QPushButton)
    line = row(control)
    page.setLayout(line)
    narrow = line.minimumSize().width()
    font = control.font()
    font.setPointSizeF(2 * font.pointSizeF())
    control.setFont(font)
    assert line.minimumSize().width() > narrow
    assert line.minimumSize().width() > control.fontMetrics().horizontalAdvance(control.text())
