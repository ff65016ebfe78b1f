"""Colours are those that a file states: ranges of ink, bit fields, profiles, code points, channels."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms
from tests.field_files import colour_photo
from tests.imaging.test_rare_files import content, half, jpeg_2000, png, tiff
from tests.imaging.tiff_writing import write_tiff

from napari_rocks2net.imaging import (
    ImageError,
    count_pages,
    read_image,
    read_intensities,
    read_numbers,
    read_plane,
)
from napari_rocks2net.imaging.png_calibration import calibration_profile

PHOTO = colour_photo()
GREY = PHOTO[..., 0]
INKS = np.asarray(Image.fromarray(PHOTO).convert("CMYK"))
CMYK = {258: (3, [8] * 4), 262: (3, [5]), 277: (3, [4])}
RGB = {258: (3, [8] * 3), 262: (3, [2]), 277: (3, [3])}
DEEP = {258: (3, [16] * 4)}
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def of_range(values: np.ndarray, first: float, last: float, dtype: str = "u1") -> np.ndarray:
    """Return values of 0 to 255 between two others."""
    return np.rint(first + values / 255 * (last - first)).astype(dtype)


def linear() -> np.ndarray:
    """Return the light of the photo's values; IEC 61966-2-1."""
    values = PHOTO / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def linear_profile() -> bytes:
    """Return the profile of sRGB with values that are light, by exchanging its curves."""
    profile = bytearray(SRGB)
    for at in range(132, 132 + 12 * int.from_bytes(profile[128:132], "big"), 12):
        if bytes(profile[at : at + 4]) in (b"rTRC", b"gTRC", b"bTRC"):
            start = int.from_bytes(profile[at + 4 : at + 8], "big")
            profile[start : start + 12] = b"curv" + bytes(8)
            profile[at + 8 : at + 12] = struct.pack(">I", 12)
    return bytes(profile)


def bitmap(masks: tuple[int, ...], bits: int, values: np.ndarray = PHOTO, top: bool = False) -> Callable:
    """Write a bitmap with bit fields, the fourth of an opacity."""
    pixels = np.zeros(values.shape[:2], np.uint64)
    for channel, mask in enumerate(masks):
        shift = (mask & -mask).bit_length() - 1
        pixels |= np.rint(values[..., channel] / 255 * (mask >> shift)).astype(np.uint64) << np.uint64(shift)
    length = 40 if len(masks) == 3 else 108
    size = struct.pack("<IiiHHIIiiII", length, 80, -60 if top else 60, 1, bits, 3, 0, 0, 0, 0, 0)
    head = (size + struct.pack(f"<{len(masks)}I", *masks)).ljust(max(length, 52), b"\0")
    data = (pixels if top else pixels[::-1]).astype(f"<u{bits // 8}").tobytes()
    start = 14 + len(head)
    return content(struct.pack("<2sIHHI", b"BM", start + len(data), 0, 0, start) + head + data)


def box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", 8 + len(data)) + name + data


def jp2(values: np.ndarray, channels: int, *boxes: bytes) -> Callable[[Path], Path]:
    """Write a JPEG 2000 with boxes that say what its numbers mean; ITU-T T.800, annex I."""
    head = box(b"ihdr", struct.pack(">IIHBBBB", 60, 80, channels, 7, 7, 0, 0))
    start = b"\0\0\0\x0cjP  \r\n\x87\n" + box(b"ftyp", b"jp2 " + bytes(4) + b"jp2 ")
    data = jpeg_2000(values, codecformat="j2k", mct=False)
    return content(start + box(b"jp2h", head + b"".join(boxes)) + box(b"jp2c", data))


ENUMERATED = box(b"colr", b"\1\0\0" + struct.pack(">I", 16))
QUARTERS = np.array([[250, 0, 0], [0, 250, 0], [0, 0, 250], [200, 200, 0]], np.uint8)
PALETTE = box(b"pclr", struct.pack(">HB", 4, 3) + b"\7\7\7" + QUARTERS.tobytes())
MAPPING = box(b"cmap", b"".join(struct.pack(">HBB", 0, 1, column) for column in range(3)))
REVERSED = box(b"cdef", struct.pack(">H", 3) + struct.pack(">9H", 0, 0, 3, 1, 0, 2, 2, 0, 1))
PROFILED = {34675: (7, list(linear_profile()))}
BLACK_AND_WHITE = {532: (5, [number for value in (16, 235) * 3 for number in (value, 1)])}
DEPTH = 2**16 - 1

STATED = {
    "inks_turned_round.tif": (tiff(CMYK | {336: (3, [255, 0])}, 255 - INKS), PHOTO, 0.6),
    "inks_turned_round_each.tif": (tiff(CMYK | {336: (3, [255, 0] * 4)}, 255 - INKS), PHOTO, 0.6),
    "inks_of_a_part.tif": (tiff(CMYK | {336: (3, [16, 235])}, of_range(INKS, 16, 235)), PHOTO, 1),
    "deep_inks.tif": (tiff(CMYK | DEEP | {336: (3, [DEPTH, 0])}, (255 - INKS) * np.uint16(257)), PHOTO, 0.6),
    "deepened_inks.tif": (tiff(CMYK | DEEP | {336: (3, [0, 255])}, INKS * np.uint16(257)), PHOTO, 0.6),
    "black_and_white.tif": (tiff(RGB | BLACK_AND_WHITE, of_range(PHOTO, 16, 235)), PHOTO, 1),
    "light.tif": (tiff(RGB | DEEP | PROFILED, np.rint(linear() * DEPTH).astype("<u2")), PHOTO, 0.6),
    "light_in_floats.tif": (
        tiff(RGB | {258: (3, [32] * 3), 339: (3, [3] * 3)} | PROFILED, linear().astype("<f4")),
        PHOTO,
        0.6,
    ),
    "code_points_of_light.png": (
        png(np.rint(linear() * DEPTH).astype(">u2"), 16, 2, (b"cICP", b"\1\x08\0\1")),
        PHOTO,
        0.6,
    ),
    "code_points_of_srgb.png": (png(PHOTO, 8, 2, (b"cICP", b"\1\x0d\0\1")), PHOTO, 0),
    "10_10_10.bmp": (bitmap((0x3FF00000, 0xFFC00, 0x3FF), 32), PHOTO, 0),
    "11_11_10.bmp": (bitmap((0x7FF, 0x3FF800, 0xFFC00000), 32), PHOTO, 0),
    "5_6_5.bmp": (bitmap((0xF800, 0x7E0, 0x1F), 16), PHOTO, 3),
    "blue_first.bmp": (bitmap((0x1F, 0x7E0, 0xF800), 16, top=True), PHOTO, 3),
    "4_4_4_4.bmp": (
        bitmap((0xF00, 0xF0, 0xF, 0xF000), 16, np.dstack([PHOTO, np.full_like(GREY, 136)])),
        half(PHOTO) * (136 / 128),
        5,
    ),
    "palette.jp2": (jp2(GREY // 64, 1, ENUMERATED, PALETTE, MAPPING), QUARTERS[GREY // 64], 0),
    "blue_first.jp2": (jp2(PHOTO[..., ::-1], 3, ENUMERATED, REVERSED), PHOTO, 0),
    "light.jp2": (
        jp2(np.rint(linear() * 255).astype(np.uint8), 3, box(b"colr", b"\2\0\0" + linear_profile())),
        PHOTO,
        2,
    ),
    "dark_grey_of_twelve_bits.jp2": (
        content(jpeg_2000(of_range(GREY // 8, 0, 4095, "u2"), bitspersample=12)),
        GREY // 8,
        1,
    ),
    "four_bits.jp2": (content(jpeg_2000(GREY // 16, bitspersample=4)), GREY // 16 * 17, 0),
    "signed.jp2": (content(jpeg_2000(GREY.astype("i2") * 2 - 255)), np.rint(GREY / 252 * 255), 1),
}


@pytest.mark.parametrize("name", STATED)
def test_the_photo_is_as_its_file_states(tmp_path: Path, name: str) -> None:
    write, expected, tolerance = STATED[name]
    photo = read_image(write(tmp_path / name))
    expected = np.broadcast_to(np.atleast_3d(expected), photo.shape)
    assert np.abs(photo - expected.astype(float)).mean() <= tolerance
    assert count_pages(tmp_path / name) == 1


@pytest.mark.parametrize("code", [b"\x09\x10\0\1", b"\1\x0d\0\0", b"\1"])
def test_colours_of_video_are_refused(tmp_path: Path, code: bytes) -> None:
    """Brightness of high dynamic range, a range from 16 to 235, a chunk that is cut short."""
    with pytest.raises(ImageError, match=r"a\.png.*video.*save it in sRGB"):
        read_image(png(PHOTO, 8, 2, (b"cICP", code))(tmp_path / "a.png"))


def test_light_keeps_the_steps_that_eight_bits_have_not(tmp_path: Path) -> None:
    """A dark ramp of linear light has 50 values of sRGB, and eight in 8 bits; IEC 61966-2-1."""
    ramp = np.linspace(0, 2000, 4800).reshape(60, 80).astype(np.uint16)
    ramp[-1, -1] = DEPTH
    for values in (ramp, np.dstack([ramp] * 3)):
        kind, model = ("minisblack", b"GRAY") if values.ndim == 2 else ("rgb", b"RGB ")
        profile = linear_profile() if model == b"RGB " else calibration_profile(1.0, None, grey=True)
        tifffile.imwrite(tmp_path / "a.tif", values, photometric=kind, iccprofile=profile)
        shown = read_image(tmp_path / "a.tif")[..., 0]
        light = ramp / DEPTH
        expected = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055) * 255
        np.testing.assert_allclose(shown, expected, atol=2)


def test_fields_of_unequal_bits_in_a_big_endian_tiff_are_refused(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "a.tif", (60, 80), [bytes(9600)], RGB | {258: (3, [5, 6, 5])}, byteorder=">")
    with pytest.raises(ImageError, match="save it in 8 or 16 bits"):
        read_image(path)


def test_pages_keep_their_order_and_those_of_each_type_have_one_white(tmp_path: Path) -> None:
    pages = [
        of_range(GREY, 0, 4095, "u2"),
        (GREY / 255).astype("f4"),
        of_range(GREY // 8, 0, 4095, "u2"),
        PHOTO,
    ]
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for page in pages:
            file.write(page, photometric="rgb" if page.ndim == 3 else "minisblack", metadata=None)
    for number, expected in enumerate((GREY, GREY, GREY // 8, PHOTO)):
        page = read_plane(tmp_path / "a.tif", (number,)).astype(int)
        assert np.abs(page - np.atleast_3d(expected)).max() <= 1


def test_labels_in_a_jpeg_2000_keep_their_numbers(tmp_path: Path) -> None:
    labels = GREY // 64 * np.uint16(100)
    content(jpeg_2000(labels, bitspersample=12))(tmp_path / "labels.jp2")
    np.testing.assert_array_equal(read_numbers(tmp_path / "labels.jp2"), labels)
    np.testing.assert_array_equal(read_intensities(tmp_path / "labels.jp2"), labels)


def test_a_bitmap_whose_fields_are_cut_short_is_refused(tmp_path: Path) -> None:
    path = bitmap((0x3FF00000, 0xFFC00, 0x3FF), 32)(tmp_path / "a.bmp")
    whole = path.read_bytes()
    for length in (20, 40, 60, 5000):
        path.write_bytes(whole[:length])
        with pytest.raises(ImageError, match=r"a\.bmp"):
            read_image(path)


@pytest.mark.parametrize("suffix", ["png", "tif", "deep.tif"])
def test_a_grey_picture_keeps_the_profile_of_its_colours(tmp_path: Path, suffix: str) -> None:
    grey = np.arange(256, dtype=np.uint8)[None].repeat(4, axis=0)
    Image.fromarray(np.stack([grey] * 3, axis=-1)).save(tmp_path / "rgb.png", icc_profile=linear_profile())
    path = tmp_path / f"grey.{suffix}"
    if suffix == "png":
        Image.fromarray(grey).save(path, icc_profile=linear_profile())
    else:
        values = grey if suffix == "tif" else grey.astype(np.uint16) * 257
        tifffile.imwrite(path, values, photometric="minisblack", iccprofile=linear_profile())
    expected = read_image(tmp_path / "rgb.png").astype(int)
    np.testing.assert_allclose(read_image(path).astype(int), expected, atol=1)
    assert expected[0, 100, 0] == 168
