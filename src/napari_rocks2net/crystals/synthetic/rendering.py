"""Synthetic SEM images of microcrystals: scene, shading, info bar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.synthetic.solids import SOLIDS

Floats = npt.NDArray[np.float64]

CRYSTAL_CLASSES = tuple(SOLIDS)
# Crystals of which less is visible belong to the background.
LEAST_VISIBLE = 0.35
# Spread of the diameters: standard deviation of their logarithm.
SIZE_SPREAD = 0.2
# From sample to detector: up, left and towards the viewer.
DETECTOR = np.array([-0.5, -0.6, 0.62])
BAR_SHARE = 0.08


@dataclass(frozen=True)
class SemImage:
    """A drawn SEM image and what is in it.

    Parameters
    ----------
    image : numpy.ndarray
        (Y, X) uint8.
    labels : numpy.ndarray
        (Y, X) int32, 0 background, crystals 1..N.
    classes : tuple of str
        (N,) class of each crystal, see `CRYSTAL_CLASSES`.
    pixel_size : float
        Micrometres a pixel.
    """

    image: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int32]
    classes: tuple[str, ...]
    pixel_size: float


def draw_sem_image(
    shape: tuple[int, int] = (512, 640),
    diameter: float = 60.0,
    coverage: float = 0.6,
    classes: Sequence[str] = CRYSTAL_CLASSES,
    pixel_size: float = 0.02,
    noise: float = 0.04,
    info_bar: bool = False,
    seed: int = 0,
) -> SemImage:
    """Return a drawing of microcrystals on a dark rough ground as a scanning electron microscope shows them.

    Surfaces are brighter the steeper they are (secondary electrons leave through slopes and edges, yield
    about 1 / cos of the tilt) and on the side of the detector; gaps between crystals are dark.

    Parameters
    ----------
    shape : tuple of int
        Height and width in pixels, without the bar.
    diameter : float
        Typical diameter in pixels; diameters are log-normal.
    coverage : float
        Area of the crystals as a share of the image, before overlaps: 0 to 1.5.
    classes : sequence of str
        Which of `CRYSTAL_CLASSES` occur, equally often.
    pixel_size : float
        Micrometres a pixel, written on the bar.
    noise : float
        Standard deviation of the detector's noise, of a range of 1.
    info_bar : bool
        Add the instrument's bar below the picture.
    seed : int
        The same seed draws the same image.

    Raises
    ------
    CrystalError
        When a class is not known or a number is out of range.
    """
    _check(shape, diameter, coverage, classes)
    rng = np.random.default_rng(seed)
    scene = _Scene(shape, rng)
    crystals = _scatter(scene, diameter, coverage, tuple(classes), rng)
    labels, visible = _visible(scene, crystals)
    grey = _shaded(scene, diameter, rng)
    grey = ndimage.gaussian_filter(grey, 0.7) + rng.normal(scale=noise, size=grey.shape)
    image = np.rint(255 * np.clip(grey, 0, 1)).astype(np.uint8)
    if info_bar:
        image, labels = _with_bar(image, labels, pixel_size)
    return SemImage(image, labels, tuple(crystals[number - 1][0] for number in visible), pixel_size)


class _Scene:
    """Heights and owners of all pixels, filled crystal by crystal."""

    def __init__(self, shape: tuple[int, int], rng: np.random.Generator) -> None:
        rough = ndimage.gaussian_filter(rng.normal(size=shape), 3)
        self.height: Floats = 1.5 * rough / rough.std()
        self.owner = np.zeros(shape, np.int32)

    def place(self, height: Floats, y: int, x: int, owner: int) -> int:
        """Put a crystal there where it is the highest; return how many pixels it has inside the image."""
        reach = height.shape[0] // 2
        top, left = y - reach, x - reach
        rows = slice(max(0, top), min(self.owner.shape[0], top + height.shape[0]))
        columns = slice(max(0, left), min(self.owner.shape[1], left + height.shape[1]))
        part = height[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        above = part > self.height[rows, columns]
        self.height[rows, columns][above] = part[above]
        self.owner[rows, columns][above] = owner
        return int(np.isfinite(part).sum())


def _check(shape: tuple[int, int], diameter: float, coverage: float, classes: Sequence[str]) -> None:
    unknown = sorted(set(classes) - set(CRYSTAL_CLASSES))
    if unknown or not classes:
        raise CrystalError(f"The classes are {list(classes)}: name some of {', '.join(CRYSTAL_CLASSES)}.")
    if not 4 <= diameter <= min(shape):
        raise CrystalError(f"The diameter is {diameter} pixels: pass 4 up to the shorter side, {min(shape)}.")
    if not 0 < coverage <= 1.5:
        raise CrystalError(f"The coverage is {coverage}: pass a number above 0, up to 1.5.")


def _scatter(
    scene: _Scene, diameter: float, coverage: float, classes: tuple[str, ...], rng: np.random.Generator
) -> list[tuple[str, int]]:
    """Place crystals at random, each where there is room among several tries; return class and area."""
    height, width = scene.owner.shape
    count = max(1, round(coverage * height * width / (math.pi / 4 * diameter**2)))
    crystals: list[tuple[str, int]] = []
    for _ in range(count):
        name = classes[int(rng.integers(len(classes)))]
        radius = diameter / 2 * math.exp(rng.normal(scale=SIZE_SPREAD))
        surface = SOLIDS[name](radius, rng)
        y, x = _roomiest(scene, radius, rng)
        # Crystals lie on the ground or on others, tilted neither: a random part of the radius higher.
        lifted = radius * (surface - np.nanmin(surface) + rng.uniform(0.3, 0.8))
        crystals.append((name, scene.place(lifted, y, x, len(crystals) + 1)))
    return crystals


def _roomiest(scene: _Scene, radius: float, rng: np.random.Generator, tries: int = 12) -> tuple[int, int]:
    """Return, of several random places, the one with the fewest crystals under it."""
    height, width = scene.owner.shape
    reach = math.ceil(radius)
    places = [(int(rng.integers(height)), int(rng.integers(width))) for _ in range(tries)]

    def crowding(place: tuple[int, int]) -> float:
        y, x = place
        around = scene.owner[max(0, y - reach) : y + reach + 1 : 2, max(0, x - reach) : x + reach + 1 : 2]
        return float((around > 0).mean())

    return min(places, key=crowding)


def _visible(scene: _Scene, crystals: list[tuple[str, int]]) -> tuple[npt.NDArray[np.int32], list[int]]:
    """Number the crystals of which enough is seen, in one piece; return their old numbers too."""
    labels = np.zeros_like(scene.owner)
    visible: list[int] = []
    for number, window in enumerate(ndimage.find_objects(scene.owner, len(crystals)), 1):
        if window is None:
            continue
        pieces, _ = ndimage.label(scene.owner[window] == number)
        areas = np.bincount(pieces.ravel())[1:]
        if areas.max() >= LEAST_VISIBLE * crystals[number - 1][1] and areas.max() > 12:
            visible.append(number)
            labels[window][pieces == areas.argmax() + 1] = len(visible)
    return labels, visible


def _shaded(scene: _Scene, diameter: float, rng: np.random.Generator) -> Floats:
    """Return grey values 0..1 of the scene under an electron beam."""
    down, right = np.gradient(scene.height)
    steepness = np.sqrt(1 + np.minimum(down**2 + right**2, 25.0))
    facing = (-DETECTOR[0] * down - DETECTOR[1] * right + DETECTOR[2]) / steepness
    yielded = 0.16 + 0.2 * np.maximum(facing, 0) + 0.1 * (steepness - 1)
    grey = np.where(scene.owner > 0, yielded + 0.16, 0.6 * yielded)
    # Electrons from a gap are caught by what stands around it.
    around = ndimage.gaussian_filter(scene.height, diameter / 6)
    grey = grey * (1 - 0.45 * np.clip((around - scene.height) / (diameter / 4), 0, 1))
    drift = ndimage.gaussian_filter1d(rng.normal(size=len(grey)), 20)
    return np.minimum(grey, 0.95) + 0.15 * drift[:, None]


def _with_bar(
    image: npt.NDArray[np.uint8], labels: npt.NDArray[np.int32], pixel_size: float
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Add a black bar with a scale of round length below."""
    height, width = image.shape
    rows = max(16, round(BAR_SHARE * height))
    bar = Image.new("L", (width, rows), 0)
    pen = ImageDraw.Draw(bar)
    micrometres = _round_length(0.25 * width * pixel_size)
    length = micrometres / pixel_size
    left, middle = 0.06 * width, rows // 2
    pen.line((left, middle, left + length, middle), fill=255, width=max(1, rows // 12))
    font = ImageFont.load_default(size=0.45 * rows)
    pen.text((left + length + rows / 3, middle), f"{micrometres:g} um", 255, font, anchor="lm")
    pen.text((0.94 * width, middle), "10.0 kV  SE", 255, font, anchor="rm")
    empty = np.zeros((rows, width), np.int32)
    return np.vstack([image, np.asarray(bar)]), np.vstack([labels, empty])


def _round_length(most: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is not above a length."""
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9))
