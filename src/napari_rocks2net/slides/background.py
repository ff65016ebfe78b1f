"""Background of a slide: glass, holes, resin and what lies beside the scan, by saturation and brightness."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.slides.settings import MapSettings

# Shares of full brightness and saturation (of HSV, Smith 1978, doi 10.1145/800248.807361). Glass of a scan
# whose light is set right is brighter than 0.85; only extinct grains and what is no light are below 0.05.
GLASS_BRIGHTNESS = 0.85
GLASS_SATURATION = 0.10
DARK_BRIGHTNESS = 0.05
MOST_BACKGROUND = 0.5
# What a window mostly is, beside rock.
ROCK, BRIGHT, DARK = 0, 1, 2
EXCLUDED_KINDS = {"nothing": (), "bright": (BRIGHT,), "dark": (DARK,), "both": (BRIGHT, DARK)}


class NoRock(ImageError):
    """A window is mostly background; nothing is asked about it."""


def background_kind(rgb: npt.NDArray[np.uint8]) -> int:
    """Return whether more than half of a picture is bright and colourless (1), dark (2), or neither (0)."""
    bright, dark = background_masks(rgb).mean(axis=(0, 1)).tolist()
    return kind_of_shares(bright, dark)


def background_masks(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Return which pixels (Y, X, 2) of a picture (Y, X, 3) are bright and colourless, and which dark."""
    brightest = rgb.max(axis=2).astype(np.int16)
    colourless = brightest - rgb.min(axis=2) <= GLASS_SATURATION * brightest
    bright = (brightest >= GLASS_BRIGHTNESS * 255) & colourless
    return np.stack([bright, brightest <= DARK_BRIGHTNESS * 255], axis=-1)


def kind_of_shares(bright: float, dark: float) -> int:
    """Return what a window mostly is, see `background_kind`.

    Parameters
    ----------
    bright, dark : float
        The shares of its pixels that are bright and colourless, and dark, 0..1.
    """
    if bright > MOST_BACKGROUND:
        return BRIGHT
    return DARK if dark > MOST_BACKGROUND else ROCK


def require_rock(kind: int, settings: MapSettings) -> None:
    """Refuse a window that is mostly what is to be left out.

    Parameters
    ----------
    kind : int
        What `background_kind` says of it.
    settings : MapSettings
        What is left out.

    Raises
    ------
    NoRock
        When it is.
    """
    if kind in EXCLUDED_KINDS[settings.leave_out]:
        raise NoRock("The window is mostly background.")
