"""Every action on a collection, without a viewer."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_rocks2net.annotation import (
    AnnotatedRegion,
    AnnotationCollection,
    CollectionSession,
    Vocabulary,
    read_collection,
    with_regions,
)
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.classify import Prediction
from napari_rocks2net.samples import Region


@pytest.fixture
def session(tmp_path: Path, photos: list[Path]) -> CollectionSession:
    lithology = Vocabulary.of_classes("lithology", ("granite", "Übergang fein", "basalt"))
    collection = AnnotationCollection((lithology,)).with_images(photos)
    return CollectionSession.create(tmp_path / "rocks.collection.json", collection=collection)


@pytest.fixture
def annotator(session: CollectionSession) -> Annotator:
    made = Annotator()
    made.use(session)
    return made


def labels(annotator: Annotator) -> list[str | None]:
    return [image.labels.get("lithology") for image in annotator.collection.images]


def position(annotator: Annotator) -> int:
    return [image.key for image in annotator.collection.images].index(annotator.current)


def suggest(annotator: Annotator, row: int, label: str, probability: float = 0.7) -> None:
    key = annotator.collection.images[row].key
    annotator.suggest({(key, "lithology"): Prediction("lithology", label, probability, {label: probability})})


def test_a_digit_labels_and_shows_the_next_unlabelled_image(annotator: Annotator) -> None:
    annotator.label_number(1)
    annotator.label_number(3)
    assert labels(annotator)[:3] == ["granite", "basalt", None]
    assert position(annotator) == 2


def test_every_label_is_in_the_file_at_once(annotator: Annotator) -> None:
    annotator.label_number(2)
    (saved, *_) = read_collection(annotator.session.path).images
    assert saved.labels == {"lithology": "Übergang fein"}


def test_labelled_images_are_passed_over(annotator: Annotator) -> None:
    annotator.show_next(1)
    annotator.label_number(1)
    annotator.show(annotator.collection.images[0].key)
    annotator.label_number(1)
    assert position(annotator) == 2


def test_without_moving_on_the_image_stays(annotator: Annotator) -> None:
    annotator.move_on = False
    annotator.label_number(1)
    assert position(annotator) == 0


def test_the_last_label_says_that_all_are_labelled(annotator: Annotator) -> None:
    messages: list[str] = []
    annotator.message.connect(messages.append)
    for _ in range(6):
        annotator.label_number(1)
    assert labels(annotator) == ["granite"] * 6
    assert "Every image" in messages[-1]


def test_several_selected_images_are_labelled_at_once_and_undone_at_once(annotator: Annotator) -> None:
    annotator.selected = tuple(image.key for image in annotator.collection.images[1:4])
    annotator.label_number(3)
    assert labels(annotator) == [None, "basalt", "basalt", "basalt", None, None]
    annotator.undo()
    assert labels(annotator) == [None] * 6
    annotator.redo()
    assert labels(annotator)[1:4] == ["basalt"] * 3


def test_a_key_without_a_class_labels_nothing_and_says_so(annotator: Annotator) -> None:
    messages: list[str] = []
    annotator.message.connect(messages.append)
    annotator.label_number(7)
    assert labels(annotator) == [None] * 6
    assert "key 7" in messages[-1]


def test_clearing_takes_the_label_off_and_stays(annotator: Annotator) -> None:
    annotator.move_on = False
    annotator.label_number(1)
    annotator.move_on = True
    annotator.label(None)
    assert labels(annotator)[0] is None
    assert position(annotator) == 0


def test_accepting_takes_the_prediction(annotator: Annotator) -> None:
    suggest(annotator, 0, "basalt")
    annotator.accept()
    image = annotator.collection.images[0]
    assert image.labels["lithology"] == "basalt"
    assert image.origins["lithology"] == "accepted"


@pytest.mark.parametrize(("number", "origin"), [(1, "corrected"), (3, "accepted")])
def test_a_digit_beside_a_prediction_corrects_or_accepts_it(
    annotator: Annotator, number: int, origin: str
) -> None:
    suggest(annotator, 0, "basalt")
    annotator.label_number(number)
    assert annotator.collection.images[0].origins["lithology"] == origin


def test_several_predictions_are_accepted_at_once(annotator: Annotator) -> None:
    suggest(annotator, 0, "basalt")
    suggest(annotator, 1, "granite")
    annotator.selected = tuple(image.key for image in annotator.collection.images[:3])
    annotator.accept()
    assert labels(annotator)[:3] == ["basalt", "granite", None]
    annotator.undo()
    assert labels(annotator)[:3] == [None, None, None]


def test_a_prediction_of_an_unknown_class_is_not_accepted(annotator: Annotator) -> None:
    messages: list[str] = []
    annotator.message.connect(messages.append)
    suggest(annotator, 0, "gabbro")
    annotator.accept()
    assert labels(annotator)[0] is None
    assert "'gabbro'" in messages[-1]


def test_nothing_to_accept_is_reported(annotator: Annotator) -> None:
    messages: list[str] = []
    annotator.message.connect(messages.append)
    annotator.accept()
    assert "no prediction" in messages[-1]


def test_selected_regions_are_labelled_in_place_of_the_image(annotator: Annotator) -> None:
    areas = (Region.rectangle(0, 0, 5, 5), Region.rectangle(5, 5, 9, 9))
    first, second = map(AnnotatedRegion.new, areas)
    key = annotator.current
    assert key is not None
    annotator.apply(with_regions(annotator.collection, {key: [first, second]}), "draw")
    annotator.selected_regions = lambda: [second.id]
    annotator.label_number(1)
    image = annotator.image(key)
    assert [dict(region.labels) for region in image.regions] == [{}, {"lithology": "granite"}]
    assert image.labels == {}
    assert annotator.current == key


def test_the_order_that_is_shown_is_followed(annotator: Annotator) -> None:
    keys = [image.key for image in annotator.collection.images]
    annotator.order = lambda: [keys[0], keys[4], keys[2]]
    annotator.label_number(1)
    assert annotator.current == keys[4]
    annotator.show_next(1)
    assert annotator.current == keys[2]
    messages: list[str] = []
    annotator.message.connect(messages.append)
    annotator.show_next(1)
    assert annotator.current == keys[2]
    assert messages == ["This is the last image."]


def test_what_cannot_be_saved_is_reported_and_not_made(annotator: Annotator) -> None:
    messages: list[str] = []
    annotator.message.connect(messages.append)
    annotator.session.path.write_text("changed by another program", encoding="utf-8")
    annotator.label_number(1)
    assert labels(annotator)[0] is None
    assert any("changed by another program" in text for text in messages)
    assert annotator.session.path.read_text(encoding="utf-8") == "changed by another program"


def test_undo_without_a_change_is_reported(annotator: Annotator) -> None:
    messages: list[str] = []
    annotator.message.connect(messages.append)
    annotator.undo()
    assert messages == ["There is nothing to undo."]


def test_another_collection_replaces_the_open_one(annotator: Annotator, tmp_path: Path) -> None:
    old = annotator.session
    other = CollectionSession.create(tmp_path / "other.collection.json")
    annotator.use(other)
    assert annotator.current is None
    assert annotator.property_name == ""
    old.apply(old.collection.labelled([old.collection.images[0].key], "lithology", "granite"), "elsewhere")
    assert annotator.collection == other.collection
