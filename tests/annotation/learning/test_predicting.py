"""Prediction of a collection, as a job without a widget."""

from __future__ import annotations

from pathlib import Path

from napari_rocks2net.annotation import AnnotationCollection, ImageKey
from napari_rocks2net.annotation.learning.predicting import Predicted, predict_images, without_label
from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.iteration import Steps


def predicted(
    torch_classifier: RockClassifier, collection: AnnotationCollection
) -> tuple[list[Predicted], str]:
    steps = Steps(predict_images(lambda: torch_classifier, collection.images))
    return [each for each in steps if isinstance(each, Predicted)], steps.result


def test_each_photo_gets_the_answer_that_it_gets_alone(
    torch_classifier: RockClassifier, collection: AnnotationCollection
) -> None:
    steps, sentence = predicted(torch_classifier, collection)
    assert [each.done for each in steps] == list(range(7))
    suggestions = {key: each for step in steps for key, each in step.suggestions.items()}
    for image in collection.images:
        alone = torch_classifier.predict(image.file).only
        assert suggestions[image.key, "lithology"].label == alone.label
    assert sentence.startswith("6 images predicted in ")
    assert sentence.endswith("A accepts.")


def test_missing_and_damaged_files_are_left_out_and_the_first_is_named(
    torch_classifier: RockClassifier, collection: AnnotationCollection, photos: list[Path]
) -> None:
    photos[1].unlink()
    photos[3].write_bytes(b"no picture")
    steps, sentence = predicted(torch_classifier, collection)
    keys = {key for step in steps for key, _ in step.suggestions}
    assert keys == {ImageKey.of(photos[at]) for at in (0, 2, 4, 5)}
    assert "4 images predicted" in sentence
    assert photos[1].name in sentence
    assert "and 1 more" in sentence


def test_where_nothing_can_be_read_nothing_is_to_be_accepted(
    torch_classifier: RockClassifier, collection: AnnotationCollection, photos: list[Path]
) -> None:
    for photo in photos:
        photo.unlink()
    assert "accepts" not in predicted(torch_classifier, collection)[1]


def test_labels_of_regions_leave_an_image_without_a_label(labelled: AnnotationCollection) -> None:
    assert [image.key for image in without_label(labelled.images, ["rock"])] == [
        image.key for image in labelled.images[2:]
    ]
    assert len(without_label(labelled.images, ["rock", "age"])) == 6
