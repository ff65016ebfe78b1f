"""Segmentation as jobs, without a widget: the estimated size, and a model that is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.crystals.segmentation_jobs import (
    ESTIMATING,
    LOOKING,
    KeptSegmenter,
    estimate_crystal_size,
    segment_built_in,
)
from napari_rocks2net.crystals.synthetic import SemImage
from napari_rocks2net.iteration import Steps


def test_the_size_is_estimated_once_and_reported(sem: SemImage) -> None:
    steps = Steps(segment_built_in(lambda: sem.image, SegmentationSettings(), None, None))
    activities = [each.activity for each in steps]
    assert activities[:2] == [ESTIMATING, LOOKING]
    result = steps.result
    assert result.estimate == estimate_crystal_size(lambda: sem.image, SegmentationSettings())
    assert result.estimate == pytest.approx(40, rel=0.5)
    assert result.labels.shape == sem.image.shape[:2]
    assert 10 < result.labels.max() < 100
    # A size that is known is taken as it is.
    again = Steps(segment_built_in(lambda: sem.image, SegmentationSettings(), None, result.estimate))
    list(again)
    np.testing.assert_array_equal(again.result.labels, result.labels)


def test_a_given_size_is_not_estimated(sem: SemImage) -> None:
    settings = replace(SegmentationSettings(), size=40.0, size_unit="pixel")
    steps = Steps(segment_built_in(lambda: sem.image, settings, None, None))
    assert ESTIMATING not in [each.activity for each in steps]
    assert steps.result.estimate is None


class Segmenter:
    """Stands in for the Segment Anything Model: counts what it encodes."""

    def __init__(self) -> None:
        self.encoded = 0

    def iterate_embedding(self, image: np.ndarray, settings: Any) -> Any:
        self.encoded += 1
        yield 1, 1
        return image

    def iterate_segmentation(self, embedding: np.ndarray, settings: Any) -> Any:
        yield 1, 1
        return np.ones(embedding.shape[:2], np.int32)


def test_model_and_embedding_are_kept_until_another_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_rocks2net.crystals.sam.segmenter import SamSegmenter

    loaded: list[Segmenter] = []
    monkeypatch.setattr(SamSegmenter, "load", lambda *_, **options: loaded.append(Segmenter()) or loaded[-1])
    kept, settings = KeptSegmenter(), SamSettings()

    def segment(image: str, checkpoint: str, changed: SamSettings = settings) -> np.ndarray:
        picture = np.full((4, 5), float(image == "first"))
        steps = Steps(kept.segment(lambda: picture, checkpoint, False, changed))
        list(steps)
        return steps.result.labels

    assert segment("first", "a").shape == (4, 5)
    segment("first", "a")
    assert [each.encoded for each in loaded] == [1]
    segment("second", "a")
    segment("second", "a", replace(settings, crop_info_bar=not settings.crop_info_bar))
    assert [each.encoded for each in loaded] == [3]
    segment("second", "b")
    assert [each.encoded for each in loaded] == [3, 1]
