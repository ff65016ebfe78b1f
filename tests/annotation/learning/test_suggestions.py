"""A quick model of the labels so far, and what to label next."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from subprocess import run

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.annotation import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.learning.fields import LearnedFields
from napari_rocks2net.annotation.learning.suggestions import (
    count_open_labels,
    fit_labels,
    most_different_first,
    suggest_labels,
)
from napari_rocks2net.classify import Prediction
from napari_rocks2net.features import Descriptors
from napari_rocks2net.models.probe import SIZES


def described(*numbers: float) -> Descriptors:
    return Descriptors({"texture": np.resize(np.array(numbers, np.float32), SIZES["texture"])}, {})


KEYS = [ImageKey(Path(f"/photos/{number}.jpg")) for number in range(6)]
VALUES = (0.0, 1.0, 10.0, 11.0, 0.5, 10.5)
KNOWN = {key: described(value, 7.0) for key, value in zip(KEYS, VALUES, strict=True)}


def images(labels: dict[int, str]) -> list[AnnotatedImage]:
    return [
        AnnotatedImage(key.file, labels={"rock": labels[at]} if at in labels else {})
        for at, key in enumerate(KEYS)
    ]


def test_two_labels_of_two_classes_are_enough() -> None:
    model = fit_labels(images({0: "mud", 2: "sand"}), "rock", KNOWN)
    assert model is not None
    suggestions = suggest_labels(model, "rock", KNOWN, KEYS)
    assert [suggestions[key, "rock"].label for key in KEYS] == ["mud", "mud", "sand", "sand", "mud", "sand"]
    assert all(sum(each.probabilities.values()) == pytest.approx(1) for each in suggestions.values())


@pytest.mark.parametrize("labels", [{}, {0: "mud"}, {0: "mud", 1: "mud"}])
def test_one_class_teaches_nothing(labels: dict[int, str]) -> None:
    assert fit_labels(images(labels), "rock", KNOWN) is None


def test_images_that_are_not_described_are_left_out() -> None:
    known = {key: KNOWN[key] for key in KEYS[:3]}
    assert fit_labels(images({0: "mud", 3: "sand"}), "rock", known) is None
    model = fit_labels(images({0: "mud", 2: "sand"}), "rock", known)
    assert model is not None
    assert len(suggest_labels(model, "rock", known, KEYS)) == 3
    assert suggest_labels(model, "rock", {}, KEYS) == {}


def test_the_most_different_photo_comes_first_and_a_labelled_one_never() -> None:
    ranks = most_different_first(KNOWN, [KEYS[0]])
    order = sorted(ranks, key=ranks.__getitem__)
    assert order[0] == KEYS[3]
    assert KEYS[0] not in ranks
    assert sorted(ranks.values()) == list(range(5))


def test_without_labels_the_farthest_from_the_mean_comes_first() -> None:
    known = KNOWN | {KEYS[5]: described(100.0, 7.0)}
    assert most_different_first(known, [])[KEYS[5]] == 0
    assert most_different_first({}, []) == {}
    assert most_different_first(known, KEYS) == {}


def test_a_photo_is_worth_a_label_until_the_model_is_sure() -> None:
    suggestions = {
        (KEYS[at], "rock"): Prediction("rock", "mud", probability, {"mud": probability})
        for at, probability in ((1, 0.6), (2, 0.95), (0, 0.1))
    }
    assert count_open_labels(images({0: "mud"}), "rock", suggestions) == 5
    labelled = [AnnotatedImage(Path(f"/labelled/{at}.jpg"), labels={"rock": "mud"}) for at in range(5)]
    assert count_open_labels([*images({0: "mud"}), *labelled], "rock", suggestions) == 4


def test_suggestions_need_no_torch_whose_import_would_stall_a_viewer(tmp_path: Path) -> None:
    for name, level in (("mud", 60), ("sand", 200)):
        picture = np.full((700, 800, 3), level, np.uint8)
        picture[::7, ::5] += np.uint8(40)
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    program = """
import sys
from pathlib import Path
from napari_rocks2net.annotation import AnnotatedImage
from napari_rocks2net.annotation.learning.fields import PhotoTexture
from napari_rocks2net.annotation.learning.suggestions import fit_labels, suggest_labels

files = sorted(Path(sys.argv[1]).glob("*.png"))
images = [AnnotatedImage(file, labels={"rock": file.stem}) for file in files]
known = {image.key: PhotoTexture()(image.key) for image in images}
suggestions = suggest_labels(fit_labels(images, "rock", known), "rock", known, known)
print([suggestions[key, "rock"].label for key in known], "torch" in sys.modules)
"""
    own_cache = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-c", program, str(tmp_path)]
    finished = run(command, env=own_cache, capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "['mud', 'sand'] False"


def fields(labels: dict[int, str]) -> list[AnnotatedImage]:
    """Six fields, each the photos 0 to 5 in XPL and one grey photo in PPL; the last lacks its XPL."""
    views = []
    for at, key in enumerate(KEYS):
        own = {"rock": labels[at]} if at in labels else {}
        name, section = f"field {at}", f"S{at}"
        views.append(AnnotatedImage(key.file.with_suffix(".ppl"), (), section, own, field=name, light="PPL"))
        if at < 5:
            views.append(AnnotatedImage(key.file, (), section, own, field=name, light="XPL"))
    return views


def test_a_field_is_learned_as_one_and_its_views_get_one_suggestion() -> None:
    images = fields({0: "mud", 2: "sand"})
    own = LearnedFields.of(images)
    grey = {image.key: described(5.0, 7.0) for image in images if image.light == "PPL"}
    known = own.described(KNOWN | grey)
    assert list(known) == [image.key for image in images if image.light == "PPL"]
    model = fit_labels(own.first_views, "rock", known, own.layout)
    assert model is not None
    suggestions = own.for_all_views(suggest_labels(model, "rock", known, known), KNOWN | grey)
    assert len(suggestions) == len(images)
    labels = [suggestions[image.key, "rock"].label for image in images[:10]]
    assert labels == ["mud", "mud", "mud", "mud", "sand", "sand", "sand", "sand", "mud", "mud"]
    assert suggestions[images[0].key, "rock"].views == "PPL + XPL"
    assert suggestions[images[10].key, "rock"].views == "PPL alone"
    assert set(most_different_first(known, [])) == set(known)


def test_photos_by_themselves_are_learned_as_they_are() -> None:
    own = LearnedFields.of(images({}))
    assert own.described(KNOWN) == KNOWN
    assert own.without_light == 0


def test_a_photo_that_does_not_say_its_light_beside_fields_is_counted() -> None:
    own = LearnedFields.of([*fields({}), AnnotatedImage(Path("/photos/lone.jpg"))])
    assert own.without_light == 1
    assert KEYS[0] not in own.described({ImageKey(Path("/photos/lone.jpg")): described(1.0)})
