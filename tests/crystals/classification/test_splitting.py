"""Crystals of an image stay together as long as there are images enough."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.crystals.classification.conftest import squares

from napari_rocks2net.crystals import CrystalError, crystal_samples
from napari_rocks2net.crystals.classification.preparing import (
    describe_split,
    split_by_image,
    split_crystals,
)
from napari_rocks2net.samples import SampleTable


def named(folder: Path, images: int, per_class: int = 4) -> SampleTable:
    annotated = [squares(f"mount {number}", per_class, number) for number in range(images)]
    return crystal_samples(annotated, folder)


@pytest.mark.parametrize(
    ("images", "parts"), [(6, {"train", "validation", "test"}), (2, {"train", "validation"})]
)
def test_images_are_split_whole(tmp_path: Path, images: int, parts: set[str]) -> None:
    split = split_crystals(named(tmp_path, images))
    assert set(split.frame["split"]) == parts
    assert (split.frame.groupby("group")["split"].nunique() == 1).all()
    assert split_by_image(split)
    assert describe_split(split) == f"{8 * images} crystals of {images} SEM images, split by image"


def test_one_image_is_split_by_crystal_and_says_so(tmp_path: Path) -> None:
    split = split_crystals(named(tmp_path, 1))
    assert set(split.frame["split"]) == {"train", "validation"}
    assert split.frame.groupby("split")["crystal"].nunique().tolist() == [2, 2]
    assert not split_by_image(split)
    assert "8 crystals of 1 SEM image, checked on other crystals of the same image" in describe_split(split)


def test_a_class_that_one_image_has_is_split_by_crystal_too(tmp_path: Path) -> None:
    alone = squares("rare", 3, 3, names=("bright", "odd"))
    samples = crystal_samples([squares("a", 3, 1), squares("b", 3, 2), alone], tmp_path)
    assert not split_by_image(split_crystals(samples))


def test_the_seed_decides_the_split(tmp_path: Path) -> None:
    samples = named(tmp_path, 6)
    first, same, other = (split_crystals(samples, seed=seed).frame["split"].tolist() for seed in (1, 1, 2))
    assert first == same
    assert first != other


def test_too_few_crystals_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CrystalError, match="All named crystals are 'bright'"):
        split_crystals(crystal_samples([squares("a", 4, names=("bright",))], tmp_path))
    lone = squares("a", 3)
    classes = dict(lone.classes) | {1: "odd"}
    with pytest.raises(CrystalError, match="'odd' has one crystal only"):
        split_crystals(crystal_samples([type(lone)("a", lone.image, lone.labels, classes)], tmp_path))
