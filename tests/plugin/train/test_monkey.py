"""The Train widget survives whatever a person does to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.plugin.train.conftest import use_table


def test_random_actions_raise_nothing(
    open_widget: Any,
    scripted: Any,
    labels_csv: Path,
    make_run: Callable[..., Path],
    unfinished_run: Callable[..., Path],
    release_monkey: Callable[..., None],
) -> None:
    folders = [make_run(), unfinished_run()]
    widget = open_widget()
    use_table(widget.source, labels_csv, "rock", "section")

    def end_training(end: Callable[[Any], None]) -> None:
        if widget.running and scripted.made:
            end(scripted.made[-1])

    release_monkey(
        widget,
        files=(labels_csv, labels_csv.parent / "photos", *folders, folders[0] / "model.safetensors"),
        actions={
            "the training ends": lambda: end_training(lambda process: process.finish(folders[0])),
            "the training dies": lambda: end_training(lambda process: process.die("Killed.")),
        },
    )
