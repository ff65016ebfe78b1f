"""What the tests of the Classify widget share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.plugin.classify.classify_widget import ClassifyWidget


@pytest.fixture
def open_widget(open_from_menu: Callable[[str], Any], qtbot: Any) -> Callable[..., ClassifyWidget]:
    """Open the Classify widget, perhaps with a stand-in for the models that are chosen."""

    def open_it(classifier: RockClassifier | None = None) -> ClassifyWidget:
        widget = open_from_menu("Classify")
        if classifier is not None:
            use(widget, classifier)
        return widget

    return open_it


def use(widget: ClassifyWidget, classifier: RockClassifier) -> None:
    """Let the widget's chosen model be a stand-in."""
    # magicgui keeps attributes of its containers to itself.
    object.__setattr__(widget.setup, "loader", lambda: lambda: classifier)
