"""Files as rarer cameras, scanners and programs write them: each is the photo, or is refused."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms
from tests.field_files import colour_photo
from tests.imaging.tiff_writing import write_tiff

from napari_rocks2net.imaging import (
    ImageError,
    count_pages,
    list_planes,
    picture_size,
    read_image,
    read_plane,
)
from napari_rocks2net.imaging.png_calibration import calibration_profile

PHOTO = colour_photo()
GREY = PHOTO[..., 0]
YCBCR = np.asarray(Image.fromarray(PHOTO).convert("YCbCr"))
RGB_TAGS = {258: (3, [8] * 3), 262: (3, [2]), 277: (3, [3])}
MIXED_TAGS = RGB_TAGS | {262: (3, [6])}
GAMMA = calibration_profile(1 / 1.8, None, grey=False)
TAGGED = {34675: (7, list(GAMMA))}


def deep(values: np.ndarray, white: int) -> np.ndarray:
    """Return values of a deeper camera, big-endian."""
    return np.rint(values / 255 * white).astype(">u2")


def calibrated() -> np.ndarray:
    """Return the photo in the colours that its profile gives it, by Little CMS."""
    profiles = ImageCms.ImageCmsProfile(io.BytesIO(GAMMA)), ImageCms.createProfile("sRGB")
    return np.asarray(ImageCms.profileToProfile(Image.fromarray(PHOTO), *profiles))


def half(values: np.ndarray) -> np.ndarray:
    """Return values at an opacity of 128 of 255, over black."""
    return np.rint(values * (128 / 255))


def jpeg_2000(values: np.ndarray, **options: object) -> bytes:
    """Return a JPEG 2000 that loses nothing."""
    return bytes(imagecodecs.jpeg2k_encode(values, level=0, reversible=True, **options))


def aperio(values: np.ndarray, compression: int, model: int) -> Callable[[Path], Path]:
    """Write a strip of JPEG 2000 whose channels are stored as they are, as a scanner of Aperio does."""
    data = jpeg_2000(values, codecformat="j2k", mct=False)
    tags = RGB_TAGS | {262: (3, [model]), 278: (4, [60])}
    return lambda path: write_tiff(path, (60, 80), [data], tags, compression=compression)


def tiff(tags: dict[int, tuple[int, list[int]]], *strips: np.ndarray) -> Callable[[Path], Path]:
    """Write one page by its tags."""
    return lambda path: write_tiff(path, (60, 80), [each.tobytes() for each in strips], tags)


def png(values: np.ndarray, depth: int, kind: int, *chunks: tuple[bytes, bytes]) -> Callable[[Path], Path]:
    """Write a PNG with chunks before its pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    def write(path: Path) -> Path:
        head = struct.pack(">IIBBBBB", values.shape[1], len(values), depth, kind, 0, 0, 0)
        rows = zlib.compress(b"".join(b"\0" + row.tobytes() for row in values))
        parts = [(b"IHDR", head), *chunks, (b"IDAT", rows), (b"IEND", b"")]
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in parts))
        return path

    return write


def bmp(data: bytes, bits: int, packing: int, *, masks: bytes = b"", colours: bytes = b"", top: bool = False):
    """Write a bitmap of Windows."""

    def write(path: Path) -> Path:
        size = struct.pack("<IiiHH", 40, 80, -60 if top else 60, 1, bits)
        head = size + struct.pack("<IIiiII", packing, len(data), 0, 0, len(colours) // 4, 0) + masks + colours
        total, start = 14 + len(head) + len(data), 14 + len(head)
        path.write_bytes(struct.pack("<2sIHHI", b"BM", total, 0, 0, start) + head + data)
        return path

    return write


def saved(**options: object) -> Callable[[Path], Path]:
    """Save the photo by Pillow."""

    def write(path: Path) -> Path:
        Image.fromarray(PHOTO).save(path, **options)
        return path

    return write


def content(data: bytes) -> Callable[[Path], Path]:
    """Write bytes."""

    def write(path: Path) -> Path:
        path.write_bytes(data)
        return path

    return write


def runs(rows: np.ndarray, each: int) -> bytes:
    """Compress rows of a bitmap, a run for every byte."""
    return b"".join(b"".join(bytes([each, value]) for value in row) + b"\0\0" for row in rows[::-1]) + b"\0\1"


EXIF = Image.Exif()
EXIF[274] = 6
LYING = np.rot90(PHOTO, -1)
KEYED = np.where((PHOTO == (200, 30, 40)).all(axis=2, keepdims=True), 0, PHOTO)
KEY = struct.pack(">HHH", *(257 * level for level in (200, 30, 40)))
GREYS = np.arange(256, dtype=np.uint8)[:, None].repeat(4, axis=1)
FEW = GREY >> 4
PAIRS = FEW[:, ::2] << 4 | FEW[:, 1::2]
FIVES = np.rint(PHOTO / 255 * 31).astype("<u2")
SHARP = np.kron(PHOTO, np.ones((4, 4, 1), np.uint8))

RARE = {
    # Colours of TIFF.
    "a.j2k_ycbcr_called_rgb.tif": (aperio(YCBCR, 33003, 2), PHOTO, 2),
    "a.j2k_ycbcr.tif": (aperio(YCBCR, 33003, 6), PHOTO, 2),
    "a.j2k_rgb.tif": (aperio(PHOTO, 33005, 2), PHOTO, 0),
    "a.j2k_of_adobe_in_ycbcr.tif": (aperio(YCBCR, 34712, 6), PHOTO, 2),
    "no_model_three.tif": (tiff({258: (3, [8] * 3), 277: (3, [3])}, PHOTO), PHOTO, 0),
    "no_model_one.tif": (tiff({258: (3, [8])}, GREY), GREY, 0),
    "one_depth_for_three.tif": (tiff(RGB_TAGS | {258: (3, [8])}, PHOTO), PHOTO, 0),
    "fourth_sample_of_nothing.tif": (
        tiff({258: (3, [8] * 4), 262: (3, [2]), 277: (3, [4])}, np.dstack([PHOTO, 0 * GREY])),
        PHOTO,
        0,
    ),
    "ycbcr_with_profile.tif": (tiff(MIXED_TAGS | {530: (3, [1, 1])} | TAGGED, YCBCR), calibrated(), 2),
    "deep_with_profile.tif": (
        tiff(RGB_TAGS | {258: (3, [16] * 3)} | TAGGED, PHOTO.astype("<u2") * 257),
        calibrated(),
        1,
    ),
    "ycbcr_in_planes.tif": (
        tiff(MIXED_TAGS | {284: (3, [2]), 530: (3, [1, 1])}, *np.moveaxis(YCBCR, 2, 0)),
        PHOTO,
        2,
    ),
    "white_is_zero_with_alpha.tif": (
        tiff(
            {258: (3, [8] * 2), 262: (3, [0]), 277: (3, [2]), 338: (3, [2])},
            np.dstack([255 - GREY, np.full_like(GREY, 128)]),
        ),
        half(GREY),
        1,
    ),
    "grey_with_a_colour_map.tif": (
        tiff({258: (3, [8]), 262: (3, [1]), 320: (3, list(range(768)))}, GREY),
        GREY,
        0,
    ),
    # PNG.
    "key_of_sixteen_bits.png": (png(deep(PHOTO, 65535), 16, 2, (b"tRNS", KEY)), KEYED, 0),
    "lying.png": (png(PHOTO, 8, 2, (b"eXIf", EXIF.tobytes()[6:])), LYING, 0),
    "lying_deep.png": (png(deep(PHOTO, 65535), 16, 2, (b"eXIf", EXIF.tobytes()[6:])), LYING, 0),
    "twelve_bits.png": (png(deep(GREY, 4095), 16, 0, (b"sBIT", b"\x0c")), GREY, 1),
    "half_grey.png": (png(np.dstack([GREY, np.full_like(GREY, 128)]), 8, 4), half(GREY), 1),
    "profile.png": (saved(icc_profile=GAMMA), calibrated(), 1),
    # JPEG and JPEG 2000.
    "progressive.jpg": (saved(progressive=True, quality=98, subsampling=0), PHOTO, 2),
    "rgb_channels.jpg": (saved(keep_rgb=True, quality=98), PHOTO, 2),
    "twins.jpg": (saved(format="MPO", quality=98, subsampling=0), PHOTO, 2),
    "lying.webp": (saved(lossless=True, exif=EXIF), LYING, 0),
    "deep_colours.jp2": (content(jpeg_2000(deep(PHOTO, 4095).astype("u2"))), PHOTO, 1),
    "twelve_bit_colours.jp2": (
        content(jpeg_2000(deep(PHOTO, 4095).astype("u2"), bitspersample=12)),
        PHOTO,
        1,
    ),
    "sycc.jp2": (content(jpeg_2000(YCBCR, colorspace=3, mct=False)), PHOTO, 2),
    # Bitmaps.
    "top_down.bmp": (bmp(PHOTO[..., ::-1].tobytes(), 24, 0, top=True), PHOTO, 0),
    "runs.bmp": (bmp(runs(GREY, 1), 8, 1, colours=GREYS.tobytes()), GREY, 0),
    "runs_of_four_bits.bmp": (bmp(runs(PAIRS, 2), 4, 2, colours=GREYS[::17].tobytes()), FEW * 17, 0),
    "five_bits.bmp": (
        bmp((FIVES @ np.array([1024, 32, 1], "<u2"))[::-1].tobytes(), 16, 0),
        np.rint(FIVES * (255 / 31)),
        3,
    ),
    # Portable maps.
    "deep.pgm": (content(b"P5\n# by a camera\n80 60\n4095\n" + deep(GREY, 4095).tobytes()), GREY, 1),
    "deep.pnm": (content(b"P6 80 60 4095\n" + deep(PHOTO, 4095).tobytes()), PHOTO, 1),
    "written_out.pgm": (content(b"P2\n80 60 255\n" + " ".join(map(str, GREY.ravel())).encode()), GREY, 0),
    "percent.ppm": (content(b"P6 80 60 100\n" + np.rint(PHOTO / 2.55).astype(np.uint8).tobytes()), PHOTO, 2),
    "black_is_one.pbm": (
        content(b"P4 80 60\n" + np.packbits(GREY > 100, axis=1).tobytes()),
        (GREY <= 100) * 255,
        0,
    ),
}


@pytest.mark.parametrize("name", RARE)
def test_the_photo_is_as_its_file_says(tmp_path: Path, name: str) -> None:
    write, expected, tolerance = RARE[name]
    photo = read_image(write(tmp_path / name))
    expected = np.asarray(expected)
    expected = np.broadcast_to(
        expected if expected.ndim == 3 else expected[..., None], (*expected.shape[:2], 3)
    )
    assert photo.shape == expected.shape
    assert np.abs(photo - expected.astype(float)).mean() <= tolerance
    assert picture_size(tmp_path / name) == expected.shape[:2]
    assert count_pages(tmp_path / name) == 1


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_orientation_that_is_none_turns_neither_the_photo_nor_its_size(
    tmp_path: Path, orientation: int
) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    Image.fromarray(PHOTO).save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), PHOTO)
    assert picture_size(tmp_path / "a.png") == (60, 80)


@pytest.mark.parametrize("first", ["photo", "stack", "series of stacks"])
def test_every_plane_of_every_image_of_an_ome_file_is_a_picture(tmp_path: Path, first: str) -> None:
    shapes = {"photo": (), "stack": (2,), "series of stacks": (2, 2)}
    random = np.random.default_rng(0)
    parts = [random.integers(0, 256, (*shape, 30, 40), np.uint8) for shape in (shapes[first], (3,), ())]
    with tifffile.TiffWriter(tmp_path / "a.ome.tif") as file:
        for part in parts:
            axes = "TZYX"[-part.ndim :]
            file.write(part, photometric="minisblack", metadata={"axes": axes})
    planes = np.concatenate([part.reshape(-1, 30, 40) for part in parts])
    path = tmp_path / "a.ome.tif"
    assert list_planes(path) == tuple((number,) for number in range(len(planes)))
    for number, plane in enumerate(planes):
        np.testing.assert_array_equal(read_plane(path, (number,))[..., 0], plane)
    with pytest.raises(ImageError, match=f"there are {len(planes)}"):
        read_plane(path, (len(planes),))
    if first == "series of stacks":
        np.testing.assert_array_equal(read_plane(path, (1, 0))[..., 0], parts[0][1, 0])


def test_label_and_overview_of_a_scanned_slide_are_no_photos(tmp_path: Path) -> None:
    path = tmp_path / "slide.tif"
    with tifffile.TiffWriter(path) as file:
        description = "Aperio Image Library v11\r\n80x60 |AppMag = 20|MPP = 0.5"
        file.write(SHARP, photometric="rgb", tile=(64, 64), description=description, metadata=None)
        file.write(SHARP[::4, ::4], photometric="rgb", metadata=None)
        file.write(
            SHARP[:40, :40], photometric="rgb", subfiletype=1, description="label 40x40", metadata=None
        )
        file.write(SHARP[:50], photometric="rgb", subfiletype=9, description="macro 50x320", metadata=None)
    assert list_planes(path) == ((),)
    np.testing.assert_array_equal(read_image(path), SHARP)


@pytest.mark.parametrize("place", ["beside", "below"])
def test_the_preview_of_a_raw_photo_is_not_taken_for_it(tmp_path: Path, place: str) -> None:
    path = tmp_path / "raw.tif"
    with tifffile.TiffWriter(path) as file:
        file.write(PHOTO[::4, ::4], photometric="rgb", subfiletype=1, subifds=int(place == "below"))
        file.write(GREY.astype(np.uint16) * 16, photometric=32803)
    with pytest.raises(ImageError, match="raw values"):
        read_image(path)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        *((b"\0\0\0\x18ftyphevc", "HEIC"), (b"\0\0\0\x18ftypmsf1", "HEIC"), (b"\0\0\0\x20ftypavis", "AVIF")),
        *((b"IIRO\x08\0\0\0", "camera RAW"), (b"FUJIFILMCCD-RAW ", "camera RAW")),
        *((b"ZISRAWFILE", "microscope"), (b"\xda\xce\xbe\x0a", "microscope"), (b"v/1\x01", "OpenEXR")),
        *((b"SIMPLE  =          T", "FITS"), (b"version https://git-lfs.github.com/spec/v1", "Git LFS")),
        *((b"<!DOCTYPE html>", "no known format"), (b"P7\nWIDTH 8", "no known format")),
    ],
)
def test_what_only_has_the_name_of_a_photo_is_refused_by_its_content(
    tmp_path: Path, head: bytes, kind: str
) -> None:
    (tmp_path / "photo.jpg").write_bytes(head.ljust(60, b"\0"))
    with pytest.raises(ImageError, match=kind):
        read_image(tmp_path / "photo.jpg")
