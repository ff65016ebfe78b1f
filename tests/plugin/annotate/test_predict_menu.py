"""A model over the whole collection, from the widget's menu."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from napari_rocks2net.annotation import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.image_table import PREDICTION, UNSURE
from napari_rocks2net.annotation.learning.predicting import Predicted, predict_images, without_label
from napari_rocks2net.classify import Prediction, RockClassifier


@pytest.fixture
def run(widget: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch, model_path: Path) -> Callable[[Any], None]:
    """Return a function that starts a stand-in for a classifier over the collection, and waits."""

    def run_it(classifier: Any, *, wait: bool = True) -> None:
        menu = widget.predicting
        monkeypatch.setattr(RockClassifier, "load", lambda *models, **options: classifier)
        monkeypatch.setattr(
            "napari_rocks2net.plugin.annotate.predict_menu.read_card", lambda _: _Card(classifier)
        )
        menu.predict(str(model_path))
        if wait:
            qtbot.waitUntil(lambda: not menu.jobs.running)

    return run_it


class _Card:
    def __init__(self, classifier: Any) -> None:

        self.properties = classifier.properties


def test_every_image_gets_a_suggestion_that_one_key_accepts(
    widget: Any, run: Any, quick: Any, photos: list[Path]
) -> None:
    classifier = quick("lithology")
    run(classifier)
    assert len(widget.annotator.suggestions) == len(photos)
    assert threading.get_ident() not in classifier.threads
    assert "6 images predicted" in widget.status.text()
    assert not widget.predicting.jobs.isVisibleTo(widget)
    widget.annotator.accept()
    first = widget.annotator.collection.images[0]
    assert first.labels == {"lithology": widget.annotator.suggestions[first.key, "lithology"].label}
    assert first.origins == {"lithology": "accepted"}


def test_labelled_images_are_left_out_unless_asked_for(
    widget: Any, run: Any, quick: Any, photos: list[Path]
) -> None:
    widget.annotator.label("basalt")
    run(quick("lithology"))
    assert (ImageKey.of(photos[0]), "lithology") not in widget.annotator.suggestions
    widget.predicting.only_unlabelled = False
    run(quick("lithology"))
    assert (ImageKey.of(photos[0]), "lithology") in widget.annotator.suggestions


def test_cancelling_keeps_the_predictions_made_so_far(widget: Any, run: Any, quick: Any, qtbot: Any) -> None:
    run(quick("lithology", seconds=0.3), wait=False)
    assert widget.predicting.jobs.isVisibleTo(widget)
    qtbot.waitUntil(lambda: widget.predicting.jobs.bar.value() >= 1)
    widget.predicting.jobs.cancel_button.click()
    assert not widget.predicting.jobs.running
    assert 1 <= len(widget.annotator.suggestions) < 6
    assert widget.predicting.button.isEnabled()


def test_a_property_that_the_collection_lacks_is_added_only_when_the_person_says_so(
    widget: Any, run: Any, quick: Any, answers: dict[str, Any]
) -> None:
    before = widget.annotator.collection
    answers["Add property"] = ""
    run(quick("colour index"))
    assert widget.annotator.collection == before
    assert not widget.annotator.suggestions
    answers["Add property"] = "colour index"
    run(quick("colour index"))
    assert widget.annotator.property_name == "colour index"
    assert widget.annotator.vocabulary.classes == quick().properties[0].classes
    assert widget.annotator.suggestion(widget.annotator.current) is not None
    widget.annotator.undo()
    assert widget.annotator.property_name == "lithology"


def test_the_least_sure_come_first(widget: Any, photos: list[Path]) -> None:
    keys = [ImageKey.of(photo) for photo in photos]
    probabilities = {keys[1]: 0.9, keys[2]: 0.4, keys[4]: 0.6}
    widget.annotator.suggest(
        {
            (key, "lithology"): Prediction("lithology", "granite", probability, {"granite": probability})
            for key, probability in probabilities.items()
        }
    )
    widget.page.kind.setCurrentText(UNSURE)
    assert widget.page.images.order() == [keys[2], keys[4], keys[1]]
    widget.annotator.show(keys[2])
    widget.annotator.accept()
    assert widget.page.images.order() == [keys[4], keys[1]]
    assert widget.annotator.current == keys[4]
    widget.page.kind.setCurrentIndex(0)
    assert widget.page.images.order() == keys
    assert widget.page.table.horizontalHeader().sortIndicatorSection() != PREDICTION


def test_a_model_that_cannot_be_read_is_reported(widget: Any, tmp_path: Path) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(b"nothing")
    widget.predicting.predict(str(path))
    assert "broken.safetensors" in widget.status.text()
    assert not widget.predicting.jobs.running


def test_a_model_that_cannot_be_loaded_is_reported(
    widget: Any, monkeypatch: pytest.MonkeyPatch, qtbot: Any, model_path: Path
) -> None:
    def fail(*models: str, **options: str) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(RockClassifier, "load", fail)
    widget.predicting.predict(str(model_path))
    qtbot.waitUntil(lambda: not widget.predicting.jobs.running)
    assert "out of memory" in widget.status.text()


def test_the_menu_offers_the_models(widget: Any) -> None:
    widget.predicting.button.menu().aboutToShow.emit()
    texts = [action.text() for action in widget.predicting.button.menu().actions()]
    assert "Model file..." in texts
    assert any("built in" in text for text in texts)


def test_an_older_layer_does_not_overrule_a_newer_prediction(
    viewer: Any, widget: Any, photos: list[Path], quick: Any, layers_read: Any
) -> None:
    from napari_rocks2net.plugin import classify_layers

    (layer,) = viewer.open(photos[0], plugin="napari")
    classify_layers(viewer, [layer], quick("lithology"))
    layers_read(widget)
    newer = {(ImageKey.of(photos[0]), "lithology"): Prediction("lithology", "basalt", 0.5, {"basalt": 0.5})}
    widget.annotator.suggest(newer)
    viewer.add_points([[0, 0]])
    layers_read(widget)
    assert widget.annotator.suggestions.items() >= newer.items()


def test_the_work_reports_how_far_it_is(photos: list[Path], quick: Any) -> None:
    work = predict_images(lambda: quick("lithology"), [AnnotatedImage(photo) for photo in photos])
    steps = list(work)
    assert [step.done for step in steps] == list(range(7))
    assert all(step.total == 6 for step in steps)
    assert "left" in str(steps[3])


def test_an_image_with_one_of_two_labels_is_still_asked_about(session: Any) -> None:
    first = session.collection.images[0]
    images = session.collection.labelled([first.key], "lithology", "basalt").images
    assert first.key not in [image.key for image in without_label(images, ["lithology"])]
    assert first.key in [image.key for image in without_label(images, ["lithology", "grain"])]


def test_a_field_is_asked_about_once_and_all_its_views_get_the_answer(
    photos: list[Path], real_classifier: RockClassifier
) -> None:
    lights = {0: "PPL", 1: "XPL"}
    images = [
        AnnotatedImage(photo, section="S1", field="1" if at in lights else "", light=lights.get(at, ""))
        for at, photo in enumerate(photos[:3])
    ]
    *_, before, last = predict_images(lambda: real_classifier, images)
    assert isinstance(before, Predicted)
    assert isinstance(last, Predicted)
    assert (last.done, last.total) == (2, 2)
    first, second = (before.suggestions[image.key, "lithology"] for image in images[:2])
    assert first is second
    assert first.views == "the mean of 2 views"
    assert last.suggestions[images[2].key, "lithology"].views == ""
