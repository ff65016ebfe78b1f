"""Learning while labelling, as a job without a widget."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net.annotation import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.learning.job import NOTHING_YET, LearningJob, LearningStep
from napari_rocks2net.features import Descriptors
from napari_rocks2net.iteration import Steps
from napari_rocks2net.models.probe import SIZES

KEYS = [ImageKey(Path(f"/photos/{number}.jpg")) for number in range(6)]
VALUES = dict(zip(KEYS, (0.0, 1.0, 10.0, 11.0, 0.5, 10.5), strict=True))


def describe(key: ImageKey) -> Descriptors:
    return Descriptors({"texture": np.resize(np.array([VALUES[key], 7.0], np.float32), SIZES["texture"])}, {})


def images(labels: dict[int, str]) -> list[AnnotatedImage]:
    return [
        AnnotatedImage(key.file, labels={"rock": labels[at]} if at in labels else {})
        for at, key in enumerate(KEYS)
    ]


def learned(
    labels: dict[int, str], known: dict[ImageKey, Descriptors], describing=describe
) -> tuple[list[LearningStep], str]:
    steps = Steps(LearningJob(images(labels), "rock", known, describing).run())
    return list(steps), steps.result


@pytest.mark.parametrize("labels", [{}, {0: "mud"}, {0: "mud", 1: "mud"}])
def test_one_class_says_that_two_are_needed(labels: dict[int, str]) -> None:
    steps, sentence = learned(labels, {})
    assert sentence == NOTHING_YET
    assert not any(step.suggestions for step in steps)


def test_every_image_without_a_label_is_suggested_and_ranked() -> None:
    steps, sentence = learned({0: "mud", 2: "sand"}, {})
    assert sentence == ""
    suggestions = {key: each.label for step in steps for (key, _), each in step.suggestions.items()}
    assert suggestions == {KEYS[1]: "mud", KEYS[4]: "mud", KEYS[3]: "sand", KEYS[5]: "sand"}
    assert set(steps[-1].ranks) == {KEYS[at] for at in (1, 3, 4, 5)}
    assert (steps[-1].done, steps[-1].total) == (6, 6)


def test_what_was_described_before_is_not_described_again() -> None:
    known: dict[ImageKey, Descriptors] = {}
    asked: list[ImageKey] = []
    learned({0: "mud", 2: "sand"}, known, lambda key: asked.append(key) or describe(key))
    learned({0: "mud", 2: "sand", 3: "mud"}, known, lambda key: asked.append(key) or describe(key))
    assert sorted(asked, key=str) == KEYS


def test_a_photo_that_cannot_be_read_costs_its_own_suggestion() -> None:
    def describing(key: ImageKey) -> Descriptors:
        if key in (KEYS[3], KEYS[4]):
            raise OSError("no picture")
        return describe(key)

    steps, sentence = learned({0: "mud", 2: "sand"}, {}, describing)
    assert sentence == "2 images cannot be read and learned from."
    assert {key for step in steps for key, _ in step.suggestions} == {KEYS[1], KEYS[5]}
