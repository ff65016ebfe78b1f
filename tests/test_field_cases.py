"""The files of ``shared/field``, conditions that public reports and instruments name, each with its answer.

What of them needs a viewer is walked in `tests/plugin/test_field_cases.py`.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms
from tests.field_files import FIELD, colour_photo, needs_field

from napari_rocks2net.annotation import AnnotationCollection, import_geojson, import_remarks
from napari_rocks2net.annotation.image import ImageKey
from napari_rocks2net.crystals.info_bar import find_info_bar
from napari_rocks2net.imaging import as_rgb, count_pages, list_images, list_planes, read_image, read_plane
from napari_rocks2net.pixel_scale import read_pixel_size
from napari_rocks2net.samples import SampleError, load_samples, split_samples

pytestmark = needs_field
Caplog = pytest.LogCaptureFixture


@pytest.mark.parametrize(
    ("name", "micrometres"),
    [
        *(("zeiss_512", 0.011650), ("zeiss_1024", 0.005825), ("zeiss_2048", 0.002913)),
        *(("hitachi_half", 0.019844), ("jeol_half", 0.165289)),
    ],
)
def test_case_01_the_scale_fits_the_image_that_was_stored(name: str, micrometres: float) -> None:
    size = read_pixel_size(FIELD / "01_zeiss_sem_pixel_size" / f"{name}.tif")
    assert size is not None
    assert size.micrometres == pytest.approx(micrometres, abs=1e-6)


@pytest.mark.parametrize("way", ["uncompressed", "deflate", "lzw"])
def test_case_02_ycbcr_has_the_colours_of_the_photo(way: str) -> None:
    file = FIELD / "02_tiff_ycbcr_and_cielab" / f"ycbcr_{way}.tif"
    assert np.abs(read_image(file).astype(int) - colour_photo()).mean() < 2


@pytest.mark.parametrize("way", ["uncompressed", "lzw"])
def test_case_02_lab_is_what_little_cms_makes_of_it(way: str) -> None:
    file = FIELD / "02_tiff_ycbcr_and_cielab" / f"lab_{way}.tif"
    with Image.open(file) as stored:
        spaces = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        expected = np.asarray(ImageCms.profileToProfile(stored, *spaces, outputMode="RGB")).astype(int)
    # Little CMS counts in 8 bits, which tells most where one colour is at its end.
    assert np.abs(read_image(file).astype(int) - expected).mean() < 1


def test_case_03_white_is_white_whichever_bit_it_has() -> None:
    white, black = (
        read_image(FIELD / "03_tiff_one_bit" / f"{name}_is_zero.tif") for name in ("white", "black")
    )
    np.testing.assert_array_equal(white, black)
    assert set(np.unique(white)) == {0, 255}
    with Image.open(FIELD / "03_tiff_one_bit" / "white_is_zero.tif") as stored:
        np.testing.assert_array_equal(white[..., 0] > 0, np.asarray(stored))


@pytest.mark.parametrize("way", ["lzw", "raw"])
def test_case_04_a_colour_map_of_eight_bits(way: str) -> None:
    photo = read_image(FIELD / "04_tiff_palette_of_8_bits_lzw" / f"palette8_{way}.tif")
    np.testing.assert_allclose(photo.mean(axis=(0, 1)), (127.5, 127.5, 128), atol=0.6)


def test_case_07_only_alpha_is_opacity() -> None:
    folder, photo = FIELD / "07_tiff_extra_samples", colour_photo().astype(int)
    for name, factor in {
        **{"unspecified_zero": 1, "unspecified_infrared": 1},
        **{"associated_half": 0.5, "unassociated_half": 0.5},
    }.items():
        assert np.abs(read_image(folder / f"{name}.tif") - photo * factor).max() <= 2, name


@pytest.mark.parametrize("name", ["rgb_as_channels.ome.tif", "imagej_composite.tif"])
def test_case_09_three_channel_pages_are_a_colour_photo(name: str) -> None:
    file = FIELD / "09_colour_photo_as_three_pages_and_more_pages" / name
    np.testing.assert_array_equal(read_image(file), colour_photo())
    assert count_pages(file) == 1


def test_case_09_five_pages_are_five_photos() -> None:
    file = FIELD / "09_colour_photo_as_three_pages_and_more_pages" / "turntable_5_pages.tif"
    assert list_planes(file) == ((0,), (1,), (2,), (3,), (4,))
    with tifffile.TiffFile(file) as stored:
        for plane, page in zip(list_planes(file), stored.pages, strict=True):
            np.testing.assert_array_equal(read_plane(file, plane), page.asarray())


def test_case_14_a_grey_photo_has_one_brightness() -> None:
    file = FIELD / "14_grey_photo_in_napari_and_in_a_terminal" / "grey12.tif"
    with Image.open(file) as stored:
        values = np.asarray(stored)
    expected = np.rint(values / 4095 * 255)
    for photo in (read_image(file), as_rgb(values)):
        assert np.abs(photo - expected[..., None]).max() <= 1


def test_case_16_one_picture_in_two_classes_is_refused_and_copies_stay_together(caplog: Caplog) -> None:
    folder = FIELD / "16_same_photo_in_two_classes_and_two_parts" / "set"
    with pytest.raises(SampleError, match=r"mud0.*same_as_mud0|same_as_mud0.*mud0"):
        split_samples(load_samples(folder))
    samples = load_samples(folder)
    kept = samples.frame[~samples.frame["file"].str.contains("same_as_mud0")].reset_index(drop=True)
    frame = split_samples(type(samples)(kept, samples.properties)).frame
    photo = frame["file"].str.replace(" - Copy", "")
    assert (frame.groupby(photo)["split"].nunique() == 1).all()


def test_case_18_links_are_followed(tmp_path: Path) -> None:
    store = FIELD / "18_linked_folders" / "store"
    for name in ("mud", "silt"):
        (tmp_path / "deep" / name).mkdir(parents=True)
        (tmp_path / "deep" / name / "slide 1").symlink_to(store / name)
        (tmp_path / "deep" / name / "own.png").write_bytes((store / name / "0.png").read_bytes())
        (tmp_path / "deep" / name / "circle").symlink_to(tmp_path / "deep")
    assert len(list_images(tmp_path / "deep")) == 14
    assert len(load_samples(tmp_path / "deep").frame) == 14


def test_case_22_a_colour_photo_has_one_plane_and_the_others_are_counted() -> None:
    """By its tags the file is one photo; as a stack in a viewer, see the other test of the case."""
    folder = FIELD / "22_geojson_of_a_stack"
    keys = [ImageKey.of(folder / "stack.tif", plane) for plane in list_planes(folder / "stack.tif")]
    photo = AnnotationCollection().with_images(keys)
    (image,) = import_geojson(photo, folder / "qupath.geojson", keys[0], "mineral").images
    assert [each.labels["mineral"] for each in image.regions] == ["quartz"]
    assert import_remarks(photo, folder / "qupath.geojson", keys[0]).without_image == 2


@pytest.mark.parametrize("name", ["comma", "semicolon", "sep_line", "utf16_tabs", "capitals"])
def test_case_23_tables_of_excel_are_read_and_names_alike_warned_about(name: str, caplog: Caplog) -> None:
    with caplog.at_level(logging.WARNING):
        samples = load_samples(
            FIELD / "23_tables_of_a_european_excel" / f"{name}.csv", "lithology", group="sample"
        )
    assert len(samples.frame) == 6
    messages = " ".join(record.getMessage() for record in caplog.records)
    for words in ("S16", "s16", "15", "015", "silt", "Silt"):
        assert repr(words) in messages


@pytest.mark.parametrize("name", ["even_ground", "small_above_large"])
def test_case_24_even_ground_is_no_info_bar(name: str) -> None:
    with Image.open(FIELD / "24_info_bar_where_there_is_none" / f"{name}.png") as stored:
        assert find_info_bar(np.asarray(stored)) == (0, 400)


@pytest.mark.parametrize("name", ["ascii", "latin1", "utf8", "shift_jis", "space"])
def test_case_26_the_micro_sign_of_jeol_in_all_letters(name: str) -> None:
    size = read_pixel_size(FIELD / "26_jeol_scale_in_other_letters" / f"{name}.tif")
    assert size is not None
    assert size.micrometres == pytest.approx(10 / 121)
