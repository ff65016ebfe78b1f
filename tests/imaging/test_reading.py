"""Reading image files: every kind a microscope writes, and every kind of damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_rocks2net.imaging import ImageError, is_image_file, list_images, read_image, read_numbers

COLOURS = np.array(
    [[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [90, 120, 200]], [[10, 20, 30], [255, 255, 255]]], np.uint8
)


@pytest.fixture
def photo() -> np.ndarray:
    """Smooth colours, 40 x 60, so that JPEG changes little."""
    y, x = np.mgrid[0:40, 0:60]
    return np.stack([y * 6, x * 4, (x + y) * 2], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("name", ["a.png", "b.bmp", "c.tif", "d.TIFF", "e.ppm"])
def test_lossless_rgb_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    Image.fromarray(COLOURS).save(tmp_path / name)
    np.testing.assert_array_equal(read_image(tmp_path / name), COLOURS)


def test_path_may_be_text_with_spaces_and_non_ascii_letters(tmp_path: Path) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "Dünnschliff 岩石.png")
    np.testing.assert_array_equal(read_image(str(tmp_path / "Dünnschliff 岩石.png")), COLOURS)


def test_jpeg_is_close_to_the_photo(tmp_path: Path, photo: np.ndarray) -> None:
    Image.fromarray(photo).save(tmp_path / "a.jpg", quality=95)
    assert np.abs(read_image(tmp_path / "a.jpg").astype(int) - photo).mean() < 4


def test_cmyk_jpeg_is_turned_to_rgb(tmp_path: Path, photo: np.ndarray) -> None:
    Image.fromarray(photo).convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    assert np.abs(read_image(tmp_path / "a.jpg").astype(int) - photo).mean() < 6


def test_cmyk_tiff_is_turned_to_rgb(tmp_path: Path) -> None:
    Image.fromarray(COLOURS).convert("CMYK").save(tmp_path / "a.tif")
    assert np.abs(read_image(tmp_path / "a.tif").astype(int) - COLOURS).max() <= 1


@pytest.mark.parametrize("suffix", [".png", ".tif", ".gif"])
def test_palette_is_resolved(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(COLOURS).quantize(6).save(path)
    with Image.open(path) as image:
        assert image.mode == "P"
    assert np.abs(read_image(path).astype(int) - COLOURS).max() <= 4


def test_transparent_palette_is_blended_over_black(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "a.png", transparency=0)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), [[[0, 0, 0], [0, 255, 0]]])


def test_rgba_is_blended_over_black(tmp_path: Path) -> None:
    rgba = np.array([[[200, 100, 50, 255], [200, 100, 50, 0]]], np.uint8)
    Image.fromarray(rgba).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), [[[200, 100, 50], [0, 0, 0]]])


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif"])
def test_a_photo_whose_opacity_is_empty_throughout_is_opaque(
    tmp_path: Path, photo: np.ndarray, name: str
) -> None:
    rgba = np.dstack([photo, np.zeros(photo.shape[:2], np.uint8)])
    for path in (tmp_path / name, tmp_path / f"half {name}"):
        if path.suffix == ".tif":
            tifffile.imwrite(path, rgba, photometric="rgb", extrasamples=["unassalpha"])
        else:
            Image.fromarray(rgba).save(path, lossless=True, exact=True)
        rgba[:20, :, 3] = 255
    np.testing.assert_array_equal(read_image(tmp_path / name), photo)
    half = read_image(tmp_path / f"half {name}")
    np.testing.assert_array_equal(half[:20], photo[:20])
    assert not half[20:].any()


def test_a_camera_that_was_set_to_adobe_rgb_says_so_without_a_profile(
    tmp_path: Path, photo: np.ndarray
) -> None:
    """Design rule for Camera File system, version 2.0: the index R03 of EXIF's interoperability."""
    colours = {}
    for index in ("R98", "R03"):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0xA005] = {1: index}
        Image.fromarray(photo).save(tmp_path / f"{index}.jpg", quality=100, subsampling=0, exif=exif)
        colours[index] = read_image(tmp_path / f"{index}.jpg")
    stored = colours["R98"].astype(float)
    np.testing.assert_allclose(stored, photo, atol=4)
    # Adobe RGB (1998), section 4.3.4, and IEC 61966-2-1: both under D65.
    to_xyz = [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
    to_srgb = [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
    light = np.clip((stored / 255) ** 2.19921875 @ np.array(to_xyz).T @ np.array(to_srgb).T, 0, 1)
    right = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055) * 255
    # In the darkest colours Little CMS keeps fewer steps.
    assert np.abs(colours["R03"] - right)[10:].mean() < 1
    assert np.abs(colours["R03"] - stored).max() > 20


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bit_grey_is_scaled_to_eight(tmp_path: Path, suffix: str) -> None:
    grey = np.array([[0, 32768, 65535]], np.uint16)
    path = tmp_path / f"a{suffix}"
    Image.fromarray(grey).save(path)
    np.testing.assert_array_equal(read_image(path)[0, :, 0], [0, 128, 255])


def test_black_and_white_bitmap_is_read(tmp_path: Path) -> None:
    Image.fromarray(np.array([[True, False]])).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_image(tmp_path / "a.png")[..., 0], [[255, 0]])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, photo: np.ndarray, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    Image.fromarray(photo).save(tmp_path / "a.png", exif=exif)
    tifffile.imwrite(tmp_path / "a.tif", photo, extratags=[(274, 3, 1, orientation, True)])
    upright = read_image(tmp_path / "a.png")
    assert upright.shape == ((40, 60, 3) if orientation < 5 else (60, 40, 3))
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), upright)


def test_first_page_of_a_multi_page_tiff(tmp_path: Path) -> None:
    pages = np.stack([np.full((5, 6), level, np.uint8) for level in (10, 200)])
    tifffile.imwrite(tmp_path / "a.tif", pages, photometric="minisblack")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), np.full((5, 6, 3), 10))


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_tiff_is_read(tmp_path: Path, compression: str) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "a.tif", compression=compression)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), COLOURS)


def test_planar_tiff_is_interleaved(tmp_path: Path, photo: np.ndarray) -> None:
    tifffile.imwrite(
        tmp_path / "a.tif", np.moveaxis(photo, -1, 0), photometric="rgb", planarconfig="separate"
    )
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), photo)


def test_inverted_grey_tiff_is_turned_round(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.array([[0, 55, 255]], np.uint8), photometric="miniswhite")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif")[0, :, 0], [255, 200, 0])


def test_sixteen_bit_rgb_tiff_is_scaled(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", COLOURS.astype(np.uint16) * 257, photometric="rgb")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), COLOURS)


def test_float_tiff_with_nan_has_black_holes(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.array([[0.0, 1.0, np.nan]], np.float32))
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif")[0, :, 0], [0, 255, 0])


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1)])
def test_one_pixel_sides_are_read(tmp_path: Path, shape: tuple[int, int]) -> None:
    Image.fromarray(np.full((*shape, 3), 77, np.uint8)).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), np.full((*shape, 3), 77))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".tif"])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.95])
def test_truncated_file_is_refused_by_name(tmp_path: Path, suffix: str, kept: float) -> None:
    whole, cut = tmp_path / f"whole{suffix}", tmp_path / f"cut{suffix}"
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    Image.fromarray(noise).save(whole)
    content = whole.read_bytes()
    cut.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(ImageError, match=f"cut{suffix}") as caught:
        read_image(cut)
    assert "\n" not in str(caught.value)


def test_tiff_without_a_finite_value_is_refused_by_name(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "blank.tif", np.full((4, 5), np.nan, np.float32))
    with pytest.raises(ImageError, match=r"blank\.tif.*no finite value"):
        read_image(tmp_path / "blank.tif")


def test_missing_file_folder_and_empty_file_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    with pytest.raises(ImageError, match=r"nothing\.jpg does not exist"):
        read_image(tmp_path / "nothing.jpg")
    with pytest.raises(ImageError, match="is a folder"):
        read_image(tmp_path)
    with pytest.raises(ImageError, match=r"empty\.png is an empty file"):
        read_image(tmp_path / "empty.png")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".bmp"])
def test_text_named_as_an_image_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"notes{suffix}"
    path.write_text("granite, from the quarry north of the road\n" * 20)
    with pytest.raises(ImageError, match="cannot be read as an image"):
        read_image(path)


def test_image_files_are_recognised_by_name_and_hidden_ones_left_out(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.tiff", "notes.txt", "._a.tiff"):
        (tmp_path / name).touch()
    (tmp_path / "sub.png").mkdir()
    (tmp_path / "sub.png" / "c.png").touch()
    assert [path.name for path in list_images(tmp_path)] == ["a.tiff", "b.JPG", "c.png"]
    assert not is_image_file(tmp_path / "sub.png")
    assert not is_image_file(tmp_path / "gone.png")


def test_a_jpeg_of_labels_is_refused(tmp_path: Path) -> None:
    labels = np.zeros((48, 64), np.uint8)
    labels[5:20, 5:20] = 1
    Image.fromarray(labels).save(tmp_path / "labels.jpg")
    Image.fromarray(labels).save(tmp_path / "labels.tif", compression="jpeg")
    for name in ("labels.jpg", "labels.tif"):
        with pytest.raises(ImageError, match=rf"{name}: it is compressed as JPEG, which changes numbers"):
            read_numbers(tmp_path / name)
