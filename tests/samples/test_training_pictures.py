"""A model knows its training photos again, under any name and in any form that people give them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.samples import Region, TrainingPictures, sample_hashes


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
        assert MEMORY.likeness(copy, None) == ("near" if turn or mirrored else "same")


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
        assert MEMORY.likeness(np.asarray(change(Image.fromarray(each))), None) == "near"


def test_other_photos_and_their_turns_are_not() -> None:
    assert {MEMORY.likeness(np.rot90(each, turn), None) for each in PHOTOS[12:] for turn in range(4)} == {
        None
    }


def test_a_region_that_was_turned_is_known_again() -> None:
    region = Region.rectangle(20, 30, 120, 150)
    memory = TrainingPictures(sample_hashes(PHOTOS[0], region))
    assert memory.likeness(np.rot90(PHOTOS[0][20:120, 30:150]), None) == "near"
    assert memory.likeness(PHOTOS[1], region) is None
