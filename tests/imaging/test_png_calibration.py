"""Gamma and primaries of a PNG are followed as a plain calculation follows them; sRGB's change nothing."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.imaging import read_image

# Adobe RGB (1998) to XYZ and XYZ to linear sRGB, both under D65; brucelindbloom.com.
ADOBE_TO_XYZ = np.array(
    [
        [0.5767309, 0.1855540, 0.1881852],
        [0.2973769, 0.6273491, 0.0752741],
        [0.0270343, 0.0706872, 0.9911085],
    ]
)
XYZ_TO_SRGB = np.array(
    [
        [3.2404542, -1.5371385, -0.4985314],
        [-0.9692660, 1.8760108, 0.0415560],
        [0.0556434, -0.2040259, 1.0572252],
    ]
)
ADOBE = (31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
SRGB = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


@pytest.fixture
def rgb() -> np.ndarray:
    """Colours that sRGB has, in whatever of these spaces they are."""
    red, green = np.meshgrid(np.arange(100, 220, 20), np.arange(100, 220, 20))
    return np.stack([red, green, (red + green) // 2], axis=-1).astype(np.uint8)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def write_png(path, pixels, gamma, chromaticity=None):
    """Save a photo with the chunks gAMA and cHRM before its pixels."""
    Image.fromarray(pixels).save(path)
    content = path.read_bytes()
    added = chunk(b"gAMA", struct.pack(">I", gamma))
    added += chunk(b"cHRM", struct.pack(">8I", *chromaticity)) if chromaticity else b""
    head = 8 + 25
    path.write_bytes(content[:head] + added + content[head:])
    return path


def encoded(light: np.ndarray) -> np.ndarray:
    """Return linear light as values of sRGB, IEC 61966-2-1."""
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("grey", [False, True])
def test_values_that_are_linear_become_those_of_srgb(tmp_path, rgb, grey):
    pixels = rgb[..., 0] if grey else rgb
    shown = read_image(write_png(tmp_path / "linear.png", pixels, 100_000))
    expected = encoded(np.atleast_3d(pixels) / 255)
    np.testing.assert_allclose(shown, np.broadcast_to(expected, shown.shape), atol=2)


def test_primaries_are_followed(tmp_path, rgb):
    shown = read_image(write_png(tmp_path / "adobe.png", rgb, 100_000, ADOBE))
    expected = encoded(rgb / 255 @ ADOBE_TO_XYZ.T @ XYZ_TO_SRGB.T)
    np.testing.assert_allclose(shown, expected, atol=3)


@pytest.mark.parametrize("chromaticity", [None, SRGB, (0,) * 8, (1,) * 8])
@pytest.mark.parametrize("gamma", [45_455, 0, 2**31])
def test_the_calibration_of_srgb_and_one_that_is_none_change_nothing(tmp_path, rgb, gamma, chromaticity):
    chromaticity = chromaticity if gamma != 45_455 or chromaticity in (None, SRGB) else SRGB
    path = write_png(tmp_path / "photo.png", rgb, gamma, chromaticity)
    np.testing.assert_array_equal(read_image(path), rgb)


def test_one_colour_of_deep_grey_is_transparent(tmp_path):
    values = np.arange(0, 65536, 1024, dtype=np.uint16).reshape(8, 8)
    Image.fromarray(values).save(tmp_path / "grey.png")
    content = (tmp_path / "grey.png").read_bytes()
    added = chunk(b"tRNS", struct.pack(">H", int(values[5, 5])))
    (tmp_path / "grey.png").write_bytes(content[:33] + added + content[33:])
    expected = np.where(values == values[5, 5], 0, values / 257)
    np.testing.assert_allclose(read_image(tmp_path / "grey.png")[..., 0], expected, atol=1)
