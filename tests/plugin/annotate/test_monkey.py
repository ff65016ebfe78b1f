"""The Annotate widget survives whatever a person does to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from napari_rocks2net.annotation import read_collection


def test_random_actions_raise_nothing(
    widget: Any,
    photos: list[Path],
    release_monkey: Callable[..., None],
) -> None:
    annotator = widget.annotator

    def check_saved() -> None:
        """The file holds what is shown, at any time."""
        if annotator.session is not None:
            assert read_collection(annotator.session.path) == annotator.collection

    release_monkey(
        widget,
        files=(*photos[:2], photos[0].parent, annotator.session.path),
        actions={
            "label": lambda: annotator.label_number(2),
            "undo": annotator.undo,
            "redo": annotator.redo,
            "next": annotator.show_next,
            "accept": annotator.accept,
        },
        check=check_saved,
    )
