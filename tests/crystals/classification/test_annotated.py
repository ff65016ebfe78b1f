"""Named crystals become pictures of their own, grouped by SEM image."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.crystals.classification.conftest import squares

from napari_rocks2net.crystals import AnnotatedCrystals, CropSettings, CrystalError, crystal_samples
from napari_rocks2net.crystals.classification.crops import CrystalCuts
from napari_rocks2net.rock_properties import RockProperty


def test_every_named_crystal_is_a_sample_of_its_image(tmp_path: Path) -> None:
    first, second = squares("a/mount 1.tif", 2), squares("b/mount 1.tif", 1, seed=1)
    samples = crystal_samples([first, second], tmp_path)
    frame = samples.frame
    assert samples.only == RockProperty("crystal", ("bright", "dim"))
    assert frame["group"].tolist() == ["a/mount 1.tif"] * 4 + ["b/mount 1.tif"] * 2
    assert frame["crystal"].tolist() == ["bright", "dim"] * 3
    assert frame["file"].nunique() == 6
    for file, cut in zip(frame["file"], CrystalCuts(first.image, first.labels), strict=False):
        np.testing.assert_array_equal(np.asarray(Image.open(file)), cut)


def test_crystals_without_a_class_are_left_out(tmp_path: Path) -> None:
    item = dataclasses.replace(squares("a", 3), classes={2: "dim", 4: " ", 5: "", 6: "bright "})
    assert crystal_samples([item], tmp_path).frame["crystal"].tolist() == ["dim", "bright"]
    assert len(list(tmp_path.iterdir())) == 2


def test_names_of_deleted_crystals_are_left_out_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    item = dataclasses.replace(squares("mount 1", 1), classes={1: "bright", 2: "dim", 77: "dim"})
    with caplog.at_level(logging.WARNING):
        assert len(crystal_samples([item], tmp_path)) == 2
    assert (
        "1 of 3 named crystals are not in the labels of mount 1 and left out, the first is 77." in caplog.text
    )


def test_the_background_is_left_out_on_request(tmp_path: Path) -> None:
    samples = crystal_samples([squares("a", 1)], tmp_path, CropSettings(zero_background=True))
    crop = np.asarray(Image.open(samples.frame["file"][0]))
    assert np.count_nonzero(crop) == 144


def test_nothing_named_is_refused(tmp_path: Path) -> None:
    item = dataclasses.replace(squares("a", 1), classes={})
    for annotated in ([], [item]):
        with pytest.raises(CrystalError, match="No crystal has a class"):
            crystal_samples(annotated, tmp_path)
    wrong = AnnotatedCrystals("a", np.zeros((20, 20)), np.ones((30, 20), int), {1: "x"})
    with pytest.raises(CrystalError, match="pass the image that was segmented"):
        crystal_samples([wrong], tmp_path)
