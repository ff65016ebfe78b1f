"""Captions on images, which napari keeps in a private place: shown there, or else on the rectangles."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from napari.layers import Image

from napari_rocks2net.classify import Prediction, Predictions
from napari_rocks2net.plugin.layers import caption_overlay, result_layers
from napari_rocks2net.plugin.layers.caption_overlay import annotate_image, caption_of
from napari_rocks2net.plugin.layers.image_planes import image_planes
from napari_rocks2net.plugin.layers.result_layers import build_result_pair
from napari_rocks2net.plugin.layers.result_table import PlaneResult

AREA = np.array([[2, 3], [2, 9], [8, 9], [8, 3]], float)


@pytest.fixture
def photo() -> Image:
    return Image(np.zeros((40, 50), np.uint8), name="photo")


def text_is_visible(photo: Image) -> bool:
    answer = Predictions([Prediction("rock", "granite", 0.9, {"granite": 0.9, "basalt": 0.1})])
    (plane,) = image_planes(photo)
    return bool(build_result_pair([PlaneResult(plane, answer)]).predictions.text.visible)


def test_a_caption_and_areas_are_shown_and_taken_away(photo: Image) -> None:
    before = set(photo._overlays)
    annotate_image(photo, "granite 0.9", [AREA])
    assert caption_of(photo) == "granite 0.9"
    assert len(set(photo._overlays) - before) == 2
    annotate_image(photo, "")
    assert set(photo._overlays) == before
    assert not text_is_visible(photo)


def test_a_napari_that_shows_no_captions_has_the_answers_on_the_rectangles(
    photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (caption_overlay, result_layers):
        monkeypatch.setattr(module, "CAPTIONS", False)
    annotate_image(photo, "granite 0.9")
    assert caption_of(photo) == ""
    assert text_is_visible(photo)


def test_a_napari_that_keeps_its_overlays_elsewhere_raises_nothing() -> None:
    elsewhere: Any = SimpleNamespace()
    annotate_image(elsewhere, "granite 0.9", [AREA])
    assert caption_of(elsewhere) == ""
