"""The Explore widget survives whatever a person does to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.plugin.monkey import SEEDS, Monkey


@pytest.mark.parametrize("seed", SEEDS)
def test_random_actions_raise_nothing(
    seed: int,
    annotate: Any,
    explore: Any,
    viewer: Any,
    qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
    photos: list[Path],
    tmp_path: Path,
) -> None:
    annotator = annotate.annotator
    Monkey(
        viewer,
        explore,
        monkeypatch,
        tmp_path,
        seed=seed,
        files=(*photos[:2], photos[0].parent, annotator.session.path),
        actions={
            "label in Annotate": lambda: annotator.label_number(2),
            "undo in Annotate": annotator.undo,
            "next in Annotate": annotator.show_next,
        },
    ).run(qtbot)
