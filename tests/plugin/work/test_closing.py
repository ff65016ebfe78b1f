"""Close guards: a window closes when every widget in it may, and none ends its work before."""

from __future__ import annotations

from typing import Any

import pytest
from qtpy.QtWidgets import QMainWindow, QWidget

from napari_rocks2net.plugin.work.closing import CloseGuard


@pytest.mark.parametrize("may_stop", [True, False])
def test_a_refusal_of_one_widget_leaves_the_others_at_work(qtbot: Any, may_stop: bool) -> None:
    window, closed = QMainWindow(), []
    qtbot.addWidget(window)
    window.setCentralWidget(QWidget())
    for name, may_close in (("training", may_stop), ("crystals", True)):
        widget = QWidget(window)
        CloseGuard(widget, lambda may_close=may_close: may_close, lambda name=name: closed.append(name))
        widget.show()
    window.show()
    assert window.close() == may_stop
    assert set(closed) == ({"training", "crystals"} if may_stop else set())
    assert window.isVisible() != may_stop
