"""Interference colours (Michel-Lévy): from a spectrum to sRGB."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

WAVELENGTHS_NM = np.arange(380.0, 781.0, 5.0)
LAMP_KELVIN = 5500.0
MAX_RETARDATION_NM = 6000
_DISPLAY_STEPS = 1 << 14

# Colours beyond the screen's were cut off above; a camera's own filters overlap and give paler ones.
_CAMERA_SATURATION = 0.85

# IEC 61966-2-1: CIE XYZ (D65) to linear sRGB.
_XYZ_TO_SRGB = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])


def _lobe(wavelength: NDArray[np.float64], peak: float, below: float, above: float) -> NDArray[np.float64]:
    """Return a Gaussian lobe whose inverse widths differ below and above its peak."""
    inverse_width = np.where(wavelength < peak, below, above)
    return np.asarray(np.exp(-0.5 * ((wavelength - peak) * inverse_width) ** 2))


def colour_matching_functions(wavelength_nm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Approximate the CIE 1931 2-degree colour-matching functions.

    Returns
    -------
    ndarray, shape (N, 3), float64
        x-bar, y-bar and z-bar, each about 0 to 1.8.

    Notes
    -----
    The multi-lobe Gaussian fit of Wyman, Sloan & Shirley 2013, "Simple Analytic Approximations to
    the CIE XYZ Color Matching Functions", Journal of Computer Graphics Techniques 2(2), listing 1.
    """
    x = (
        0.362 * _lobe(wavelength_nm, 442.0, 0.0624, 0.0374)
        + 1.056 * _lobe(wavelength_nm, 599.8, 0.0264, 0.0323)
        - 0.065 * _lobe(wavelength_nm, 501.1, 0.0490, 0.0382)
    )
    y = 0.821 * _lobe(wavelength_nm, 568.8, 0.0213, 0.0247) + 0.286 * _lobe(
        wavelength_nm, 530.9, 0.0613, 0.0322
    )
    z = 1.217 * _lobe(wavelength_nm, 437.0, 0.0845, 0.0278) + 0.681 * _lobe(
        wavelength_nm, 459.0, 0.0385, 0.0725
    )
    return np.stack([x, y, z], axis=-1)


def lamp_spectrum(wavelength_nm: NDArray[np.float64], kelvin: float = LAMP_KELVIN) -> NDArray[np.float64]:
    """Return the power of a halogen lamp behind its daylight filter, by Planck's law, relative to 560 nm.

    Parameters
    ----------
    wavelength_nm : ndarray, shape (N,), float
        Wavelengths in nanometres.
    kelvin : float
        Colour temperature, above 0.
    """

    def planck(nanometres: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return the power by Planck's law, without its constant factor."""
        return np.asarray(1.0 / (np.power(nanometres, 5) * np.expm1(1.43878e7 / (nanometres * kelvin))))

    return planck(wavelength_nm) / planck(560.0)


def spectrum_to_linear_rgb(transmission: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return white-balanced linear sRGB (..., 3) of transmission spectra; 1 everywhere gives (1, 1, 1).

    Colours that a screen cannot show have their negative components set to 0.

    Parameters
    ----------
    transmission : ndarray, shape (..., 81), float
        Transmitted share of the lamp's light at ``WAVELENGTHS_NM``, 0 to 1.
    """
    weights = lamp_spectrum(WAVELENGTHS_NM)[:, None] * colour_matching_functions(WAVELENGTHS_NM)
    to_rgb = weights @ _XYZ_TO_SRGB.T
    return np.asarray(np.clip(transmission @ (to_rgb / to_rgb.sum(axis=0)), 0.0, None))


@lru_cache(maxsize=1)
def interference_colours() -> NDArray[np.float32]:
    """Return the brightest linear sRGB between crossed polars, (6001, 3) float32, index = retardation in nm.

    Notes
    -----
    The transmission at 45 degrees from extinction is sin²(pi Γ / λ).
    """
    retardation = np.arange(MAX_RETARDATION_NM + 1.0)[:, None]
    colours = spectrum_to_linear_rgb(np.sin(np.pi * retardation / WAVELENGTHS_NM) ** 2)
    grey = colours.mean(axis=1, keepdims=True)
    colours = (grey + _CAMERA_SATURATION * (colours - grey)).astype(np.float32)
    colours.setflags(write=False)
    return colours


def linear_to_srgb(linear: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return linear light, clipped to 0..1, as display values 0 to 1 (IEC 61966-2-1)."""
    clipped = np.clip(linear, 0.0, 1.0)
    return np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)


@lru_cache(maxsize=1)
def _display_table() -> NDArray[np.float32]:
    return (linear_to_srgb(np.linspace(0, 1, _DISPLAY_STEPS + 1)) * 255).astype(np.float32)


def display_levels(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return linear light, clipped to 0..1, as display levels 0 to 255, within 0.1 of the sRGB curve."""
    step = np.clip(linear, 0, 1)
    step *= np.float32(_DISPLAY_STEPS)
    return _display_table().take(np.rint(step, out=step).astype(np.intp), mode="clip")
