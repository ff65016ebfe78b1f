"""What a thread reads before a training: bad files cost a line, copies of a photo are one section."""

from __future__ import annotations

import pandas as pd
import pytest
from PIL import Image

from napari_rocks2net.audit.training_samples import ReadSamples, read_samples
from napari_rocks2net.samples import SampleError, TableSource


@pytest.fixture
def table(tmp_path, rng):
    """Six photos of six sections; the last is the first once more, smaller."""
    for number in range(5):
        pixels = rng.integers(0, 256, (12, 16, 3), dtype="uint8")
        Image.fromarray(pixels).resize((320, 240), Image.Resampling.BICUBIC).save(tmp_path / f"{number}.png")
    Image.open(tmp_path / "0.png").resize((256, 192)).save(tmp_path / "5.jpg", quality=90)
    rows = {
        "file": ["0.png", "1.png", "2.png", "3.png", "4.png", "5.jpg"],
        "rock": ["mud", "silt"] * 3,
        "section": list("abcdef"),
    }
    rows["rock"][5] = "mud"
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    return tmp_path / "t.csv"


def test_copies_of_a_photo_are_one_section_and_a_bad_file_is_a_line(table, tmp_path):
    (tmp_path / "3.png").write_bytes(b"no picture")
    read = read_samples(TableSource(table, "rock", "section"), tmp_path / "images")
    assert read.samples.frame["group"].tolist() == ["a", "b", "c", "e", "a"]
    assert read.sentence.startswith("1 image left out: ")
    assert "3.png" in read.sentence


def test_sections_that_were_joined_and_names_that_may_be_one_are_said(table, tmp_path):
    table.write_text(table.read_text().replace("silt,b", "Mud,B"))
    read = read_samples(TableSource(table, "rock", "section"), tmp_path / "images")
    assert "nearly the same picture are one" in read.sentence
    assert "0.png and" in read.sentence
    assert "'Mud' and 'mud'" in read.sentence


def test_a_property_that_loses_all_its_photos_is_a_sentence(table, tmp_path):
    for photo in tmp_path.glob("[0-9].*"):
        photo.write_bytes(b"no picture")
    with pytest.raises(SampleError, match="None of the images with a 'rock' can be used"):
        read_samples(TableSource(table, "rock", "section"), tmp_path / "images")


def test_many_lines_are_counted(table, tmp_path):
    samples = TableSource(table, "rock", "section").load(tmp_path)
    assert ReadSamples(samples, ()).sentence == ""
    assert ReadSamples(samples, tuple("abcde")).sentence == "5 images left out: a b c And 2 more."
