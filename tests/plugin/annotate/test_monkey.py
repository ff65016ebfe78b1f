"""The Annotate widget survives whatever a person does to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.plugin.monkey import SEEDS, Monkey

from napari_rocks2net.annotation import read_collection


@pytest.mark.parametrize("seed", SEEDS)
def test_random_actions_raise_nothing(
    seed: int,
    widget: Any,
    viewer: Any,
    qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
    photos: list[Path],
    tmp_path: Path,
) -> None:
    annotator = widget.annotator

    def check_saved() -> None:
        """The file holds what is shown, at any time."""
        if annotator.session is not None:
            assert read_collection(annotator.session.path) == annotator.collection

    Monkey(
        viewer,
        widget,
        monkeypatch,
        tmp_path,
        seed=seed,
        files=(*photos[:2], photos[0].parent, annotator.session.path),
        actions={
            "label": lambda: annotator.label_number(2),
            "undo": annotator.undo,
            "redo": annotator.redo,
            "next": annotator.show_next,
            "accept": annotator.accept,
        },
        check=check_saved,
    ).run(qtbot)
