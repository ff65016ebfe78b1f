"""Formats are told by content; nothing that is not an image is opened, and nothing larger than the memory."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import ExifTags, Image
from tests.imaging.tiff_writing import write_tiff

from napari_rocks2net.imaging import ImageError, image_problem, open_picture, picture_size, read_image

COLOURS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [90, 120, 200]]], np.uint8)


@pytest.fixture
def photo() -> np.ndarray:
    y, x = np.mgrid[0:60, 0:80]
    return np.rint(np.stack([x / 80, y / 60, (x + y) / 140], axis=-1) * 255).astype(np.uint8)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "PPM", "WEBP"])
@pytest.mark.parametrize("name", ["a.jpg", "a.tif", "a"])
def test_the_content_says_the_format_and_not_the_name(tmp_path, kind, name):
    Image.fromarray(COLOURS).save(tmp_path / name, kind, **({"lossless": True} if kind == "WEBP" else {}))
    np.testing.assert_array_equal(read_image(tmp_path / name), COLOURS)


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n{} loop\n", "PostScript"),
        (b"\xc5\xd0\xd3\xc6" + bytes(40), "PostScript"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
        (b"\0\0\0\x18ftypisom" + bytes(40), "video"),
        (b"8BPS" + bytes(40), "Photoshop"),
        (b"\xff\x0a" + bytes(40), "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(40), "JPEG XL"),
        (b"II\xbc\x01" + bytes(40), "JPEG XR"),
        (b"RIFF\0\0\0\0AVI LIST" + bytes(40), "no known format"),
    ],
)
@pytest.mark.parametrize("name", ["a.jpg", "a.tif", "a.png"])
def test_other_formats_are_refused_by_their_kind_whatever_the_name(tmp_path, head, word, name):
    (tmp_path / name).write_bytes(head)
    with pytest.raises(ImageError, match=rf"{name}.*cannot be read as an image.*{word}.*JPEG, PNG or TIFF"):
        read_image(tmp_path / name)


def test_no_program_is_run_for_a_picture(tmp_path, monkeypatch):
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr(subprocess, "Popen", refused)
    Image.fromarray(COLOURS).convert("L").save(tmp_path / "real.eps")
    (tmp_path / "real.eps").rename(tmp_path / "a.jpg")
    with pytest.raises(ImageError, match="PostScript"):
        read_image(tmp_path / "a.jpg")


def png(header: bytes, rows: bytes, key: bytes = b"") -> bytes:
    chunks = {b"IHDR": header, b"tRNS": key, b"IDAT": zlib.compress(rows), b"IEND": b""}
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
        if data or name == b"IEND"
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("suffix", ["png", "bmp", "ppm", "tif"])
def test_an_absurd_size_is_refused_in_one_sentence_before_memory_is_taken(tmp_path, suffix):
    path = tmp_path / f"huge.{suffix}"
    side = 200_000
    if suffix == "png":
        path.write_bytes(png(struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0), bytes(99)))
    elif suffix == "ppm":
        path.write_bytes(b"P6 %d %d 255\n" % (side, side) + bytes(30))
    elif suffix == "tif":
        write_tiff(path, (side, side), [bytes(30)], {258: (3, [8]), 262: (3, [1])})
    else:
        Image.new("RGB", (7, 5)).save(path)
        content = bytearray(path.read_bytes())
        content[18:26] = struct.pack("<ii", side, side)
        path.write_bytes(content)
    with pytest.raises(ImageError, match=r"huge.*200,000 x 200,000 pixels.*GB of memory"):
        read_image(path)


def test_running_out_of_memory_is_a_sentence_too(tmp_path, monkeypatch):
    def out_of_memory(*_: object) -> None:
        raise MemoryError

    Image.fromarray(COLOURS).save(tmp_path / "a.png")
    monkeypatch.setattr(Image.Image, "load", out_of_memory)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", out_of_memory)
    with pytest.raises(ImageError, match=r"a\.png needs more memory than there is"):
        read_image(tmp_path / "a.png")


@pytest.mark.parametrize("model", ["1", "L", "RGB"])
def test_a_scan_above_the_limit_of_pillow_is_opened(tmp_path, model, monkeypatch):
    """Pillow takes it for an attack; here the memory decides."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    Image.new(model, (400, 300), 1).save(tmp_path / "scan.png")
    Image.new(model, (400, 300), 1).save(tmp_path / "scan.tif", compression="tiff_lzw")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_image(tmp_path / "scan.png").shape == (300, 400, 3)
        assert read_image(tmp_path / "scan.tif").shape == (300, 400, 3)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".gif", ".bmp", ".webp", ".ppm", ".jp2", ".tif"])
@pytest.mark.parametrize("place", range(4, 60, 7))
def test_a_damaged_head_is_refused_by_name_or_read(tmp_path, suffix, place):
    """Whatever the byte, one sentence or a picture: no other error, no second line."""
    whole = tmp_path / f"whole{suffix}"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)).save(whole)
    content = bytearray(whole.read_bytes())
    for value in (0, 255, content[place] ^ 1):
        content[place] = value
        (tmp_path / f"bad{suffix}").write_bytes(content)
        refusal = None
        try:
            assert read_image(tmp_path / f"bad{suffix}").shape[2] == 3
        except ImageError as error:
            refusal = str(error)
        assert refusal is None or (f"bad{suffix}" in refusal and "\n" not in refusal)


def deep_png(path: Path, values: np.ndarray, interlaced: bool = False, key: bytes = b"") -> Path:
    """Write (Y, X, S) uint16 as PNG, all rows unfiltered."""
    height, width, samples = values.shape
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[samples]
    # Adam7: first column and row, and their steps; PNG specification, section 8.2.
    starts = [(0, 0), (4, 0), (0, 4), (2, 0), (0, 2), (1, 0), (0, 1)]
    steps = [(8, 8), (8, 8), (4, 8), (4, 4), (2, 4), (2, 2), (1, 2)]
    passes = zip(starts, steps, strict=True) if interlaced else [((0, 0), (1, 1))]
    parts = [values[y::down, x::across] for (x, y), (across, down) in passes]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for part in parts if part.size for row in part)
    header = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, int(interlaced))
    path.write_bytes(png(header, rows, key))
    return path


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("samples", [1, 2, 3, 4])
def test_sixteen_bit_png_keeps_all_its_bits(tmp_path, rng, samples, interlaced):
    """A 12-bit camera's photo: the upper eight bits alone would be nearly black."""
    values = rng.integers(0, 4096, (19, 23, samples)).astype(np.uint16)
    values[0, 0] = 4095
    if samples in (2, 4):
        values[..., -1] = 65535
        values[3, 3, -1] = 0
    shown = read_image(deep_png(tmp_path / "a.png", values, interlaced))
    colours = values[..., : 1 if samples < 3 else 3]
    expected = np.rint(colours / np.float32(4095) * 255)
    if samples in (2, 4):
        expected[3, 3] = 0
    np.testing.assert_array_equal(shown, np.broadcast_to(expected, (19, 23, 3)))


def test_a_key_colour_of_a_sixteen_bit_png_is_transparent(tmp_path):
    values = np.array([[[65535, 65535, 65535], [257, 258, 259]]], np.uint16)
    path = deep_png(tmp_path / "a.png", values, key=struct.pack(">HHH", 257, 258, 259))
    np.testing.assert_array_equal(read_image(path), [[[255] * 3, [0] * 3]])


def test_a_sixteen_bit_png_that_is_cut_short_is_refused(tmp_path, rng):
    path = deep_png(tmp_path / "a.png", rng.integers(0, 65536, (40, 50, 3)).astype(np.uint16))
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(ImageError, match=r"a\.png"):
        read_image(path)


@pytest.mark.parametrize("kind", ["lzw", "png"])
def test_without_imagecodecs_one_sentence_says_what_to_install(tmp_path, rng, kind):
    path = tmp_path / f"a.{kind}"
    if kind == "png":
        deep_png(path, rng.integers(0, 65536, (5, 6, 3)).astype(np.uint16))
    else:
        Image.fromarray(COLOURS).save(path, "TIFF", compression="tiff_lzw")
    program = (
        "import sys; sys.modules['imagecodecs'] = None\n"
        "from napari_rocks2net.imaging import ImageError, read_image\n"
        f"try: read_image({str(path)!r})\n"
        "except ImageError as error: print(error)"
    )
    hidden = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert hidden.stdout == f"{path} needs imagecodecs to be read: pip install imagecodecs.\n"


def test_open_picture_closes_the_file(tmp_path):
    Image.fromarray(COLOURS).save(tmp_path / "a.png")
    with open_picture(tmp_path / "a.png") as image:
        assert image.size == (2, 2)
        file = image.fp
    assert file is None or file.closed


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.HEIC", "HEIC"),
        ("a.cr2", "camera RAW"),
        ("a.pdf", "PDF"),
        ("a.mp4", "video"),
        ("a.czi", "microscope"),
    ],
)
def test_what_is_passed_over_is_named_with_what_to_do(name, kind):
    assert kind in image_problem(name)
    assert "export it as" in image_problem(name)


@pytest.mark.parametrize("name", ["a.jpg", "notes.txt", "labels.csv", ".hidden.heic"])
def test_images_and_what_holds_none_need_no_word(name):
    assert image_problem(name) is None


def test_a_gif_gives_its_first_frame(tmp_path):
    frames = [Image.fromarray(np.full((5, 6, 3), level, np.uint8)) for level in (10, 200)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    (tmp_path / "a.gif").write_bytes(buffer.getvalue())
    assert np.abs(read_image(tmp_path / "a.gif").astype(int) - 10).max() <= 1


def jpeg_of(values: np.ndarray, bits: int, orientation: int = 1) -> bytes:
    """Encode (Y, X[, 3]) uint8 with more bits a sample, and an orientation."""
    deep = (values.astype(np.uint16) << (bits - 8)) | (values >> (16 - bits))
    lossy = {"level": 97, "bitspersample": bits} if bits == 12 else {"lossless": True, "bitspersample": bits}
    content = bytes(imagecodecs.jpeg_encode(np.ascontiguousarray(deep), **lossy))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = exif.tobytes()
    data = data if data.startswith(b"Exif") else b"Exif\0\0" + data
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data + content[2:]


@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("grey", [True, False])
def test_a_jpeg_of_a_deep_camera_has_all_its_bits_and_lies_upright(tmp_path, photo, bits, grey):
    values = photo[..., 0] if grey else photo
    (tmp_path / "a.jpg").write_bytes(jpeg_of(values, bits, orientation=3))
    shown = read_image(tmp_path / "a.jpg")
    truth = np.broadcast_to(values.reshape(*photo.shape[:2], -1), photo.shape)[::-1, ::-1]
    assert np.abs(shown.astype(int) - truth).mean() < 2
    assert picture_size(tmp_path / "a.jpg") == photo.shape[:2]


def test_a_deep_jpeg_that_is_cut_short_is_refused(tmp_path, photo):
    (tmp_path / "a.jpg").write_bytes(jpeg_of(photo, 12)[:-400])
    with pytest.raises(ImageError, match=r"a\.jpg cannot be read as an image"):
        read_image(tmp_path / "a.jpg")


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_one_grey_of_a_png_of_few_bits_is_transparent(tmp_path, bits):
    greys = np.arange(1 << bits).reshape(-1, 2) if bits > 1 else np.array([[0, 1], [1, 0]])
    rows = b"".join(
        b"\0" + np.packbits((row[:, None] >> np.arange(bits - 1, -1, -1)) & 1).tobytes() for row in greys
    )
    header = struct.pack(">IIBBBBB", 2, len(greys), bits, 0, 0, 0, 0)
    key = (1 << bits) - 1
    (tmp_path / "a.png").write_bytes(png(header, rows, struct.pack(">H", key)))
    expected = np.where(greys == key, 0, np.rint(greys * 255 / key))
    np.testing.assert_array_equal(read_image(tmp_path / "a.png")[..., 0], expected)


def test_a_bitmap_whose_alpha_is_empty_is_opaque(tmp_path, photo):
    """As programs of Windows write it; with an alpha that is not empty it counts."""
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    height, width = photo.shape[:2]
    for alpha in (0, 255):
        pixels = np.dstack([photo[::-1, :, ::-1], np.full((height, width), alpha, np.uint8)]).tobytes()
        info = struct.pack("<IiiHHIIiiII", 124, width, height, 1, 32, 3, len(pixels), 0, 0, 0, 0) + masks
        head = struct.pack("<2sIHHI", b"BM", 138 + len(pixels), 0, 0, 138)
        (tmp_path / "a.bmp").write_bytes(head + info.ljust(124, b"\0") + pixels)
        np.testing.assert_array_equal(read_image(tmp_path / "a.bmp"), photo)
