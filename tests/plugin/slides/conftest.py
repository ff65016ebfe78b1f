"""What the tests of the Map widget share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.slides.conftest import colours, two_halves

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.plugin.slides.slide_widget import SlideWidget

__all__ = ["colours", "two_halves"]


@pytest.fixture
def open_widget(
    open_from_menu: Callable[[str], Any], qtbot: Any, colours: RockClassifier
) -> Callable[[], SlideWidget]:
    """Open the Map widget; its model is a stand-in that knows red from blue."""

    def open_it() -> SlideWidget:
        widget = open_from_menu("Map slide")
        # magicgui keeps attributes of its containers to itself.
        object.__setattr__(widget.form, "loader", lambda: lambda: colours)
        widget.form.fields["field"].value, widget.form.fields["stride"].value = 64, 32
        return widget

    return open_it
