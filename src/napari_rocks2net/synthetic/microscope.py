"""The camera's share: white balance, exposure, vignette, focus and noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.light import linear_to_srgb
from napari_rocks2net.synthetic.textures import blurred, smooth_noise


@dataclass(frozen=True)
class Microscope:
    """A microscope as somebody left it, the same for all photos of a section.

    Parameters
    ----------
    white_balance : tuple of 3 floats
        Factors on linear red, green and blue, about 1.
    ppl_brightness : float
        Mean linear brightness that the automatic exposure aims at in PPL, 0 to 1.
    xpl_brightness : float
        The same for the bright tenth of the picture in XPL.
    vignette : float
        Loss of light in the corners, 0 to 1.
    blur_um : float
        Width of the point spread in micrometres.
    noise : float
        Standard deviation of the sensor noise in display levels of 255.
    stray_light : float
        Share of the lamp's light that passes crossed polars everywhere.
    """

    white_balance: tuple[float, float, float]
    ppl_brightness: float
    xpl_brightness: float
    vignette: float
    blur_um: float
    noise: float
    stray_light: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Microscope:
        """Draw a microscope.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of chance.

        Returns
        -------
        Microscope
            With white balance off by some per cent, warm or cool.
        """
        warm = rng.normal(0.0, 0.09)
        red, blue = np.exp(warm), np.exp(-warm)
        green = np.exp(rng.normal(0.0, 0.03))
        return cls(
            white_balance=(float(red), float(green), float(blue)),
            ppl_brightness=float(rng.uniform(0.4, 0.68)),
            xpl_brightness=float(rng.uniform(0.3, 0.8)),
            vignette=float(rng.uniform(0.0, 0.3)),
            blur_um=float(rng.uniform(2.0, 4.0)),
            noise=float(rng.uniform(0.8, 3.5)),
            stray_light=float(rng.uniform(0.001, 0.008)),
        )

    def photograph_ppl(
        self, light: NDArray[np.float32], um_per_pixel: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Take a photo in plane-polarised light.

        Parameters
        ----------
        light : ndarray, shape (Y, X, 3), float32
            Linear RGB, 1 = the lamp.
        um_per_pixel : float
            Scale.
        rng : numpy.random.Generator
            Source of the noise.

        Returns
        -------
        ndarray, shape (Y, X, 3), uint8
            sRGB.
        """
        gain = min(self.ppl_brightness / max(float(light.mean()), 0.05), 0.95 / _bright(light, 97))
        return self._photograph(light * np.float32(gain), um_per_pixel, rng)

    def photograph_xpl(
        self, light: NDArray[np.float32], um_per_pixel: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Take a photo between crossed polars; parameters as for `photograph_ppl`."""
        gain = np.clip(self.xpl_brightness / _bright(light, 92), 0.5, 4.0)
        return self._photograph((light + self.stray_light) * np.float32(gain), um_per_pixel, rng)

    def _photograph(
        self, light: NDArray[np.float32], um_per_pixel: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        height, width = light.shape[:2]
        y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
        falloff = (1 - self.vignette * (y**2 + x**2) / 2)[..., None]
        balanced = light * (falloff * np.array(self.white_balance)).astype(np.float32)
        display = linear_to_srgb(blurred(balanced, self.blur_um / um_per_pixel)) * 255
        grain = [smooth_noise((height, width), 1.0, rng) for _ in range(3)]
        return np.clip(np.round(display + self.noise * np.stack(grain, axis=-1)), 0, 255).astype(np.uint8)


def _bright(light: NDArray[np.float32], percentile: float) -> float:
    """Return a percentile of the brightness, kept above 0."""
    return max(float(np.percentile(light[::4, ::4].mean(axis=-1), percentile)), 1e-3)
