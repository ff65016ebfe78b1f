"""A file that states the depth of its camera has that white, however dark its photo is."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile

from napari_rocks2net.imaging import read_image, read_intensities, read_plane

# A dark photo of a 12-bit camera, which alone would be taken for one of 10 bits.
DARK = (np.arange(60 * 80, dtype=np.uint16) % 900).reshape(60, 80)


def in_8_bits(values: np.ndarray, white: float) -> np.ndarray:
    return np.rint(values / white * 255).astype(np.uint8)


def tagged(tag: int, *numbers: int) -> dict[str, Any]:
    return {"extratags": [(tag, 3, len(numbers), numbers[0] if len(numbers) == 1 else numbers, True)]}


def micro_manager(bits: int) -> dict[str, Any]:
    text = f'{{"BitDepth": {bits}, "Camera": "Core"}}'
    return {"extratags": [(51123, 2, 0, text, True)]}


@pytest.mark.parametrize(
    ("stated", "white"),
    [
        ({}, 1023),
        (tagged(281, 4095), 4095),
        (tagged(341, 4095), 4095),
        (tagged(281, 2047), 2047),
        # The brightest pixel that a program saw, as TIFF 6.0 has it, is no depth.
        (tagged(281, 899), 1023),
        (tagged(281, 4000), 4095),
        # What the numbers can hold is written for want of better knowledge.
        (tagged(281, 65535), 1023),
        # Brighter pixels contradict it.
        (tagged(281, 511), 1023),
        (micro_manager(12), 4095),
        (micro_manager(16), 1023),
    ],
)
def test_a_tiff_states_white(tmp_path: Path, stated: dict[str, Any], white: int) -> None:
    path = tmp_path / "dark.tif"
    tifffile.imwrite(path, DARK, photometric="minisblack", **stated)
    np.testing.assert_array_equal(read_image(path)[..., 0], in_8_bits(DARK, white))
    np.testing.assert_array_equal(read_intensities(path), DARK)


def test_three_colours_state_one_white(tmp_path: Path) -> None:
    rgb = np.stack([DARK, DARK // 2, DARK // 3], axis=-1)
    tifffile.imwrite(tmp_path / "rgb.tif", rgb, photometric="rgb", **tagged(281, 4095, 4095, 4095))
    np.testing.assert_array_equal(read_image(tmp_path / "rgb.tif"), in_8_bits(rgb, 4095))


@pytest.mark.parametrize(("bits", "white"), [(11, 2047), (12, 4095), (14, 16383), (16, 1023)])
def test_ome_states_the_white_of_all_planes(tmp_path: Path, bits: int, white: int) -> None:
    path, stack = tmp_path / "dark.ome.tif", np.stack([DARK, DARK // 2])
    metadata = {"axes": "ZYX", "SignificantBits": bits}
    tifffile.imwrite(path, stack, photometric="minisblack", metadata=metadata)
    for plane in range(2):
        np.testing.assert_array_equal(read_plane(path, (plane,))[..., 0], in_8_bits(stack[plane], white))


def test_each_image_of_ome_has_its_own_words_and_a_file_one_white(tmp_path: Path) -> None:
    path = tmp_path / "two.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as file:
        file.write(DARK[:30], photometric="minisblack", metadata={"axes": "YX"})
        file.write(DARK, photometric="minisblack", metadata={"axes": "YX", "SignificantBits": 12})
    np.testing.assert_array_equal(read_plane(path, (0,))[..., 0], in_8_bits(DARK[:30], 4095))
    np.testing.assert_array_equal(read_plane(path, (1,))[..., 0], in_8_bits(DARK, 4095))


def png(path: Path, values: np.ndarray, bits: int) -> Path:
    """Write a PNG of 16 bits with the chunk sBIT."""
    content = imagecodecs.png_encode(values)
    chunk = b"sBIT" + bytes([bits] * (1 if values.ndim == 2 else values.shape[2]))
    whole = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    end = content.index(b"IHDR") + 21
    path.write_bytes(content[:end] + whole + content[end:])
    return path


@pytest.mark.parametrize(
    ("stored", "bits"),
    [
        (DARK, 12),  # as they came from the camera
        (DARK << 4, 12),  # as PNG has it: to the left,
        ((DARK << 4) | (DARK >> 8), 12),  # with the upper bits repeated,
        (np.rint(DARK * (65535 / 4095)).astype(np.uint16), 12),  # or spread
        (np.stack([DARK] * 3, axis=-1), 12),
    ],
)
def test_a_png_states_white(tmp_path: Path, stored: np.ndarray, bits: int) -> None:
    grey = read_image(png(tmp_path / "dark.png", stored, bits))[..., 0]
    np.testing.assert_allclose(grey.astype(int), in_8_bits(DARK, 4095), atol=1)


def test_sixteen_significant_bits_say_nothing_new(tmp_path: Path) -> None:
    grey = read_image(png(tmp_path / "dark.png", DARK, 16))[..., 0]
    np.testing.assert_array_equal(grey, in_8_bits(DARK, 1023))
