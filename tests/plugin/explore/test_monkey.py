"""The Explore widget survives whatever a person does to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_random_actions_raise_nothing(
    annotate: Any,
    explore: Any,
    photos: list[Path],
    release_monkey: Callable[..., None],
) -> None:
    annotator = annotate.annotator
    release_monkey(
        explore,
        files=(*photos[:2], photos[0].parent, annotator.session.path),
        actions={
            "label in Annotate": lambda: annotator.label_number(2),
            "undo in Annotate": annotator.undo,
            "next in Annotate": annotator.show_next,
        },
    )
