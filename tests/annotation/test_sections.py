from __future__ import annotations

import csv
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.annotation import CollectionError, guess_section
from napari_rocks2net.annotation.names import checked_name


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("sample_15_10X_PP_2.jpg", "sample_15"),
        ("sample_15_2.5X_PP_1.jpg", "sample_15"),
        ("sample_15_2,5x_XPL.jpg", "sample_15"),
        ("section_BOM-24-29-A_xpl.jpg", "section_BOM-24-29-A"),
        ("coarse_3_ppl_30.png", "coarse_3"),
        ("granite 12 (PPL).jpg", "granite 12"),
        ("WK1b+15gyp.JPG", "WK1b"),
        ("Probe 3 Foto 2.jpg", "Probe 3"),
        ("S2 x10.png", "S2"),
        ("岩石3_XPL.png", "岩石3"),
        ("2a_paralelos.jpg", "2a"),
        ("2a_cruzados.jpg", "2a"),
        ("S7 nicoles cruzados 1.png", "S7"),
        ("lame 12 LPNA.tif", "lame 12"),
        ("Schliff 3_gekreuzt.png", "Schliff 3"),
        ("T4_polarizado.jpg", "T4"),
    ],
)
def test_light_magnification_and_photo_number_are_no_part_of_the_section(name, section):
    assert guess_section(name) == section


@pytest.mark.parametrize(
    "name",
    ["BOM-24-29.jpg", "67.jpg", "IMG_1234.JPG", "PPL_3.jpg", "cromitaxpl.jpg", "S2_100um.tif", "no ending"],
)
def test_a_name_that_does_not_match_is_a_section_of_its_own(name):
    assert guess_section(name) == Path(name).stem


def test_the_folder_does_not_count():
    assert guess_section("ppl/67.jpg") == guess_section("/x/xpl/67.jpg") == "67"


def test_a_pattern_of_ones_own():
    assert guess_section("rock_7_a.png", r"_(\d+)_") == "7"
    assert guess_section("rock.png", r"_(\d+)_") == "rock"
    assert guess_section("rock__.png", r"_(\d*)_") == "rock__"


@pytest.mark.parametrize("pattern", ["(", r"\d+", r"(\d)(\d)"])
def test_a_pattern_that_cannot_be_used_is_refused(pattern):
    with pytest.raises(CollectionError, match="section pattern"):
        guess_section("a.png", pattern)


@pytest.mark.parametrize(
    "pattern", ["((?:a+)+)$", "((?:a|aa)+)$", "((?:a|a)*)b", "(.*a){1}.*.*.*.*.*.*.*.*.*.*=", "((?:.*?)*)x$"]
)
def test_a_pattern_that_would_search_for_ever_is_refused_soon(pattern):
    began = time.monotonic()
    with suppress(CollectionError):
        guess_section("a" * 200 + "!.png", pattern)
    assert time.monotonic() - began < 60


@given(
    st.text(min_size=1).filter(lambda text: "/" not in text and "\0" not in text and text not in (".", ".."))
)
def test_every_file_name_gives_a_section_that_has_a_name(name):
    section = guess_section(Path("/photos") / name)
    assert checked_name(section, "thin section") == section


@pytest.mark.real_data
@pytest.mark.parametrize("table", ["10x.csv", "2.5x.csv"])
def test_real_photos_of_both_magnifications_are_of_their_samples(real_data, table):
    with (real_data / "mudstone" / table).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {guess_section(row["file"]) for row in rows} == {f"sample_{row['sample']}" for row in rows}
    assert all(guess_section(row["file"]) == f"sample_{row['sample']}" for row in rows)
