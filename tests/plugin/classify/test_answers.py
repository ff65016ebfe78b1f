"""The answers at a glance: what the result layers say, image by image, and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from qtpy.QtCore import QRect
from qtpy.QtGui import QColor

from napari_rocks2net.plugin import classify_layers
from napari_rocks2net.plugin.classify.answers import (
    COLOUR,
    MOST_PICTURES,
    SHARE,
    Answer,
    AnswerTree,
    Picture,
    answers_in,
    bar_rect,
    colours_in,
)

CHANCES = {"granite": 0.8, "basalt": 0.2}
COLOURS = {"granite": "#ff0000", "basalt": "#0000ff"}


def pictures(count: int) -> list[Picture]:
    return [Picture(f"photo {number}", (Answer("rock", "granite", CHANCES),)) for number in range(count)]


def lines(tree: AnswerTree) -> list[list[str]]:
    """Return the texts of every image and its properties."""
    tops = [tree.topLevelItem(index) for index in range(tree.topLevelItemCount())]
    return [
        [top.text(0), *(f"{top.child(k).text(0)}: {top.child(k).text(1)}" for k in range(top.childCount()))]
        for top in tops
    ]


def test_every_image_has_the_answers_of_every_model(dark: np.ndarray, quick: Any, quick_set: Any) -> None:
    viewer = ViewerModel()
    viewer.add_image(dark, name="photo")
    viewer.add_image(np.stack([dark, 255 - dark]), name="stack", rgb=True)
    classify_layers(viewer, ["photo", "stack"], quick_set(quick("rock"), quick("matrix", areas=False)))
    found = answers_in(viewer.layers)
    assert [picture.name for picture in found] == ["photo", "stack [0]", "stack [1]"]
    predictions = viewer.layers["predictions"].features
    for picture, number in zip(found, (0, 2, 4), strict=True):
        assert [answer.property for answer in picture.answers] == ["rock", "matrix"]
        for answer, row in zip(picture.answers, (number, number + 1), strict=True):
            assert answer.label == predictions["label"][row] == next(iter(answer.probabilities))
            assert answer.probabilities == {
                name: predictions[f"p_{name}"][row] for name in answer.probabilities
            }
            assert sum(answer.probabilities.values()) == pytest.approx(1)


def test_classes_have_the_colours_of_their_outlines(dark: np.ndarray, quick: Any) -> None:
    viewer = ViewerModel()
    viewer.add_image(dark, name="photo")
    _, predictions = classify_layers(viewer, ["photo"], quick())
    colour = QColor(colours_in(viewer.layers)[predictions.features["label"][0]])
    np.testing.assert_allclose(colour.getRgbF(), predictions.edge_color[0], atol=0.01)


def test_layers_that_are_not_ours_and_drawn_shapes_say_nothing(dark: np.ndarray, quick: Any) -> None:
    viewer = ViewerModel()
    viewer.add_image(dark, name="photo")
    viewer.add_shapes(name="predictions", features={"row": []})
    _, predictions = classify_layers(viewer, ["photo"], quick())
    before = answers_in(viewer.layers)
    viewer.layers.append(predictions.__class__.create(*predictions.as_layer_data_tuple()))
    predictions.add_rectangles(np.array([[1, 1], [1, 5], [5, 5], [5, 1]]))
    assert predictions.nshapes == 2
    assert answers_in(viewer.layers) == before


def test_the_tree_shows_classes_and_hides_without_answers(qtbot: Any) -> None:
    tree = AnswerTree()
    qtbot.addWidget(tree)
    assert tree.isHidden()
    tree.show_pictures(pictures(2), COLOURS)
    assert not tree.isHidden()
    assert lines(tree) == [["photo 0", "rock: granite"], ["photo 1", "rock: granite"]]
    answer = tree.topLevelItem(0).child(0)
    assert [answer.child(k).text(1) for k in range(answer.childCount())] == ["granite", "basalt"]
    assert answer.child(1).data(1, SHARE) == 0.2
    assert answer.child(1).data(1, COLOUR) == "#0000ff"
    assert answer.child(1).toolTip(1) == "basalt: 20 %"
    tree.show_pictures([], COLOURS)
    assert tree.isHidden()


def test_what_was_unfolded_stays_unfolded(qtbot: Any) -> None:
    tree = AnswerTree()
    qtbot.addWidget(tree)
    tree.show_pictures(pictures(2), COLOURS)
    tree.topLevelItem(1).child(0).setExpanded(True)
    tree.show_pictures(pictures(3), COLOURS)
    assert [tree.topLevelItem(k).child(0).isExpanded() for k in range(3)] == [False, True, False]


def test_of_many_images_the_first_are_shown(qtbot: Any) -> None:
    tree = AnswerTree()
    qtbot.addWidget(tree)
    tree.show_pictures(pictures(MOST_PICTURES + 7), COLOURS)
    assert tree.topLevelItemCount() == MOST_PICTURES + 1
    assert "7 more" in tree.topLevelItem(MOST_PICTURES).text(0)
    tree.show_pictures(pictures(MOST_PICTURES), COLOURS)
    assert tree.topLevelItemCount() == MOST_PICTURES


def test_a_bar_is_as_long_as_its_share() -> None:
    line = QRect(10, 0, 200, 22)
    assert [bar_rect(line, share).width() for share in (0, 0.25, 1)] == [1, 50, 200]
    assert bar_rect(line, 0.5).left() == 10


def test_the_bar_is_drawn_in_the_colour_of_the_class(qtbot: Any) -> None:
    tree = AnswerTree()
    qtbot.addWidget(tree)
    tree.show_pictures(pictures(1), COLOURS)
    tree.resize(400, 200)
    with qtbot.waitExposed(tree):
        tree.show()
    line = tree.visualItemRect(tree.topLevelItem(0).child(0))
    cell = QRect(tree.columnViewportPosition(1), line.top(), tree.columnWidth(1), line.height())
    seen = tree.viewport().grab().toImage()
    inside, outside = (
        seen.pixelColor(cell.left() + round(share * cell.width()), cell.top() + 4) for share in (0.7, 0.9)
    )
    assert inside.red() - inside.blue() > outside.red() - outside.blue() + 50
