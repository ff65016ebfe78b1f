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


class NoRock(ImageError):
    """A window is mostly background; nothing is asked about it."""


def background_share(rgb: npt.NDArray[np.uint8], leave_out: str) -> float:
    """Return the share of a picture's pixels that are background.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.
    leave_out : {"nothing", "bright", "dark", "both"}
        What counts as background; see `MapSettings`.
    """
    if leave_out == "nothing":
        return 0.0
    brightest = rgb.max(axis=2).astype(np.int16)
    background = np.zeros(brightest.shape, bool)
    if leave_out in ("bright", "both"):
        colourless = brightest - rgb.min(axis=2) <= GLASS_SATURATION * brightest
        background |= (brightest >= GLASS_BRIGHTNESS * 255) & colourless
    if leave_out in ("dark", "both"):
        background |= brightest <= DARK_BRIGHTNESS * 255
    return float(background.mean())


def require_rock(rgb: npt.NDArray[np.uint8], settings: MapSettings) -> None:
    """Refuse a window that is mostly background.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.
    settings : MapSettings
        What is left out.

    Raises
    ------
    NoRock
        When more than half of it is.
    """
    if background_share(rgb, settings.leave_out) > MOST_BACKGROUND:
        raise NoRock("The window is mostly background.")
