"""The Classify widget survives whatever a person does to it and to its layers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from napari_rocks2net.plugin.layers.result_table import CRITICAL_AREAS, ResultMark, shown_rows


def test_random_actions_raise_nothing(
    seed: int,
    open_widget: Any,
    viewer: Any,
    qtbot: Any,
    dark: np.ndarray,
    quick: Any,
    quick_set: Callable[..., Any],
    model_path: Path,
    release_monkey: Callable[..., None],
) -> None:
    viewer.add_image(dark, name="photo")
    random = Random(seed)
    widget = open_widget(quick_set(quick("lithology"), quick("matrix", areas=False)))

    def with_areas(act: Callable[[Any], Any]) -> Callable[[], None]:
        def act_on_one() -> None:
            layers = [each for each in viewer.layers if ResultMark.of_own(each, CRITICAL_AREAS)]
            if layers and (layer := random.choice(layers)).nshapes:
                act(layer)

        return act_on_one

    def move(layer: Any) -> None:
        shift = np.zeros(layer.ndim)
        shift[-2:] = random.randint(-60, 60), random.randint(-60, 60)
        layer.data = [corners + shift for corners in layer.data]

    def delete(layer: Any) -> None:
        layer.selected_data = {random.randrange(layer.nshapes)}
        layer.remove_selected()

    def draw(layer: Any) -> None:
        corners = np.zeros((4, layer.ndim))
        corners[:, -2:] = [[1, 1], [1, 9], [9, 9], [9, 1]]
        layer.add_rectangles(corners)

    def undo(layer: Any) -> None:
        next(call for key, call in layer.keymap.items() if str(key) in ("Ctrl+Z", "Meta+Z"))(layer)

    def answers_are_those_of_the_layers() -> None:
        shown = [(row.plane.title, str(row.prediction)) for row in widget.answers.rows]
        assert shown == [(row.plane.title, str(row.prediction)) for row in shown_rows(viewer.layers)]

    release_monkey(
        widget,
        files=(model_path,),
        actions={
            "classify": widget.classify,
            "the classification ends": lambda: qtbot.waitUntil(lambda: not widget.running),
            "a drag": with_areas(move),
            "a deletion": with_areas(delete),
            "a drawn rectangle": with_areas(draw),
            "undo": with_areas(undo),
            "the moved areas are classified": lambda: qtbot.wait(400),
            "grid": lambda: setattr(viewer.canvas.grid, "enabled", not viewer.canvas.grid.enabled),
        },
        check=answers_are_those_of_the_layers,
    )
