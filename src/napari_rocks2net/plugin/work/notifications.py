"""Notifications of napari for what is warned of while no widget says it."""

from __future__ import annotations

from collections.abc import Sequence

from napari.utils.notifications import show_warning

from napari_rocks2net.wording import first_of

MOST_SHOWN = 5


def notify_of_warnings(messages: Sequence[str]) -> None:
    """Show warnings in the corner of the window; can be called in any thread."""
    show_warning(first_of(messages, MOST_SHOWN, "\n"))
