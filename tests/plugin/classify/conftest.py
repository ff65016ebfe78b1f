"""What the tests of the Classify widget share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from superqt.utils._qthreading import WorkerBase

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.plugin.classify.classify_widget import ClassifyWidget


@pytest.fixture
def open_widget(viewer: Any, qtbot: Any) -> Iterator[Callable[..., ClassifyWidget]]:
    """Open the widget as the menu does, perhaps with a stand-in for the models that are chosen.

    Its look at the device is awaited at the end.
    """
    opened: list[ClassifyWidget] = []

    def open_it(classifier: RockClassifier | None = None) -> ClassifyWidget:
        _, widget = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Classify")
        opened.append(widget)
        if classifier is not None:
            use(widget, classifier)
        return widget

    yield open_it
    for widget in opened:
        widget.close_jobs()
    WorkerBase.await_workers(30_000)


def use(widget: ClassifyWidget, classifier: RockClassifier) -> None:
    """Let the widget's chosen model be a stand-in."""
    # magicgui keeps attributes of its containers to itself.
    object.__setattr__(widget.setup, "loader", lambda: lambda: classifier)
