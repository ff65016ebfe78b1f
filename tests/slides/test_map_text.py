"""Map text: the sentence, the legend and the cell that a widget shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_rocks2net import MapSettings, RockClassifier, Slide
from napari_rocks2net.slides import CellState, SlideMap, map_slide
from napari_rocks2net.slides.map_text import cell_text, legend_html, map_sentence


@pytest.fixture
def result(colours: RockClassifier, two_halves: np.ndarray) -> SlideMap:
    """3 x 6 cells, red at the left and blue at the right."""
    return map_slide(colours, Slide.of_arrays(two_halves), MapSettings(field=64, stride=64, way="exact"))


def test_the_sentence_counts_the_cells_and_those_without_an_answer(result: SlideMap) -> None:
    cells = result.states.size
    assert map_sentence(result) == f"Mapped {cells} cells."
    states = result.states.copy()
    states[0, :2] = CellState.BACKGROUND, CellState.UNREADABLE
    text = map_sentence(replace(result, states=states))
    assert text == f"Mapped {cells - 2} cells, 1 left out as no rock, 1 that cannot be read."


def test_cells_of_the_dense_way_are_counted_apart(result: SlideMap) -> None:
    dense = np.zeros_like(result.dense)
    dense[0] = 1
    by_maps, by_themselves = dense[0].size, result.states.size - dense[0].size
    text = map_sentence(replace(result, dense=dense))
    assert text.endswith(f"{by_maps} by maps of the slide, {by_themselves} by themselves.")


def test_answered_glass_is_doubted(result: SlideMap) -> None:
    background = np.zeros_like(result.background)
    background[0, 0] = 1
    assert "1 of them are mostly glass or dark" in map_sentence(replace(result, background=background))


def test_a_cell_says_its_window_and_its_classes_the_surest_first(result: SlideMap) -> None:
    y0, x0, y1, x1 = result.grid.window(1, 0)
    text = cell_text(result, "colour", 1, 0)
    assert text.startswith(f"Cell 1, 0: rows {y0:,} to {y1:,}, columns {x0:,} to {x1:,}. colour: red ")
    assert text.index("red") < text.index("blue")
    assert cell_text(result, "colour", 1, 6).split("colour: ")[1].startswith("blue")


def test_a_cell_without_an_answer_says_so(result: SlideMap) -> None:
    result["colour"].probabilities[0, 0] = np.nan
    assert cell_text(result, "colour", 0, 0).endswith("It has no answer.")


def test_the_legend_has_the_classes_that_occur_with_their_shares(result: SlideMap) -> None:
    text = legend_html(result["colour"])
    assert text.startswith("colour: ")
    assert text.count("■") == 2
    result["colour"].probabilities[:] = np.nan
    assert legend_html(result["colour"]) == ""
