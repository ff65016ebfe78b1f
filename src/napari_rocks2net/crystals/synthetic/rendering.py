"""Synthetic SEM images of microcrystals that are scattered over the ground; the instrument's bar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.synthetic.scene import Scene, SemImage
from napari_rocks2net.crystals.synthetic.solids import SOLIDS

CRYSTAL_CLASSES = tuple(SOLIDS)
# Spread of the diameters: standard deviation of their logarithm.
SIZE_SPREAD = 0.2
BAR_SHARE = 0.08
TRIES = 12


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
    scene = Scene(shape, rng)
    _scatter(scene, diameter, coverage, tuple(classes), rng)
    picture = scene.photograph(diameter, noise, pixel_size, rng)
    return _with_bar(picture) if info_bar else picture


def _check(shape: tuple[int, int], diameter: float, coverage: float, classes: Sequence[str]) -> None:
    unknown = sorted(set(classes) - set(CRYSTAL_CLASSES))
    if unknown or not classes:
        raise CrystalError(f"The classes are {list(classes)}: name some of {', '.join(CRYSTAL_CLASSES)}.")
    if not 4 <= diameter <= min(shape):
        raise CrystalError(f"The diameter is {diameter} pixels: pass 4 up to the shorter side, {min(shape)}.")
    if not 0 < coverage <= 1.5:
        raise CrystalError(f"The coverage is {coverage}: pass a number above 0, up to 1.5.")


def _scatter(
    scene: Scene, diameter: float, coverage: float, classes: tuple[str, ...], rng: np.random.Generator
) -> None:
    """Place crystals at random, each where there is room among several tries."""
    height, width = scene.owner.shape
    for _ in range(max(1, round(coverage * height * width / (math.pi / 4 * diameter**2)))):
        name = classes[int(rng.integers(len(classes)))]
        radius = diameter / 2 * math.exp(rng.normal(scale=SIZE_SPREAD))
        surface = SOLIDS[name](radius, rng)
        y, x = _roomiest(scene, radius, rng)
        # Crystals lie on the ground or on others, tilted neither: a random part of the radius higher.
        scene.place(name, radius * (surface - np.nanmin(surface) + rng.uniform(0.3, 0.8)), y, x)


def _roomiest(scene: Scene, radius: float, rng: np.random.Generator) -> tuple[int, int]:
    """Return, of several random places, the one with the fewest crystals under it."""
    height, width = scene.owner.shape
    reach = math.ceil(radius)
    places = [(int(rng.integers(height)), int(rng.integers(width))) for _ in range(TRIES)]

    def crowding(place: tuple[int, int]) -> float:
        """Return the share of the place that crystals lie under."""
        y, x = place
        around = scene.owner[max(0, y - reach) : y + reach + 1 : 2, max(0, x - reach) : x + reach + 1 : 2]
        return float((around > 0).mean())

    return min(places, key=crowding)


def _with_bar(picture: SemImage) -> SemImage:
    """Add a black bar with a scale of round length below."""
    height, width = picture.image.shape
    rows = max(16, round(BAR_SHARE * height))
    bar = Image.new("L", (width, rows), 0)
    pen = ImageDraw.Draw(bar)
    most = 0.25 * width * picture.pixel_size
    power = 10.0 ** math.floor(math.log10(most))
    micrometres = max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9))
    length = micrometres / picture.pixel_size
    left, middle = 0.06 * width, rows // 2
    pen.line((left, middle, left + length, middle), fill=255, width=max(1, rows // 12))
    font = ImageFont.load_default(size=0.45 * rows)
    pen.text((left + length + rows / 3, middle), f"{micrometres:g} um", 255, font, anchor="lm")
    pen.text((0.94 * width, middle), "10.0 kV  SE", 255, font, anchor="rm")
    empty = np.zeros((rows, width), np.int32)
    image, labels = np.vstack([picture.image, np.asarray(bar)]), np.vstack([picture.labels, empty])
    return replace(picture, image=image, labels=labels)
