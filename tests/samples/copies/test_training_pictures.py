"""A model knows its training photos again, under any name and in any form that people give them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.samples import Region, TrainingPictures, remembered, sample_hashes
from napari_rocks2net.samples.copies.grey_thumbnail import grey_thumbnail


def photo(seed: int) -> np.ndarray:
    """Draw grains: blurred noise of several scales in three colours."""
    rng = np.random.default_rng(seed)
    layers = [rng.integers(0, 256, (side, side * 4 // 3, 3)).astype(np.uint8) for side in (3, 9, 30, 120)]
    enlarged = [
        np.asarray(Image.fromarray(each).resize((200, 150), Image.Resampling.BICUBIC)) for each in layers
    ]
    return np.mean(enlarged, axis=0).astype(np.uint8)


PHOTOS = [photo(seed) for seed in range(24)]
MEMORY = TrainingPictures(frozenset().union(*(sample_hashes(each, None) for each in PHOTOS[:12])))


@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_turned_or_mirrored_copy_is_known_again(turn: int, mirrored: bool) -> None:
    for each in PHOTOS[:12]:
        copy = np.rot90(each[:, ::-1] if mirrored else each, turn)
        assert MEMORY.match(copy, None) == ("near" if turn or mirrored else "same")


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image.resize((100, 75), Image.Resampling.BOX),
        lambda image: image.rotate(90, expand=True).resize((75, 100), Image.Resampling.BOX),
        lambda image: image.convert("L").convert("RGB"),
    ],
)
def test_a_copy_that_was_changed_is_known_again(change: Callable[[Image.Image], Image.Image]) -> None:
    for each in PHOTOS[:12]:
        assert MEMORY.match(np.asarray(change(Image.fromarray(each))), None) == "near"


def test_other_photos_and_their_turns_are_not() -> None:
    assert {MEMORY.match(np.rot90(each, turn), None) for each in PHOTOS[12:] for turn in range(4)} == {None}


def test_a_region_that_was_turned_is_known_again() -> None:
    region = Region.rectangle(20, 30, 120, 150)
    memory = TrainingPictures(sample_hashes(PHOTOS[0], region))
    assert memory.match(np.rot90(PHOTOS[0][20:120, 30:150]), None) == "near"
    assert memory.match(PHOTOS[1], region) is None


def cropped(side: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return what cuts a share of each side out, off the middle."""

    def crop(image: np.ndarray) -> np.ndarray:
        height, width = (round(side * length) for length in image.shape[:2])
        y, x = (image.shape[0] - height) // 3, (image.shape[1] - width) * 3 // 4
        return image[y : y + height, x : x + width]

    return crop


def with_bar(image: np.ndarray) -> np.ndarray:
    """Append an information bar."""
    bar = np.full((36, image.shape[1], 3), 20, np.uint8)
    bar[10:20, 10:90] = 250
    return np.concatenate([image, bar])


def with_label(image: np.ndarray) -> np.ndarray:
    """Burn a scale bar on a white label into a corner."""
    labelled = image.copy()
    labelled[120:145, 110:195] = 255
    labelled[130:134, 120:185] = 0
    return labelled


@pytest.mark.parametrize(
    "change",
    [
        cropped(0.85),
        cropped(0.7),
        cropped(0.5),
        with_bar,
        with_label,
        lambda image: cropped(0.6)(np.rot90(image)),
    ],
    ids=["85 %", "70 %", "50 %", "bar", "label", "turned 60 %"],
)
def test_a_cropped_or_labelled_copy_is_known_again_and_other_photos_are_not(
    change: Callable[[np.ndarray], np.ndarray],
) -> None:
    memory = TrainingPictures(frozenset().union(*(sample_hashes(each, None) for each in PHOTOS[:4])))
    copies = [grey_thumbnail(change(each)) for each in PHOTOS[:8]]
    assert memory.copies_among(copies) == set(range(4))


def test_a_photo_of_which_a_part_was_trained_on_is_known_again() -> None:
    memory = TrainingPictures(sample_hashes(cropped(0.7)(PHOTOS[0]), None))
    assert memory.copies_among([grey_thumbnail(each) for each in PHOTOS[:3]]) == {0}


def test_of_very_many_photos_no_thumbnails_are_remembered() -> None:
    few = [frozenset({f"{number:016x}", f"={number}"}) for number in range(2000)]
    assert len(remembered(few)) == 4000
    more = remembered([*few, frozenset({"=more"})])
    assert more == tuple(f"{number:016x}" for number in range(2000))
