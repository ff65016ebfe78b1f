"""Calibration of a PNG without an ICC profile: its gamma and primaries, or code points of video."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.icc_profiles import D50_WHITE

Floats = npt.NDArray[np.float64]

# What sRGB stores as its gamma; PNG, third edition, section 11.3.2.2.
SRGB_GAMMA = 0.45455
# White, red, green and blue of sRGB, x and y.
SRGB_CHROMATICITY = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
ADOBE_CHROMATICITY, ADOBE_POWER = (0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06), 563 / 256
D50 = np.array(D50_WHITE)
# By their numbers in ITU-T H.273: primaries of sRGB, BT.2020 and P3; two powers, linear light and sRGB.
PRIMARIES = {
    1: SRGB_CHROMATICITY,
    9: (0.3127, 0.329, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046),
    12: (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
}
GAMMAS = {4: 1 / 2.2, 5: 1 / 2.8, 8: 1.0, 13: SRGB_GAMMA}
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
# Bradford's cone responses; brucelindbloom.com.
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
NEARLY_SRGB = 0.01
CURVE_POINTS = 4096


def calibration_profile(gamma: float, chromaticity: Sequence[float] | None, *, grey: bool) -> bytes:
    """Return an ICC profile for what a PNG says about its values in the chunks gAMA and cHRM.

    Parameters
    ----------
    gamma : float
        The power of the light that a value stands for, 0.45455 for usual photos, 1 for linear ones.
    chromaticity : sequence of float, optional
        (8,) x and y of white, red, green and blue; those of sRGB by default.
    grey : bool
        Whether the picture is grey.

    Returns
    -------
    bytes
        A profile of ICC.1:2001-04, version 2.

    Raises
    ------
    ValueError
        When these are no gamma and no primaries.
    """
    if not 0.05 < gamma < 20:
        raise ValueError(f"a gamma of {gamma:g} is none")
    curve = _curve(_light(gamma))
    if grey:
        return _profile(b"GRAY", {b"wtpt": _xyz(D50), b"kTRC": curve})
    return _rgb_profile(chromaticity or SRGB_CHROMATICITY, curve)


def adobe_rgb_profile() -> bytes:
    """Return an ICC profile of Adobe RGB (1998), section 4.3."""
    return _rgb_profile(ADOBE_CHROMATICITY, _curve(np.linspace(0, 1, CURVE_POINTS) ** ADOBE_POWER))


def _rgb_profile(chromaticity: Sequence[float], curve: bytes) -> bytes:
    primaries = _primaries(np.array(chromaticity, float))
    tags = {b"wtpt": _xyz(D50)}
    tags |= {
        name + b"XYZ": _xyz(column) for name, column in zip((b"r", b"g", b"b"), primaries.T, strict=True)
    }
    return _profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def chunk_of(path: str | Path, name: bytes) -> bytes:
    """Return what a chunk of a PNG before its pixels says.

    Parameters
    ----------
    path : str or pathlib.Path
        The file.
    name : bytes
        Such as cICP.

    Returns
    -------
    bytes
        Empty where there is no such chunk.
    """
    with Path(path).open("rb") as file:
        file.seek(len(PNG_HEAD))
        while len(head := file.read(8)) == 8 and head[4:] not in (b"IDAT", b"IEND"):
            length = int.from_bytes(head[:4], "big")
            if head[4:] == name:
                return file.read(length)
            file.seek(length + 4, os.SEEK_CUR)
    return b""


def profile_of_code_points(code: bytes, *, grey: bool) -> bytes | None:
    """Return an ICC profile for code points of video; ITU-T H.273, PNG, third edition, section 11.3.2.6.

    Parameters
    ----------
    code : bytes
        The chunk cICP: primaries, transfer, matrix, full range.
    grey : bool
        Whether the picture is grey.

    Returns
    -------
    bytes or None
        None for sRGB.

    Raises
    ------
    ImageError
        For a range or brightness of video, which photos have none of.
    """
    primaries, transfer = code[:2] if len(code) == 4 else (0, 0)
    if primaries not in PRIMARIES or transfer not in GAMMAS or code[2:] != b"\0\1":
        raise ImageError(
            f"its colours are those of video (cICP {', '.join(map(str, code))}): save it in sRGB."
        )
    if (PRIMARIES[primaries], GAMMAS[transfer]) == (SRGB_CHROMATICITY, SRGB_GAMMA):
        return None
    return calibration_profile(GAMMAS[transfer], PRIMARIES[primaries], grey=grey)


def _primaries(chromaticity: Floats) -> Floats:
    """Return XYZ under D50, (3, 3), of full red, green and blue as columns."""
    if chromaticity.shape != (8,) or not (chromaticity[1::2] > 0).all():
        raise ValueError("its primaries are none")
    white, *colours = ([x / y, 1.0, (1 - x - y) / y] for x, y in chromaticity.reshape(4, 2))
    columns = np.array(colours).T
    try:
        columns = columns * np.linalg.solve(columns, white)
    except np.linalg.LinAlgError as error:
        raise ValueError("its primaries are none") from error
    gains = (BRADFORD @ D50) / (BRADFORD @ np.array(white))
    adapted: Floats = np.linalg.inv(BRADFORD) @ (gains[:, None] * (BRADFORD @ columns))
    return adapted


def _light(gamma: float) -> Floats:
    """Return the light of values: a power, but the curve of sRGB where the gamma is meant to be its own."""
    values = np.linspace(0, 1, CURVE_POINTS)
    light = values ** (1 / gamma)
    if abs(gamma - SRGB_GAMMA) < NEARLY_SRGB:
        light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return light


def _curve(light: Floats) -> bytes:
    return (
        b"curv" + bytes(4) + struct.pack(">I", CURVE_POINTS) + np.rint(light * 65535).astype(">u2").tobytes()
    )


def _xyz(values: Floats) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *np.rint(values * 65536).astype(int))


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, data, first = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", first + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    size = first + len(data)
    head = struct.pack(">I4sI", size, bytes(4), 0x02400000) + b"mntr" + space + b"XYZ " + bytes(12) + b"acsp"
    head = head.ljust(68, b"\0") + struct.pack(">3i", *np.rint(D50 * 65536).astype(int))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data
