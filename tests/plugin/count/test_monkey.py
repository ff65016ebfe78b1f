"""The Count points widget survives whatever a person does to it, and what was named is on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from PIL import Image

from napari_rocks2net.point_counting import read_count


def test_random_actions_raise_nothing(
    seed: int,
    viewer: Any,
    qtbot: Any,
    rng: np.random.Generator,
    tmp_path: Path,
    release_monkey: Callable[..., None],
) -> None:
    file = tmp_path / "A1.png"
    Image.fromarray(rng.integers(0, 255, (60, 80, 3), dtype=np.uint8)).save(file)
    viewer.open(str(file), plugin="napari")
    _, widget = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Count points")
    widget.form.observer.value, widget.form.classes.value = "Ana", "quartz, mica"
    widget.form.fields["points"].value = 20
    random = Random(seed)

    def name() -> None:
        if widget.session is not None:
            widget.name(random.choice(("quartz", "mica")))

    def names_are_on_disk() -> None:
        if (session := widget.session) is not None:
            assert read_count(session.path).of(session.observer) == session.names

    release_monkey(
        widget,
        files=(file, tmp_path / "A1.points.csv"),
        actions={"begin": widget.begin, "name": name, "undo": widget.undo, "close": widget.close_count},
        check=names_are_on_disk,
    )
    qtbot.waitUntil(lambda: not widget.jobs.running)
    widget.close_count()
