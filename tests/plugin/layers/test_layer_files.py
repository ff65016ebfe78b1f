"""Layers as files: linked, or saved whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dask.array as da
import imagecodecs
import numpy as np
import pytest
import tifffile
from napari.layers import Image
from PIL import Image as Picture

from napari_rocks2net.annotation import CollectionError, ImageKey, image_files
from napari_rocks2net.annotation.image_files import planes_in_file, read_preview
from napari_rocks2net.imaging import read_image, read_plane, strips
from napari_rocks2net.imaging.png_calibration import calibration_profile
from napari_rocks2net.plugin.layers.layer_files import layer_keys, save_layer, transform_for
from napari_rocks2net.plugin.layers.mark import ANNOTATED_IMAGE, ImageMark
from napari_rocks2net.plugin.layers.transforms import LayerTransform

DTYPES = ("uint8", "uint16", "int16", "uint32", "float32", "float64")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 3), (40, 50, 4), (3, 40, 50), (3, 40, 50, 3)])
def test_every_value_of_every_type_is_saved(
    tmp_path: Path, rng: np.random.Generator, dtype: str, shape: tuple[int, ...]
) -> None:
    pixels = rng.integers(0, 200, shape).astype(dtype)
    layer = Image(pixels, rgb=shape[-1] in (3, 4), name="one")
    file = save_layer(layer, tmp_path)
    back = np.asarray(Picture.open(file)) if file.suffix == ".png" else tifffile.imread(file)
    assert back.dtype == pixels.dtype
    np.testing.assert_array_equal(back, pixels)
    keys = planes_in_file(file)
    assert len(keys) == (3 if shape[0] == 3 else 1)
    assert read_plane(keys[-1].file, keys[-1].plane).shape == (40, 50, 3)


def test_the_finest_level_is_saved(tmp_path: Path, rng: np.random.Generator) -> None:
    pixels = rng.integers(0, 200, (64, 64)).astype(np.uint8)
    layer = Image([pixels, pixels[::2, ::2]], multiscale=True, name="levels")
    np.testing.assert_array_equal(np.asarray(Picture.open(save_layer(layer, tmp_path))), pixels)


def test_a_lazy_layer_that_the_memory_cannot_hold_is_refused_before_it_is_read(tmp_path: Path) -> None:
    def unread(block: np.ndarray) -> np.ndarray:
        raise AssertionError("it is read")

    endless = da.zeros((3_000_000, 3_000_000), dtype=np.uint8, chunks=10_000).map_blocks(
        unread, dtype=np.uint8, meta=np.empty((0, 0), np.uint8)
    )
    layer = Image(endless, multiscale=False, visible=False, contrast_limits=(0, 255), name="scan")
    with pytest.raises(CollectionError, match=r"The layer 'scan' cannot be saved .* GB are free"):
        save_layer(layer, tmp_path / "images")
    assert not (tmp_path / "images").exists()


def test_a_large_lazy_layer_is_written_by_strips_and_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_files, "LARGEST_PNG", 1_000)
    monkeypatch.setattr(strips, "STRIP_BYTES", 10_000)
    longest: list[int] = []

    def watched(block: np.ndarray) -> np.ndarray:
        longest.append(len(block))
        return block

    rows = np.broadcast_to(np.arange(1_010).astype(np.uint8)[:, None, None], (1_010, 50, 3))
    scan = da.from_array(rows, chunks=(130, 50, 3)).map_blocks(watched, dtype=np.uint8, meta=rows[:0])
    layer = Image(scan, rgb=True, multiscale=False, visible=False, name="scan")
    file = save_layer(layer, tmp_path / "images")
    assert max(longest) == 130, "never the whole"
    assert file == save_layer(layer, tmp_path / "images") == tmp_path / "images" / "scan.tif"
    np.testing.assert_array_equal(tifffile.imread(file), rows)
    other = Image(scan[::-1], rgb=True, multiscale=False, visible=False, name="scan")
    assert save_layer(other, tmp_path / "images").name == "scan 2.tif"


@pytest.mark.parametrize("shape", [(130, 5), (64, 5), (63, 5), (1, 1), (2, 130, 5)])
@pytest.mark.parametrize("dtype", [bool, np.uint16])
def test_planes_of_any_height_are_saved(
    tmp_path: Path, rng: np.random.Generator, shape: tuple[int, ...], dtype: type
) -> None:
    pixels = rng.integers(0, 2, shape).astype(dtype)
    layer = Image(
        da.from_array(pixels, chunks=(*[1] * (len(shape) - 2), 50, 5)), name="one", multiscale=False
    )
    file = save_layer(layer, tmp_path)
    np.testing.assert_array_equal(
        tifffile.imread(file).reshape(shape), pixels.astype(np.uint16) * (255 if dtype is bool else 1)
    )
    assert save_layer(layer, tmp_path) == file


def test_no_file_is_replaced_and_no_pixels_are_saved_twice(tmp_path: Path) -> None:
    dark, bright = (
        Image(np.zeros((40, 50), np.uint8), name="a/b"),
        Image(np.ones((40, 50), np.uint8), name="a/b"),
    )
    files = [save_layer(layer, tmp_path) for layer in (dark, bright, dark, bright)]
    assert [file.name for file in files] == ["a_b.png", "a_b 2.png"] * 2
    assert np.asarray(Picture.open(files[0])).max() == 0


def test_a_foreign_file_of_the_same_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "one.png").write_text("mine", encoding="utf-8")
    file = save_layer(Image(np.zeros((40, 50), np.uint8), name="one"), tmp_path)
    assert file.name == "one 2.png"
    assert (tmp_path / "one.png").read_text(encoding="utf-8") == "mine"


def test_a_layer_read_from_a_file_is_linked_to_it(photos: list[Path], layers: Any) -> None:
    (layer,) = layers.open(photos[0], plugin="napari")
    assert layer_keys(layer) == (ImageKey.of(photos[0]),)


def test_our_own_layer_is_never_meant() -> None:
    layer = Image(np.zeros((40, 50)), metadata=ImageMark(kind=ANNOTATED_IMAGE).metadata())
    assert layer_keys(layer) == ()


def test_a_preview_is_small_and_keeps_its_shape(tmp_path: Path, rng: np.random.Generator) -> None:
    pixels = rng.integers(0, 255, (300, 600, 3), dtype=np.uint8)
    for suffix in (".jpg", ".png"):
        Picture.fromarray(pixels).save(tmp_path / f"photo{suffix}")
        preview = read_preview(ImageKey.of(tmp_path / f"photo{suffix}"), 48)
        assert preview.shape == (24, 48, 3)
        assert preview.mean() == pytest.approx(pixels.mean(), abs=3)


def test_a_preview_has_the_colours_of_the_photo(tmp_path: Path) -> None:
    """By a profile of linear light, of inks, of a deep camera, and where a JPEG is one by its name alone."""
    y, x = np.mgrid[0:200, 0:300].astype(np.float32)
    photo = np.stack([x / 300, y / 200, (x + y) / 500], axis=-1)
    rgb = np.rint(photo * 255).astype(np.uint8)
    light = {"icc_profile": calibration_profile(1.0, None, grey=False)}
    Picture.fromarray(rgb).save(tmp_path / "light.jpg", quality=98, **light)
    Picture.fromarray(rgb).convert("CMYK").save(tmp_path / "inks.jpg", quality=98)
    deep = np.rint(photo * 4095).astype(np.uint16)
    (tmp_path / "deep.jpg").write_bytes(imagecodecs.jpeg_encode(deep, level=98, bitspersample=12))
    Picture.fromarray(np.dstack([rgb, 255 - rgb[..., 0]])).save(tmp_path / "png.jpg", "PNG")
    for path in tmp_path.glob("*.jpg"):
        preview = read_preview(ImageKey.of(path), 30)
        whole = np.asarray(Picture.fromarray(read_image(path)).resize(preview.shape[1::-1], 4))
        assert np.abs(preview.astype(int) - whole).mean() < 3, path.name


def test_a_damaged_stack_counts_as_one_picture(tmp_path: Path) -> None:
    file = tmp_path / "cut.tif"
    file.write_bytes(b"II*\x00broken")
    assert planes_in_file(file) == (ImageKey.of(file),)


def test_an_image_lies_where_a_linked_layer_shows_it(tmp_path: Path) -> None:
    key = ImageKey.of(tmp_path / "saved.png")
    layer = Image(np.zeros((20, 30)), rotate=20, scale=(2, 2), name="saved")
    transform = transform_for(key, [layer], {str(layer.unique_id): (key,)})
    assert transform.same_as(LayerTransform.of(layer))


def test_without_a_layer_the_pixels_are_the_worlds(tmp_path: Path) -> None:
    np.testing.assert_array_equal(transform_for(ImageKey.of(tmp_path / "a.png"), [], {}).matrix, np.eye(3))


def test_lazy_values_of_another_type_than_is_declared_are_kept(tmp_path: Path) -> None:
    halves = da.zeros((20, 30), dtype=np.uint8).map_blocks(lambda block: block + 0.5, dtype=np.uint8)
    path = save_layer(Image(halves, name="halves"), tmp_path / "images")
    assert (tifffile.imread(path) == 0.5).all()
