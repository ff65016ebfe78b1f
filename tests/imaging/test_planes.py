"""Pages, planes and series: every picture of a file has a place, and its file one white."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_rocks2net.imaging import (
    ImageError,
    as_rgb,
    count_pages,
    list_planes,
    open_planes,
    picture_size,
    read_image,
    read_plane,
)


@pytest.mark.parametrize(
    ("shape", "plane", "photometric"),
    [
        ((3, 8, 9), (2,), "minisblack"),
        ((2, 3, 8, 9), (1, 2), "minisblack"),
        ((4, 8, 9, 3), (3,), "rgb"),
    ],
)
def test_a_page_of_a_tiff_is_read_as_numpy_would_index_it(tmp_path, rng, shape, plane, photometric):
    pixels = rng.integers(0, 256, shape, dtype=np.uint8)
    tifffile.imwrite(tmp_path / "stack.tif", pixels, photometric=photometric)
    np.testing.assert_array_equal(read_plane(tmp_path / "stack.tif", plane), as_rgb(pixels[plane]))


def test_a_stack_that_is_one_page_is_indexed(tmp_path, rng):
    pixels = rng.integers(0, 256, (3, 8, 9), dtype=np.uint8)
    tifffile.imwrite(
        tmp_path / "volume.tif", pixels, photometric="minisblack", volumetric=True, tile=(1, 16, 16)
    )
    np.testing.assert_array_equal(read_plane(tmp_path / "volume.tif", (1,)), as_rgb(pixels[1]))


def test_an_array_of_numpy_is_a_stack(tmp_path, rng):
    pixels = rng.random((3, 8, 9))
    np.save(tmp_path / "stack.npy", pixels)
    np.testing.assert_array_equal(read_plane(tmp_path / "stack.npy", (1,)), as_rgb(pixels[1]))


def test_without_a_plane_the_image_is_read(tmp_path, write_photo):
    path = write_photo(tmp_path / "a.png")
    np.testing.assert_array_equal(read_plane(path, ()), read_image(path))


@pytest.mark.parametrize("plane", [(3,), (0, 0, 0, 0)])
@pytest.mark.parametrize(
    "name", ["stack.tif", "stack.npy", "photo.png", "broken.tif", "none.tif", "pickle.npy"]
)
def test_a_plane_that_cannot_be_read_is_named(tmp_path, rng, write_photo, name, plane):
    pixels = rng.integers(0, 256, (3, 8, 9), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "stack.tif", pixels, photometric="minisblack")
    np.save(tmp_path / "stack.npy", pixels)
    np.save(tmp_path / "pickle.npy", np.array([{}, {}, {}, {}]), allow_pickle=True)
    write_photo(tmp_path / "photo.png")
    (tmp_path / "broken.tif").write_bytes((tmp_path / "stack.tif").read_bytes()[:90])
    with pytest.raises(ImageError, match=name.replace(".", r"\.")):
        read_plane(tmp_path / name, plane)


@pytest.fixture
def photo(rng):
    return rng.integers(0, 256, (60, 80, 3), dtype=np.uint8)


@pytest.mark.parametrize("kind", [{"ome": True}, {"imagej": True}, {}])
def test_red_green_and_blue_in_three_pages_are_one_colour_photo(tmp_path, photo, kind):
    """OME files with axes CYX, composites of ImageJ, and other files that say which axis holds channels."""
    path = tmp_path / ("photo.ome.tif" if "ome" in kind else "photo.tif")
    channels = np.moveaxis(photo, -1, 0)
    tifffile.imwrite(path, channels, photometric="minisblack", metadata={"axes": "CYX"}, **kind)
    assert list_planes(path) == ((),)
    assert count_pages(path) == 1
    np.testing.assert_array_equal(read_image(path), photo)
    # One channel is still there for whoever asks for it, as napari shows such a file.
    np.testing.assert_array_equal(read_plane(path, (1,)), as_rgb(photo[..., 1]))


def test_a_stack_of_colour_photos_in_channel_pages(tmp_path, rng):
    stack = rng.integers(0, 256, (2, 3, 20, 30), dtype=np.uint8)
    tifffile.imwrite(
        tmp_path / "a.ome.tif", stack, photometric="minisblack", metadata={"axes": "ZCYX"}, ome=True
    )
    assert list_planes(tmp_path / "a.ome.tif") == ((0,), (1,))
    np.testing.assert_array_equal(read_plane(tmp_path / "a.ome.tif", (1,)), np.moveaxis(stack[1], 0, -1))
    np.testing.assert_array_equal(read_plane(tmp_path / "a.ome.tif", (1, 2)), as_rgb(stack[1, 2]))


def test_channels_that_are_named_stand_in_the_order_of_their_names(tmp_path, photo):
    metadata = {"axes": "CYX", "Channel": {"Name": ["Blue", "Green", "Red"]}}
    channels = np.moveaxis(photo[..., ::-1], -1, 0)
    tifffile.imwrite(tmp_path / "a.ome.tif", channels, photometric="minisblack", metadata=metadata, ome=True)
    np.testing.assert_array_equal(read_image(tmp_path / "a.ome.tif"), photo)


def test_channels_whose_colours_are_given_stand_in_the_order_of_these(tmp_path, photo):
    blue_green_red = np.moveaxis(photo[..., ::-1], -1, 0)
    signed = [value - (value >> 31 << 32) for value in (0x0000FFFF, 0x00FF00FF, 0xFF0000FF)]
    metadata = {"axes": "CYX", "Channel": {"Color": signed}}
    tifffile.imwrite(tmp_path / "a.ome.tif", blue_green_red, metadata=metadata, photometric="minisblack")
    np.testing.assert_array_equal(read_image(tmp_path / "a.ome.tif"), photo)


def test_channels_that_are_named_as_no_colours_are_planes(tmp_path, photo):
    metadata = {"axes": "CYX", "Channel": {"Name": ["PPL", "XPL", "SEM"]}}
    channels = np.moveaxis(photo, -1, 0)
    tifffile.imwrite(tmp_path / "a.ome.tif", channels, metadata=metadata, photometric="minisblack")
    assert list_planes(tmp_path / "a.ome.tif") == ((0,), (1,), (2,))
    np.testing.assert_array_equal(read_plane(tmp_path / "a.ome.tif", (1,))[..., 0], photo[..., 1])


def test_look_up_tables_of_imagej_say_which_channel_is_which_colour(tmp_path, photo):
    ramp, none = np.arange(256, dtype=np.uint8), np.zeros(256, np.uint8)
    tables = [np.stack([none, none, ramp]), np.stack([none, ramp, none]), np.stack([ramp, none, none])]
    metadata = {"axes": "CYX", "mode": "composite", "LUTs": tables}
    channels = np.moveaxis(photo[..., ::-1], -1, 0)
    tifffile.imwrite(tmp_path / "a.tif", channels, photometric="minisblack", metadata=metadata, imagej=True)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), photo)


RAMP, NONE = np.arange(256, dtype=np.uint8), np.zeros(256, np.uint8)
GREYS = np.stack([RAMP, RAMP, RAMP])
FALLING_GREYS = GREYS[:, ::-1].copy()


def write_imagej(path: Path, values: np.ndarray, axes: str, tables: list[np.ndarray]) -> Path:
    """Write a file whose channels have look-up tables."""
    metadata = {"axes": axes, "LUTs": tables}
    tifffile.imwrite(path, values, photometric="minisblack", metadata=metadata, imagej=True)
    return path


@pytest.mark.parametrize(("axes", "shape"), [("YX", (6, 7)), ("ZYX", (2, 6, 7))])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_a_table_of_imagej_that_falls_makes_the_smallest_value_white(tmp_path, rng, axes, shape, dtype):
    values = rng.integers(0, 256, shape).astype(dtype)
    rising = write_imagej(tmp_path / "a.tif", values, axes, [GREYS])
    falling = write_imagej(tmp_path / "b.tif", values, axes, [FALLING_GREYS])
    for plane in list_planes(rising):
        np.testing.assert_array_equal(read_plane(falling, plane), 255 - read_plane(rising, plane))


def test_each_channel_of_imagej_has_its_own_table(tmp_path, rng):
    values = rng.integers(0, 256, (3, 6, 7), np.uint8)
    path = write_imagej(tmp_path / "a.tif", values, "CYX", [GREYS, FALLING_GREYS, GREYS])
    for channel, shown in enumerate([values[0], 255 - values[1], values[2]]):
        np.testing.assert_array_equal(read_plane(path, (channel,))[..., 0], shown)


def test_colours_whose_tables_fall_are_the_negative_of_a_photo(tmp_path, photo):
    tables = [np.stack([RAMP[::-1] if colour == at else NONE for at in range(3)]) for colour in range(3)]
    path = write_imagej(tmp_path / "a.tif", np.moveaxis(photo, -1, 0).copy(), "CYX", tables)
    np.testing.assert_array_equal(read_image(path), 255 - photo)


def test_tables_from_white_to_a_colour_make_no_photo(tmp_path, photo):
    tables = [
        np.stack([RAMP * 0 + 255 if colour == at else RAMP[::-1] for at in range(3)]) for colour in range(3)
    ]
    path = write_imagej(tmp_path / "a.tif", np.moveaxis(photo, -1, 0).copy(), "CYX", tables)
    np.testing.assert_array_equal(read_plane(path, (2,))[..., 0], 255 - photo[..., 2])


def test_the_rgb_stack_of_imagej_is_recognised_by_its_labels(tmp_path, photo):
    metadata = {"axes": "ZYX", "Labels": ["Red", "Green", "Blue"]}
    channels = np.moveaxis(photo, -1, 0)
    tifffile.imwrite(tmp_path / "a.tif", channels, photometric="minisblack", metadata=metadata, imagej=True)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), photo)


@pytest.mark.parametrize("channels", [2, 4, 5])
def test_other_numbers_of_channels_stay_planes(tmp_path, rng, channels):
    stack = rng.integers(0, 256, (channels, 20, 30), dtype=np.uint8)
    tifffile.imwrite(
        tmp_path / "a.ome.tif", stack, photometric="minisblack", metadata={"axes": "CYX"}, ome=True
    )
    assert count_pages(tmp_path / "a.ome.tif") == channels
    np.testing.assert_array_equal(read_plane(tmp_path / "a.ome.tif", (1,)), as_rgb(stack[1]))


@pytest.mark.parametrize("size", [(20, 30), None])
def test_pages_that_were_written_one_by_one_are_counted_and_read(tmp_path, rng, size):
    """A turntable's photos, and pages of several sizes."""
    pages = [rng.integers(0, 256, (*(size or (20 + number, 30)), 3), dtype=np.uint8) for number in range(5)]
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for page in pages:
            file.write(page, photometric="rgb")
    assert count_pages(tmp_path / "a.tif") == 5
    for plane, page in zip(list_planes(tmp_path / "a.tif"), pages, strict=True):
        np.testing.assert_array_equal(read_plane(tmp_path / "a.tif", plane), page)
        assert picture_size(tmp_path / "a.tif", plane) == page.shape[:2]
    with pytest.raises(ImageError, match="no such page: there are 5"):
        read_plane(tmp_path / "a.tif", (5,))


def test_smaller_copies_are_no_pages(tmp_path, rng):
    """A pyramid in sub-resolutions, and a thumbnail as second page."""
    photo = rng.integers(0, 256, (64, 96, 3), dtype=np.uint8)
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(photo, photometric="rgb", subifds=1, tile=(16, 16), metadata=None)
        file.write(photo[::2, ::2], photometric="rgb", subfiletype=1, tile=(16, 16), metadata=None)
        file.write(photo[::4, ::4], photometric="rgb", subfiletype=1, metadata=None)
    assert count_pages(tmp_path / "a.tif") == 1
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), photo)


def test_a_thumbnail_before_the_photo_is_passed_over(tmp_path, rng):
    photo = rng.integers(0, 256, (64, 96, 3), dtype=np.uint8)
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(photo[::4, ::4], photometric="rgb", subfiletype=1, metadata=None)
        file.write(photo, photometric="rgb", metadata=None)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), photo)


def test_planes_of_palettes_and_of_white_is_zero_are_resolved(tmp_path, rng):
    stack = rng.integers(0, 256, (3, 20, 30), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "white.tif", stack, photometric="miniswhite")
    np.testing.assert_array_equal(read_plane(tmp_path / "white.tif", (2,)), as_rgb(255 - stack[2]))
    colours = rng.integers(0, 256, (3, 256)).astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "map.tif", stack, photometric="palette", colormap=colours)
    np.testing.assert_array_equal(read_plane(tmp_path / "map.tif", (1,)), (colours.T // 257)[stack[1]])


@pytest.mark.parametrize("orientation", [3, 6])
def test_planes_are_upright_and_their_size_is_known(tmp_path, rng, orientation):
    stack = rng.integers(0, 256, (2, 20, 30), dtype=np.uint8)
    tags = [(274, 3, 1, orientation, False)]
    tifffile.imwrite(tmp_path / "a.tif", stack, photometric="minisblack", extratags=tags)
    upright = np.rot90(stack[1], {3: 2, 6: -1}[orientation])
    np.testing.assert_array_equal(read_plane(tmp_path / "a.tif", (1,)), as_rgb(upright))
    assert picture_size(tmp_path / "a.tif", (1,)) == upright.shape


@pytest.mark.parametrize("save", ["pages", "imagej", "npy", "one by one"])
def test_a_stack_of_a_twelve_bit_camera_has_one_white(tmp_path, save):
    stack = np.array([[[0, 100], [200, 255]], [[0, 1000], [2000, 4095]]], np.uint16)
    path = tmp_path / ("a.npy" if save == "npy" else "a.tif")
    if save == "npy":
        np.save(path, stack)
    elif save == "one by one":
        with tifffile.TiffWriter(path) as file:
            for page in stack:
                file.write(page, photometric="minisblack")
    else:
        tifffile.imwrite(path, stack, photometric="minisblack", imagej=save == "imagej")
    dark, bright = (read_plane(path, (number,))[..., 0] for number in range(2))
    np.testing.assert_array_equal(dark, [[0, 6], [12, 16]])
    np.testing.assert_array_equal(bright, [[0, 62], [125, 255]])


def test_a_stack_that_was_written_anew_has_the_white_of_the_new_one(tmp_path):
    for white in (255, 65535):
        stack = np.array([[[0, 100]], [[0, white]]], np.uint16)
        tifffile.imwrite(tmp_path / "a.tif", stack, photometric="minisblack", software=f"white {white}")
        assert read_plane(tmp_path / "a.tif", (0,))[0, 1, 0] == round(100 / white * 255)


def test_a_stack_behind_one_page_that_is_cut_short_is_refused(tmp_path):
    stack = np.zeros((4, 50, 60), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", stack, imagej=True)
    content = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(content[:-4000])
    with pytest.raises(ImageError, match=r"a\.tif"):
        read_plane(tmp_path / "a.tif", (3,))


@pytest.mark.parametrize("kind", ["pages", "deep stack", "channels", "animation", "photo"])
def test_an_open_file_gives_the_planes_that_reading_each_gives(tmp_path, rng, kind):
    pixels = rng.integers(0, 256, (3, 8, 9), dtype=np.uint8)
    path = tmp_path / ("a.gif" if kind == "animation" else "a.ome.tif" if kind == "channels" else "a.tif")
    if kind == "animation":
        frames = [Image.fromarray(page) for page in pixels]
        frames[0].save(path, save_all=True, append_images=frames[1:])
    elif kind == "photo":
        tifffile.imwrite(path, pixels[0])
    elif kind == "channels":
        tifffile.imwrite(path, pixels, photometric="minisblack", metadata={"axes": "CYX"})
    else:
        deep = pixels.astype(np.uint16) * 16 * np.arange(1, 4, dtype=np.uint16)[:, None, None] // 3
        tifffile.imwrite(path, deep if kind == "deep stack" else pixels, photometric="minisblack")
    with open_planes(path) as (planes, read):
        assert planes == list_planes(path)
        for plane in planes:
            np.testing.assert_array_equal(read(plane), read_plane(path, plane))


def test_a_file_that_is_none_is_refused_when_its_planes_are_opened(tmp_path):
    (tmp_path / "a.tif").write_bytes(b"II*\0no pages")
    with pytest.raises(ImageError, match=r"a\.tif"), open_planes(tmp_path / "a.tif"):
        pass
