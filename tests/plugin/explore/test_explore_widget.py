"""Explore in a real viewer: what is chosen on the map is chosen in Annotate, and the other way round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.annotation import AnnotatedRegion, with_regions
from napari_rocks2net.class_colours import NO_CLASS_COLOUR
from napari_rocks2net.classify import Prediction
from napari_rocks2net.plugin.explore.explore_widget import NO_COLLECTION
from napari_rocks2net.plugin.explore.lasso_plot import points_inside
from napari_rocks2net.samples import Region


def mapped(explore: Any, qtbot: Any) -> Any:
    """Press Map and wait; return the page."""
    explore.map.draw.click()
    qtbot.waitUntil(lambda: not explore.map.jobs.running)
    return explore.map


def lasso(page: Any, *numbers: int) -> None:
    """Choose points as a line drawn around them does."""
    page.plot.lassoed.emit(list(numbers))


def label_as(page: Any, name: str) -> None:
    """Choose a class in the menu."""
    page.labels.fill()
    [action] = [each for each in page.labels.button.menu().actions() if each.text() == name]
    action.trigger()


def test_the_collection_is_mapped_and_its_points_have_the_colours_of_their_labels(
    annotate: Any, explore: Any, qtbot: Any
) -> None:
    page = mapped(explore, qtbot)
    assert page.shown.places.shape == (6, 2)
    assert [each.key for each in annotate.annotator.collection.images] == page.shown.keys
    [granite, _] = annotate.annotator.vocabulary.colours
    assert f'color:{granite}">●</span> granite (3)' in page.legend.text()
    assert f'color:{NO_CLASS_COLOUR}">●</span> no label (3)' in page.legend.text()


def test_photos_in_a_lasso_are_selected_in_annotate_and_labelled_in_one_step(
    annotate: Any, explore: Any, qtbot: Any
) -> None:
    page = mapped(explore, qtbot)
    annotator, keys = annotate.annotator, page.shown.keys
    lasso(page, 3, 5)
    assert set(annotator.selected) == {keys[3], keys[5]}
    assert annotator.current == keys[3]
    assert len(annotate.page.table.selectionModel().selectedRows()) == 2
    assert page.strip.subjects() == [keys[3], keys[5]]
    label_as(page, "slate && schist")
    labels = [image.labels.get("rock") for image in annotator.collection.images]
    assert labels[3:] == ["slate & schist", None, "slate & schist"]
    assert "slate & schist (2)" in page.legend.text()
    annotator.undo()
    assert "slate & schist" not in page.legend.text()


def test_a_running_job_widens_nothing(annotate: Any, explore: Any, qtbot: Any) -> None:
    for page in (explore.map, explore.gallery):
        width = page.sizeHint().width()
        page.jobs.show()
        page.layout().activate()
        assert page.minimumSizeHint().width() <= width


def test_what_annotate_shows_and_selects_is_chosen_on_the_map(
    annotate: Any, explore: Any, qtbot: Any
) -> None:
    page = mapped(explore, qtbot)
    keys = page.shown.keys
    annotate.annotator.selected = (keys[1], keys[2])
    assert page.picked == [keys[1], keys[2]]
    page.plot.clicked.emit(4)
    assert annotate.annotator.current == keys[4]


def test_points_can_be_coloured_by_what_a_model_says(annotate: Any, explore: Any, qtbot: Any) -> None:
    page = mapped(explore, qtbot)
    key = page.shown.keys[0]
    slate = Prediction("rock", "slate & schist", 0.7, {"granite": 0.3, "slate & schist": 0.7})
    annotate.annotator.suggest({(key, "rock"): slate})
    page.colour.setCurrentText("By prediction")
    assert "slate & schist (1)" in page.legend.text()
    assert "no prediction (5)" in page.legend.text()


def test_a_gallery_shows_a_class_with_its_regions_and_the_improbable_first(
    annotate: Any, explore: Any, qtbot: Any
) -> None:
    annotator = annotate.annotator
    keys = [image.key for image in annotator.collection.images]
    region = AnnotatedRegion.new(Region.rectangle(2, 2, 30, 30), {"rock": "granite"})
    annotator.apply(with_regions(annotator.collection, {keys[5]: [region]}), "a region")
    unlikely = Prediction("rock", "slate & schist", 0.9, {"granite": 0.1, "slate & schist": 0.9})
    annotator.suggest({(keys[1], "rock"): unlikely})
    gallery = explore.gallery
    gallery.show_button.click()
    qtbot.waitUntil(lambda: not gallery.jobs.running)
    photos = gallery.wall.subjects()
    assert photos[0].key == keys[1]
    assert {photo.key for photo in photos} == {*keys[:3], keys[5]}
    assert gallery.wall.item(0).text() == "10 % by the model"
    gallery.wall.itemClicked.emit(gallery.wall.item(0))
    assert annotator.current == keys[1]
    gallery.wall.selectAll()
    label_as(gallery, "slate && schist")
    assert [image.labels["rock"] for image in annotator.collection.images[:3]] == ["slate & schist"] * 3
    assert annotator.collection.images[5].regions[0].labels["rock"] == "slate & schist"
    assert "4 labelled slate & schist; Ctrl+Z in Annotate takes it back in two steps" in explore.status.text()
    annotator.undo()
    assert annotator.collection.images[5].regions[0].labels["rock"] == "granite"
    assert annotator.collection.images[0].labels["rock"] == "slate & schist"


def test_a_sentence_says_that_no_collection_is_open(explore: Any) -> None:
    assert explore.status.text() == NO_COLLECTION
    assert not explore.map.draw.isEnabled()
    explore.map.map()
    assert "Open a collection" in explore.status.text()


def test_unreadable_photos_are_left_out_and_named(
    annotate: Any, explore: Any, qtbot: Any, photos: list[Path]
) -> None:
    photos[2].write_text("no picture")
    page = mapped(explore, qtbot)
    assert len(page.shown.keys) == 5
    assert "1 photo left out: S2_PPL_1.png" in explore.status.text()


@pytest.mark.parametrize(("left", "expected"), [(2, "3 photos or more; there are 2"), (6, "look the same")])
def test_too_few_or_equal_photos_get_a_sentence(
    annotate: Any, explore: Any, qtbot: Any, photos: list[Path], left: int, expected: str
) -> None:
    for file in photos:
        Image.fromarray(np.full((20, 20, 3), 7, np.uint8)).save(file)
    annotator = annotate.annotator
    gone = [image.key for image in annotator.collection.images[left:]]
    annotator.apply(annotator.collection.without_images(gone), "remove")
    explore.map.draw.click()
    qtbot.waitUntil(lambda: not explore.map.jobs.running)
    assert expected in explore.status.text()
    assert explore.map.shown is None


def test_annotate_may_be_closed_and_opened_again(
    viewer: Any, annotate: Any, explore: Any, qtbot: Any
) -> None:
    mapped(explore, qtbot)
    viewer.window.remove_dock_widget(annotate)
    explore.refresh()
    assert explore.status.text() == NO_COLLECTION
    assert explore.map.picked == []


def test_points_inside_of_a_line_are_those_of_the_polygon() -> None:
    points = np.array([[0.5, 0.5], [2.0, 0.5], [0.9, 0.1]])
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    assert points_inside(points, square).tolist() == [True, False, True]
    assert not points_inside(points, square[:2]).any()
