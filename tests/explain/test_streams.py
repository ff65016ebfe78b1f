"""Both streams side by side, in a sentence."""

from __future__ import annotations

from napari_rocks2net.classify import Prediction
from napari_rocks2net.explain import streams_sentence


def prediction(whole: dict | None, local: dict | None) -> Prediction:
    return Prediction("lithology", "granite", 0.5, {"granite": 0.5, "slate": 0.5}, whole, local)


def test_streams_that_agree_are_reported_as_such() -> None:
    text = streams_sentence(prediction({"granite": 0.9, "slate": 0.1}, {"granite": 0.6, "slate": 0.4}))
    assert text == "Whole photo and critical area agree: granite (90 % and 60 %)."


def test_streams_that_disagree_are_named_with_what_each_says() -> None:
    text = streams_sentence(prediction({"granite": 0.9, "slate": 0.1}, {"granite": 0.4, "slate": 0.6}))
    assert "disagree" in text
    assert "the whole photo says granite (90 %), the critical area slate (60 %)" in text


def test_a_model_of_one_stream_has_nothing_to_compare() -> None:
    assert streams_sentence(prediction(None, None)) == ""
