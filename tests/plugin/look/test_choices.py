from __future__ import annotations

from typing import Any

import pytest
from magicgui.widgets import ComboBox, Select

from napari_rocks2net.plugin.look.choices import refresh_choices


@pytest.mark.parametrize("kind", [ComboBox, Select])
def test_choices_follow_their_order_and_what_is_chosen_stays_under_another_name(
    qtbot: Any, kind: type[Any]
) -> None:
    offered = [("a", 1), ("b", 2), ("c", 3)]
    field = kind(choices=lambda _: offered)
    field.value = [2] if kind is Select else 2
    chosen, changes = field.value, []
    field.changed.connect(changes.append)
    offered[:] = [("c", 3), ("renamed", 2), ("b", 1)]
    refresh_choices(field)
    assert field.choices == (3, 2, 1)
    assert field.value == chosen
    assert not changes
    offered[:] = [("b", 1)]
    refresh_choices(field)
    assert field.value == ([] if kind is Select else 1)
    assert changes == [field.value]
