"""TIFF pages become the colours that their tags say, as a plain calculation or Pillow gives them."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from tests.imaging.tiff_writing import packed, write_tiff

from napari_rocks2net.imaging import ImageError, read_image, read_numbers

MINISWHITE, MINISBLACK, RGB, PALETTE, SEPARATED, YCBCR, CIELAB, ICCLAB = 0, 1, 2, 3, 5, 6, 8, 9


@pytest.fixture
def photo() -> np.ndarray:
    """Colours of a thin section's kind: smooth, with a red mineral."""
    y, x = np.mgrid[0:60, 0:80]
    rgb = np.rint(np.stack([x / 80 * 255, y / 60 * 255, (x + y) / 140 * 255], axis=-1)).astype(np.uint8)
    rgb[5:20, 5:20] = 200, 30, 40
    return rgb


@settings(deadline=None, max_examples=150)
@given(
    bits=st.sampled_from([*range(1, 24), *range(25, 33), 64]),
    height=st.integers(1, 7),
    width=st.integers(1, 9),
    samples=st.sampled_from([1, 3]),
    planar=st.booleans(),
    inverted=st.booleans(),
    byteorder=st.sampled_from("<>"),
    compression=st.sampled_from([1, 8]),
    rows=st.integers(1, 8),
    seed=st.integers(0, 99),
)
def test_any_number_of_bits_is_scaled_to_eight(
    tmp_path_factory, bits, height, width, samples, planar, inverted, byteorder, compression, rows, seed
):
    rng = np.random.default_rng(seed)
    white = 2**bits - 1
    values = rng.integers(0, white, (height, width, samples), np.uint64, endpoint=True)
    inverted = inverted and samples == 1
    # The depth is told from the largest number in the file.
    values.flat[0] = 0 if inverted else white
    # Planar pages store one colour after the other.
    planes = [values[..., [c]] for c in range(samples)] if planar and samples == 3 else [values]
    stored = [np.uint64(white) - plane if inverted else plane for plane in planes]
    strips = [
        as_stored(plane[top : top + rows].reshape(len(plane[top : top + rows]), -1), bits, byteorder)
        for plane in stored
        for top in range(0, height, rows)
    ]
    path = write_tiff(
        tmp_path_factory.getbasetemp() / f"bits{seed}.tif",
        (height, width),
        strips,
        {
            258: (3, [bits] * samples),
            262: (3, [RGB if samples == 3 else MINISWHITE if inverted else MINISBLACK]),
            277: (3, [samples]),
            278: (4, [rows]),
            284: (3, [2 if len(planes) == 3 else 1]),
        },
        byteorder=byteorder,
        compression=compression,
    )
    expected = np.rint(values.astype(np.longdouble) / white * 255)
    # Half a step is rounded to either side.
    assert np.abs(read_image(path) - expected).max() <= (bits > 8)
    assert np.mean(read_image(path) == expected) > 0.5


def as_stored(values: np.ndarray, bits: int, byteorder: str) -> bytes:
    if bits in (8, 16, 32, 64):
        return values.astype(f"{byteorder}u{bits // 8}").tobytes()
    return packed(values, bits)


@pytest.mark.parametrize(("bits", "form"), [(12, 2), (24, 1), (48, 1), (64, 6)])
def test_numbers_that_no_library_reads_are_refused(tmp_path, bits, form):
    """Signed packed, big-endian 24 bits, 48 bits, complex: nothing is guessed."""
    tags = {258: (3, [bits]), 262: (3, [MINISBLACK]), 339: (3, [form])}
    path = write_tiff(tmp_path / "a.tif", (1, 3), [bytes(24)], tags, byteorder=">")
    with pytest.raises(ImageError, match=rf"a\.tif.*{bits} bits.*save it in 8 or 16 bits"):
        read_image(path)


@pytest.mark.parametrize("form", ["u2", "u4", "i4"])
def test_jpeg_2000_is_exact_to_sixteen_bits_and_refused_beyond(tmp_path, rng, form):
    """OpenJPEG cuts deeper numbers without a word."""
    values = rng.integers(0, 65536, (20, 30)).astype(form)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", compression="jpeg2000")
    if form == "u2":
        np.testing.assert_array_equal(read_numbers(tmp_path / "a.tif"), values)
    else:
        with pytest.raises(ImageError, match=r"32 bits.*JPEG2000.*save it in 8 or 16 bits"):
            read_numbers(tmp_path / "a.tif")


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
@pytest.mark.parametrize("predictor", [False, True])
@pytest.mark.parametrize("byteorder", "<>")
def test_floats_with_and_without_predictor(tmp_path, photo, dtype, predictor, byteorder):
    values = (photo / 255).astype(dtype)
    tags = {258: (3, [8 * values.itemsize] * 3), 262: (3, [RGB]), 277: (3, [3]), 339: (3, [3] * 3)}
    if predictor:
        # The highest bytes of a row come first, each stored as its difference from that of the last pixel.
        halves = values.astype(f">{dtype}").view(np.uint8).reshape(60, 240, -1).swapaxes(1, 2)
        spread = halves.reshape(60, -1, 3)
        data = np.diff(spread, axis=1, prepend=np.zeros_like(spread[:, :1])).tobytes()
        tags[317] = (3, [3])
    else:
        data = values.astype(f"{byteorder}{dtype}").tobytes()
    path = write_tiff(tmp_path / "a.tif", (60, 80), [data], tags, byteorder=byteorder, compression=8)
    np.testing.assert_array_equal(read_image(path), photo)


@pytest.mark.parametrize("compression", ["tiff_lzw", "zstd", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize("deep", [False, True])
def test_compressed_colours_keep_all_bits(tmp_path, photo, compression, deep):
    """A 12-bit photo in 16 bits is dark to whoever looks at the upper eight alone."""
    if not deep:
        Image.fromarray(photo).save(tmp_path / "a.tif", compression=compression)
        np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), photo)
        return
    # Pillow writes 16 bits in grey only: side by side, the colours are the samples of a row.
    values = np.rint(photo / 255 * 4095).astype(np.uint16)
    buffer = io.BytesIO()
    Image.fromarray(values.reshape(60, -1)).save(buffer, "TIFF", compression=compression)
    buffer.seek(0)
    with tifffile.TiffFile(buffer) as file:
        page, content = file.pages.first, buffer.getvalue()
        places = zip(page.dataoffsets, page.databytecounts, strict=True)
        strips = [content[start : start + size] for start, size in places]
        rows, kind = page.rowsperstrip, int(page.compression)
    tags = {258: (3, [16] * 3), 259: (3, [kind]), 262: (3, [RGB]), 277: (3, [3]), 278: (4, [rows])}
    path = write_tiff(tmp_path / "a.tif", (60, 80), strips, tags)
    np.testing.assert_array_equal(read_image(path), photo)


PREDICTED = ("lzw", "zlib", "zstd", "lzma")
WAYS = [
    (compression, dtype, predictor)
    for compression in (*PREDICTED, "packbits", "jpeg2000", None)
    for dtype in ("u1", "u2", "u4", "f4")
    for predictor in (False, True)
    if (not predictor or compression in PREDICTED) and (compression != "jpeg2000" or dtype in ("u1", "u2"))
]


@pytest.mark.parametrize(("compression", "dtype", "predictor"), WAYS)
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("tile", [None, (16, 32)])
@pytest.mark.parametrize("byteorder", "<>")
def test_every_common_way_to_store_colours_gives_them_back(
    tmp_path, photo, compression, dtype, planar, tile, predictor, byteorder
):
    scale = {"u1": 1, "u2": 257, "u4": 16843009, "f4": np.float32(1 / 255)}[dtype]
    values = (photo * scale if dtype == "f4" else photo.astype(np.uint64) * scale).astype(dtype)
    tifffile.imwrite(
        tmp_path / "a.tif",
        np.moveaxis(values, -1, 0) if planar else values,
        photometric="rgb",
        planarconfig="separate" if planar else "contig",
        compression=compression,
        predictor=predictor,
        tile=tile,
        rowsperstrip=None if tile else 7,
        byteorder=byteorder,
    )
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), photo)


@pytest.mark.parametrize("bits", [1, 8, 12, 16])
@pytest.mark.parametrize("compression", [1, 8])
def test_fill_order_of_the_lowest_bit_first(tmp_path, rng, bits, compression):
    values = rng.integers(0, 2**bits, (6, 16))
    values[0, 0] = 2**bits - 1
    data = as_stored(values, bits, "<")
    data = zlib.compress(data) if compression == 8 else data
    digits = np.unpackbits(np.frombuffer(data, np.uint8)[:, None], axis=1)[:, ::-1]
    tags = {258: (3, [bits]), 259: (3, [compression]), 262: (3, [MINISBLACK]), 266: (3, [2])}
    path = write_tiff(tmp_path / "a.tif", (6, 16), [np.packbits(digits, axis=1).tobytes()], tags)
    np.testing.assert_array_equal(read_numbers(path), values)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("largest", [255, 65535])
def test_palettes_whose_map_has_eight_or_sixteen_bits(tmp_path, rng, bits, largest):
    colours = rng.integers(0, 256, (3, 2**bits))
    colours[0, 0] = 255
    indices = rng.integers(0, 2**bits, (6, 9))
    tags = {258: (3, [bits]), 262: (3, [PALETTE]), 320: (3, (colours * (largest // 255)).ravel().tolist())}
    path = write_tiff(tmp_path / "a.tif", (6, 9), [as_stored(indices, bits, "<")], tags)
    np.testing.assert_array_equal(read_image(path), colours.T[indices])
    np.testing.assert_array_equal(read_numbers(path), indices)


def test_a_colour_beyond_the_map_is_refused(tmp_path):
    tags = {258: (3, [8]), 262: (3, [PALETTE]), 320: (3, [0, 9, 0, 9, 0, 9])}
    path = write_tiff(tmp_path / "a.tif", (1, 2), [bytes([1, 2])], tags)
    with pytest.raises(ImageError, match=r"a\.tif.*colour 2 of a map of 2"):
        read_image(path)


@pytest.mark.parametrize("compression", [1, 8])
@pytest.mark.parametrize("step", [(1, 1), (2, 1), (2, 2), (4, 2)])
def test_ycbcr_with_shared_colours(tmp_path, photo, compression, step):
    across, down = step
    ycbcr = np.asarray(Image.fromarray(photo).convert("YCbCr"))
    y, chroma = ycbcr[..., 0], ycbcr[::down, ::across, 1:]
    if step == (1, 1):
        data = ycbcr.tobytes()
    else:
        units = y.reshape(60 // down, down, 80 // across, across).swapaxes(1, 2)
        blocks = units.reshape(60 // down, 80 // across, -1)
        data = np.concatenate([blocks, chroma], axis=2).tobytes()
    tags = {258: (3, [8] * 3), 262: (3, [YCBCR]), 277: (3, [3]), 530: (3, [across, down])}
    path = write_tiff(tmp_path / "a.tif", (60, 80), [data], tags, compression=compression)
    shared = np.concatenate([y[..., None], chroma.repeat(down, 0).repeat(across, 1)], axis=2)
    expected = np.asarray(Image.fromarray(shared, "YCbCr").convert("RGB")).astype(int)
    assert np.abs(read_image(path) - expected).max() <= 2


def test_ycbcr_of_a_video_range(tmp_path):
    """Reference black and white: Y from 16 to 235."""
    fractions = [number for value in (15, 235, 128, 240, 128, 240) for number in (value, 1)]
    tags = {258: (3, [8] * 3), 262: (3, [YCBCR]), 277: (3, [3]), 530: (3, [1, 1]), 532: (5, fractions)}
    path = write_tiff(tmp_path / "a.tif", (1, 2), [bytes([15, 128, 128, 235, 128, 128])], tags)
    np.testing.assert_array_equal(read_image(path), [[[0, 0, 0], [255, 255, 255]]])


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("model", [CIELAB, ICCLAB])
def test_lab_has_the_colours_of_the_photo(tmp_path, photo, bits, model):
    """Colours within sRGB, and L*a*b* by Little CMS."""
    dull = (photo * 0.5 + 64).astype(np.uint8)
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = np.asarray(transform.apply(Image.fromarray(dull))).astype(int)
    zero = int(np.asarray(transform.apply(Image.new("RGB", (1, 1), (120, 120, 120))))[0, 0, 1])
    ours = 0 if model == CIELAB else 128
    stored = np.concatenate([lab[..., :1], (lab[..., 1:] - zero + ours) % 256], axis=2)
    if bits == 16:
        scale = [257 if model == CIELAB else 256, 256, 256]
        stored = stored * scale
    tags = {258: (3, [bits] * 3), 262: (3, [model]), 277: (3, [3])}
    path = write_tiff(tmp_path / "a.tif", (60, 80), [stored.astype(f"<u{bits // 8}").tobytes()], tags)
    # One step of a* or b* in 8 bits is several of a colour.
    assert np.abs(read_image(path).astype(int) - dull).max() <= 6
    assert np.abs(read_image(path).astype(int) - dull).mean() < 1.5


@pytest.mark.parametrize("white", [255, 65535])
def test_cmyk(tmp_path, photo, white):
    inks = np.asarray(Image.fromarray(photo).convert("CMYK"))
    inks = inks if white == 255 else inks.astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "a.tif", inks, photometric="separated")
    assert np.abs(read_image(tmp_path / "a.tif").astype(int) - photo).max() <= 1


@pytest.mark.parametrize(
    ("kind", "alpha", "factor"),
    [("unspecified", 0, 1), ("unspecified", 90, 1), ("assocalpha", 128, 1), ("unassalpha", 128, 128 / 255)],
)
@pytest.mark.parametrize("grey", [False, True])
def test_extra_samples(tmp_path, photo, kind, alpha, factor, grey):
    colours = photo[..., :1] if grey else photo
    values = np.concatenate([colours, np.full((60, 80, 1), alpha, np.uint8)], axis=2)
    tifffile.imwrite(
        tmp_path / "a.tif",
        values,
        photometric="minisblack" if grey else "rgb",
        planarconfig="contig",
        extrasamples=[kind],
    )
    expected = np.rint(colours * np.float32(factor)).astype(int)
    assert np.abs(read_image(tmp_path / "a.tif") - expected).max() == 0


def test_a_multispectral_page_is_refused(tmp_path):
    values = np.zeros((6, 7, 7), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", planarconfig="contig")
    with pytest.raises(ImageError, match="7 samples a pixel"):
        read_image(tmp_path / "a.tif")


def test_raw_values_of_a_sensor_are_refused(tmp_path):
    path = write_tiff(tmp_path / "a.tif", (2, 2), [bytes(4)], {258: (3, [8]), 262: (3, [32803])})
    with pytest.raises(ImageError, match="sensor"):
        read_image(path)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "jpeg"])
def test_orientation_is_applied_once_whatever_the_compression(tmp_path, orientation, compression):
    upright = np.zeros((32, 48, 3), np.uint8)
    upright[:16, :24], upright[:16, 24:], upright[16:, :24] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    exif = Image.Exif()
    exif[274] = orientation
    stored = stored_as(upright, orientation)
    Image.fromarray(stored).save(tmp_path / "a.tif", compression=compression, exif=exif)
    shown = read_image(tmp_path / "a.tif").astype(int)
    assert shown.shape == upright.shape
    assert np.abs(shown - upright).mean() < 6


def stored_as(upright: np.ndarray, orientation: int) -> np.ndarray:
    """Turn an upright picture the way that `orientation` undoes; TIFF 6.0, section 8."""
    turns = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }
    return np.ascontiguousarray(turns[orientation])


@pytest.mark.parametrize("suffix", [".tif", ".jpg", ".png"])
def test_another_colour_space_is_brought_to_srgb(tmp_path, photo, suffix):
    """A profile whose red and blue are exchanged: nothing can be shown right without reading it."""
    profile = swapped_profile()
    Image.fromarray(photo[..., ::-1]).save(tmp_path / f"a{suffix}", icc_profile=profile, **quality(suffix))
    assert np.abs(read_image(tmp_path / f"a{suffix}").astype(int) - photo).mean() < 2


def quality(suffix: str) -> dict[str, int]:
    return {"quality": 98, "subsampling": 0} if suffix == ".jpg" else {}


def swapped_profile() -> bytes:
    content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(content[128:132], "big")
    places = {bytes(content[132 + 12 * n : 136 + 12 * n]): 132 + 12 * n for n in range(count)}
    red, blue = (slice(places[name], places[name] + 4) for name in (b"rXYZ", b"bXYZ"))
    content[red], content[blue] = content[blue], content[red]
    return bytes(content)


def test_a_profile_of_srgb_or_a_broken_one_changes_nothing(tmp_path, photo):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"no profile"):
        Image.fromarray(photo).save(tmp_path / "a.png", icc_profile=profile)
        np.testing.assert_array_equal(read_image(tmp_path / "a.png"), photo)


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.97])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "group4"])
def test_a_page_that_is_cut_short_is_refused(tmp_path, photo, compression, kept):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8))
    image = image.convert("1") if compression == "group4" else image
    image.save(tmp_path / "a.tif", compression=compression)
    content = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(ImageError, match=r"a\.tif"):
        read_image(tmp_path / "a.tif")


@pytest.mark.parametrize(
    ("dtype", "number"),
    [
        (np.float32, "-9999"),
        (np.float32, "-3.4028234663852886e+38"),
        (np.float64, "nan"),
        (np.uint16, "65535"),
        (np.int32, "-2147483648"),
    ],
)
def test_pixels_that_a_map_has_no_data_for_are_black_and_brighten_nothing(tmp_path, photo, dtype, number):
    grey = photo[..., 0] * (np.array(1 / 255) if np.dtype(dtype).kind == "f" else np.array(16))
    stored = grey.astype(dtype)
    stored[:10] = np.array(float(number)).astype(dtype)
    tag = (42113, 2, 0, number, True)
    tifffile.imwrite(tmp_path / "map.tif", stored, photometric="minisblack", extratags=[tag])
    expected = np.where(np.arange(60)[:, None] < 10, 0, photo[..., 0])
    np.testing.assert_allclose(read_image(tmp_path / "map.tif")[..., 0], expected, atol=1)
