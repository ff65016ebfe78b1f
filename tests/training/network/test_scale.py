"""The card says at which scale a property was learned."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.pixel_scale import LearnedPixelSize
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import Region, SampleTable
from napari_rocks2net.training.network.scale import learned_pixel_sizes


@pytest.fixture
def samples(tmp_path: Path) -> SampleTable:
    """Four photos of 640 px, the last one in the test part."""
    files = [str(tmp_path / f"{number}.png") for number in range(4)]
    for file in files:
        Image.fromarray(np.zeros((640, 640, 3), np.uint8)).save(file)
    columns = {
        "file": files,
        "region": pd.Series([None] * 4, dtype=object),
        "group": list("abcd"),
        "rock": ["mud", "silt", "mud", "silt"],
        "pixel_size_um": ["1", "2", "3", "50"],
        "split": ["train", "train", "validation", "test"],
    }
    return SampleTable(pd.DataFrame(columns), (RockProperty("rock", ("mud", "silt")),))


def test_it_is_that_of_the_photos_on_the_networks_input(samples: SampleTable) -> None:
    assert learned_pixel_sizes(samples, Preprocessing(64)) == {"rock": LearnedPixelSize(20.0, 10.0, 30.0)}
    native = Preprocessing(640, resize="native")
    assert learned_pixel_sizes(samples, native) == {"rock": LearnedPixelSize(2.0, 1.0, 3.0)}


def test_a_region_shows_a_smaller_field(samples: SampleTable) -> None:
    samples.frame.at[0, "region"] = Region.rectangle(0, 0, 64, 64)
    assert learned_pixel_sizes(samples, Preprocessing(64))["rock"].smallest == pytest.approx(1.0)


def test_where_few_photos_say_it_the_card_does_not(
    samples: SampleTable, caplog: pytest.LogCaptureFixture
) -> None:
    samples.frame["pixel_size_um"] = ["1", "", "", ""]
    with caplog.at_level(logging.WARNING):
        assert learned_pixel_sizes(samples, Preprocessing(64)) == {}
    assert "1 of 3 photos of 'rock'" in caplog.text


def test_a_table_without_scales_says_nothing(samples: SampleTable, caplog: pytest.LogCaptureFixture) -> None:
    del samples.frame["pixel_size_um"]
    assert learned_pixel_sizes(samples, Preprocessing(64)) == {}
    assert not caplog.records
