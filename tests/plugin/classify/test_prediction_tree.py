"""The tree of predictions: what the result layers show, image by image, and no more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image
from qtpy.QtCore import QRect
from qtpy.QtGui import QColor

from napari_rocks2net.classify import Prediction
from napari_rocks2net.plugin import classify_layers
from napari_rocks2net.plugin.classify.prediction_tree import (
    COLOUR,
    MOST_IMAGES,
    PROBABILITY,
    PredictionTree,
    bar_rect,
)
from napari_rocks2net.plugin.layers.image_planes import image_planes
from napari_rocks2net.plugin.layers.result_table import ResultRow, result_colours, shown_rows

ROCK = Prediction("rock", "granite", 0.8, {"basalt": 0.2, "granite": 0.8})


def rows(count: int) -> list[ResultRow]:
    """Predictions of images that look the same."""
    plane = image_planes(Image(np.zeros((40, 50))))[0]
    return [ResultRow(k, replace(plane, name=f"photo {k}"), ROCK) for k in range(count)]


def lines(tree: PredictionTree) -> list[list[str]]:
    """Return the texts of every image and its properties."""
    tops = [tree.topLevelItem(index) for index in range(tree.topLevelItemCount())]
    return [
        [top.text(0), *(f"{top.child(k).text(0)}: {top.child(k).text(1)}" for k in range(top.childCount()))]
        for top in tops
    ]


def test_every_image_has_the_predictions_of_every_model(
    dark: np.ndarray, quick: Any, quick_set: Any, qtbot: Any
) -> None:
    viewer = ViewerModel()
    viewer.add_image(dark, name="photo")
    viewer.add_image(np.stack([dark, 255 - dark]), name="stack", rgb=True)
    classify_layers(viewer, ["photo", "stack"], quick_set(quick("rock"), quick("matrix", areas=False)))
    tree = PredictionTree()
    qtbot.addWidget(tree)
    tree.show_rows(shown_rows(viewer.layers))
    features = viewer.layers["predictions"].features
    assert lines(tree) == [
        [title, f"rock: {features['label'][row]}", f"matrix: {features['label'][row + 1]}"]
        for title, row in (("photo", 0), ("stack [0]", 2), ("stack [1]", 4))
    ]
    classes = tree.topLevelItem(2).child(0)
    shown = [(line.text(1), line.data(1, PROBABILITY)) for line in map(classes.child, range(3))]
    assert dict(shown) == {name: features[f"p_{name}"][4] for name, _ in shown}
    assert [probability for _, probability in shown] == sorted(dict(shown).values(), reverse=True)


def test_classes_have_the_colours_of_their_outlines(dark: np.ndarray, quick: Any) -> None:
    viewer = ViewerModel()
    viewer.add_image(dark, name="photo")
    _, predictions = classify_layers(viewer, ["photo"], quick())
    colour = QColor(result_colours(shown_rows(viewer.layers))["lithology"][predictions.features["label"][0]])
    np.testing.assert_allclose(colour.getRgbF(), predictions.edge_color[0], atol=0.01)


def test_other_layers_and_new_shapes_have_no_answers(dark: np.ndarray, quick: Any) -> None:
    viewer = ViewerModel()
    viewer.add_image(dark, name="photo")
    viewer.add_shapes(name="predictions", features={"row": []})
    _, predictions = classify_layers(viewer, ["photo"], quick())
    before = shown_rows(viewer.layers)
    assert len(before) == 1
    viewer.layers.append(predictions.__class__.create(*predictions.as_layer_data_tuple()))
    predictions.add_rectangles(np.array([[1, 1], [1, 5], [5, 5], [5, 1]]))
    assert predictions.nshapes == 2
    assert shown_rows(viewer.layers) == before


def test_the_tree_shows_classes_and_hides_without_predictions(qtbot: Any) -> None:
    tree = PredictionTree()
    qtbot.addWidget(tree)
    assert tree.isHidden()
    tree.show_rows(rows(2))
    assert not tree.isHidden()
    assert lines(tree) == [["photo 0", "rock: granite"], ["photo 1", "rock: granite"]]
    line = tree.topLevelItem(0).child(0)
    assert [line.child(k).text(1) for k in range(line.childCount())] == ["granite", "basalt"]
    assert line.child(1).data(1, PROBABILITY) == 0.2
    assert line.child(1).data(1, COLOUR) == result_colours(rows(1))["rock"]["basalt"]
    assert line.child(1).toolTip(1) == "basalt: 20 %"
    tree.show_rows([])
    assert tree.isHidden()


def test_what_was_unfolded_stays_unfolded(qtbot: Any) -> None:
    tree = PredictionTree()
    qtbot.addWidget(tree)
    tree.show_rows(rows(2))
    tree.topLevelItem(1).child(0).setExpanded(True)
    tree.show_rows(rows(3))
    assert [tree.topLevelItem(k).child(0).isExpanded() for k in range(3)] == [False, True, False]


def test_of_many_images_the_first_are_shown(qtbot: Any) -> None:
    tree = PredictionTree()
    qtbot.addWidget(tree)
    tree.show_rows(rows(MOST_IMAGES + 7))
    assert tree.topLevelItemCount() == MOST_IMAGES + 1
    assert "7 more" in tree.topLevelItem(MOST_IMAGES).text(0)
    tree.show_rows(rows(MOST_IMAGES))
    assert tree.topLevelItemCount() == MOST_IMAGES


def test_a_bar_is_as_long_as_its_share() -> None:
    line = QRect(10, 0, 200, 22)
    assert [bar_rect(line, share).width() for share in (0, 0.25, 1)] == [1, 50, 200]
    assert bar_rect(line, 0.5).left() == 10


def test_the_bar_is_drawn_in_the_colour_of_the_class(qtbot: Any) -> None:
    tree = PredictionTree()
    qtbot.addWidget(tree)
    tree.show_rows(rows(1))
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


def test_answers_about_a_training_photo_are_warned_about(qtbot: Any) -> None:
    (row,) = rows(1)
    tree = PredictionTree()
    qtbot.addWidget(tree)
    known = replace(ROCK, trained_on=True)
    tree.show_rows([replace(row, prediction=known)])
    assert tree.topLevelItem(0).child(0).text(0) == "The model was trained on this photo"
    tree.show_rows([replace(row, prediction=known), replace(row, number=1, prediction=ROCK)])
    assert tree.topLevelItem(0).child(0).text(0) == f"The model was trained on this photo ({ROCK.property})"


@pytest.mark.parametrize(
    ("unfamiliar", "warning"),
    [
        ((None, 0.95), None),
        ((0.96, 0.99), "Unlike anything this model has learned from"),
        ((0.2, 0.97), "Unlike anything this model has learned from (matrix)"),
    ],
)
def test_answers_about_an_unfamiliar_photo_are_warned_about(
    qtbot: Any, unfamiliar: tuple[float | None, ...], warning: str | None
) -> None:
    (row,) = rows(1)
    predictions = [
        replace(ROCK, property=name, unfamiliar=value)
        for name, value in zip(("rock", "matrix"), unfamiliar, strict=True)
    ]
    tree = PredictionTree()
    qtbot.addWidget(tree)
    tree.show_rows([replace(row, number=k, prediction=each) for k, each in enumerate(predictions)])
    texts = [tree.topLevelItem(0).child(k).text(0) for k in range(tree.topLevelItem(0).childCount())]
    assert texts == [*([warning] if warning else []), "rock", "matrix"]
    columns = [ResultRow(0, row.plane, each).all_columns() for each in predictions]
    assert [each.get("unfamiliar") for each in columns] == list(unfamiliar)
