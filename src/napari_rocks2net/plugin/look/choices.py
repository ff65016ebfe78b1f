"""Choices of a field, offered anew when they have changed."""

from __future__ import annotations

from typing import Any

from magicgui.widgets import ComboBox, Select


def refresh_choices(field: ComboBox | Select) -> None:
    """Offer the choices as they are now, in their order; what is chosen stays, under whatever name.

    magicgui keeps choices by their names: it would let go of a renamed one and choose another, and leave
    reordered ones where they were.

    Parameters
    ----------
    field : ComboBox or Select
        Its choices come from a function. It emits ``changed`` when what was chosen is gone.
    """
    before = field.value
    with field.changed.blocked():
        field.native.clear()
        field.reset_choices()
        kept = _still_offered(field, before)
        if kept != field.value:
            field.value = kept
    if field.value != before:
        field.changed.emit(field.value)


def _still_offered(field: ComboBox | Select, before: Any) -> Any:
    choices = list(field.choices)
    if isinstance(field, Select):
        return [value for value in choices if value in set(before)]
    return before if before in choices else field.value
