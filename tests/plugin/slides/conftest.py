"""What the tests of the Map widget share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from superqt.utils._qthreading import WorkerBase
from tests.slides.conftest import colours, two_halves

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.plugin.slides.slide_widget import SlideWidget

__all__ = ["colours", "two_halves"]


@pytest.fixture
def open_widget(viewer: Any, qtbot: Any, colours: RockClassifier) -> Iterator[Callable[[], SlideWidget]]:
    """Open the widget as the menu does; its model is a stand-in that knows red from blue."""
    opened: list[SlideWidget] = []

    def open_it() -> SlideWidget:
        _, widget = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Map slide")
        opened.append(widget)
        # magicgui keeps attributes of its containers to itself.
        object.__setattr__(widget.form, "loader", lambda: lambda: colours)
        widget.form.fields["field"].value, widget.form.fields["stride"].value = 64, 32
        return widget

    yield open_it
    for widget in opened:
        widget.jobs.cancel()
    WorkerBase.await_workers(30_000)
