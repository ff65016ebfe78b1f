"""Microscope and camera: white balance, exposure, vignette, focus, noise and JPEG."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.camera.jpeg import compressed
from napari_rocks2net.synthetic.optics.light import display_levels
from napari_rocks2net.synthetic.plane.noise import blurred
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window, strips


@dataclass(frozen=True)
class Microscope:
    """A microscope as somebody left it, the same for all photos of a section."""

    white_balance: tuple[float, float, float]  # Factors on linear red, green and blue, about 1.
    # Linear brightness that the exposure aims at in PPL for the mean of the rock, 0 to 1.
    ppl_brightness: float
    xpl_brightness: float  # The same for the bright tenth of the rock in XPL.
    vignette: float  # Loss of light in the corners of a photo, 0 to 1.
    blur_um: float  # Width of the point spread in micrometres.
    noise: float  # Standard deviation of the sensor noise in display levels of 255.
    stray_light: float  # Share of the lamp's light that passes crossed polars everywhere.
    jpeg_quality: int  # Quality of the camera's JPEG, 1 to 100; 100 for none.

    @classmethod
    def random(cls, generator: np.random.Generator) -> Microscope:
        """Draw a microscope with white balance off by some per cent, warm or cool."""
        warm = generator.normal(0.0, 0.08)
        red, blue = np.exp(warm), np.exp(-warm)
        green = np.exp(generator.normal(0.0, 0.025))
        return cls(
            white_balance=(float(red), float(green), float(blue)),
            ppl_brightness=float(generator.uniform(0.42, 0.72)),
            xpl_brightness=float(generator.uniform(0.45, 0.9)),
            vignette=float(generator.uniform(0.0, 0.3)),
            blur_um=float(generator.uniform(1.5, 3.5)),
            noise=float(generator.uniform(0.6, 3.0)),
            stray_light=float(generator.uniform(0.001, 0.008)),
            jpeg_quality=int(generator.choice([100, 100, 95, 90, 80])),
        )

    def ppl_gain(self, light: NDArray[np.float32]) -> float:
        """Return the exposure for a rock from its light in PPL, shape (3, Y, X), 1 = the lamp."""
        aim = self.ppl_brightness / max(float(_by_pixel(light).mean()), 0.05)
        return float(min(aim, 0.97 / _bright(light, 97)))

    def xpl_gain(self, light: NDArray[np.float32]) -> float:
        """Return the exposure for a rock from its light between crossed polars."""
        return float(np.clip(self.xpl_brightness / _bright(light, 92), 0.5, 4.0))

    def photograph(
        self, light: NDArray[np.float32], gain: float, window: Window, rng: PositionRNG
    ) -> NDArray[np.uint8]:
        """Return a photo (Y, X, 3) uint8, sRGB, without vignette: a window may be part of a larger one.

        Parameters
        ----------
        light : ndarray, shape (3, Y, X), float32
            Linear RGB, 1 = the lamp.
        gain : float
            Exposure.
        window : Window
            What the light comes from; whole multiples of 8 pixels, for the blocks of the JPEG.
        rng : PositionRNG
            Random numbers of the noise.
        """
        balance = np.float32(gain) * np.array(self.white_balance, dtype=np.float32)
        balanced = light * balance[:, None, None]
        sharp = blurred(balanced, window.pixels(self.blur_um))
        photo = np.empty((*window.shape, 3), dtype=np.uint8)
        # Strips are whole multiples of 8 rows too.
        for strip in strips(window.height):
            display = display_levels(sharp[:, strip])
            display += np.float32(self.noise) * rng.colour_lattice(window.rows[strip], window.columns)
            if self.jpeg_quality < 100:
                display = compressed(display, self.jpeg_quality)
            photo[strip] = np.clip(np.rint(display, out=display), 0, 255, out=display).transpose(1, 2, 0)
        return photo

    def vignetted(self, photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a photo (Y, X, 3) uint8 as the eyepiece shows it, darker in the corners.

        A scan of a slide has no corners and is left as it is.
        """
        if self.vignette == 0:
            return photo
        y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in photo.shape[:2])
        lost = np.float32(self.vignette / 2) * (y[:, None] ** 2 + x[None, :] ** 2)
        # Display levels go with about the 2.2th root of light.
        brightness = ((1 - lost) ** np.float32(1 / 2.2))[..., None]
        darker = np.empty_like(photo)
        for strip in strips(len(photo)):
            darker[strip] = np.rint(photo[strip] * brightness[strip])
        return darker


def _bright(light: NDArray[np.float32], percentile: float) -> float:
    """Return a percentile of the brightness, kept above 0."""
    return max(float(np.percentile(_by_pixel(light).mean(axis=-1), percentile)), 1e-3)


def _by_pixel(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return light of shape (3, Y, X) pixel by pixel, shape (Y, X, 3): the order of sums sets their bytes."""
    return np.ascontiguousarray(np.moveaxis(light, 0, -1))
