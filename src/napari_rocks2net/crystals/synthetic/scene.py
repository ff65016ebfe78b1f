"""Scene of a synthetic SEM image: bodies on the ground, what is seen of them, and their shading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from napari_rocks2net.crystals.synthetic.solids import Floats

# Crystals of which less is visible belong to the background.
LEAST_VISIBLE = 0.35
# From sample to detector: up, left and towards the viewer.
DETECTOR = np.array([-0.5, -0.6, 0.62])


@dataclass(frozen=True)
class SemImage:
    """A synthetic SEM image and what is in it."""

    image: npt.NDArray[np.uint8]
    """(Y, X) uint8."""
    labels: npt.NDArray[np.int32]
    """(Y, X) int32, 0 background, crystals 1..N."""
    classes: tuple[str, ...]
    """(N,) class of each crystal, see `CRYSTAL_CLASSES`."""
    pixel_size: float
    """Micrometres a pixel."""


@dataclass(frozen=True)
class Body:
    """A crystal that was put into a scene."""

    kind: str
    area: int  # Pixels inside the image, also those behind others.
    brightness: float  # Of what it sends out; 1 in front, less for a faint one.


class Scene:
    """Heights and owners of all pixels, filled body by body."""

    def __init__(self, shape: tuple[int, int], rng: np.random.Generator) -> None:
        rough = ndimage.gaussian_filter(rng.normal(size=shape), 3)
        self.height: Floats = 1.5 * rough / rough.std()
        self.owner = np.zeros(shape, np.int32)
        self.bodies: list[Body] = []

    def place(self, kind: str, height: Floats, y: int, x: int, brightness: float = 1.0) -> None:
        """Put a body there where it is the highest.

        Parameters
        ----------
        kind : str
            Its class.
        height : numpy.ndarray
            (S, S) height of its upper surface in pixels, not-a-number outside.
        y, x : int
            Pixel of its centre, inside the image.
        brightness : float
            Factor on what it sends out, 0..1.
        """
        reach = height.shape[0] // 2
        top, left = y - reach, x - reach
        rows = slice(max(0, top), min(self.owner.shape[0], top + height.shape[0]))
        columns = slice(max(0, left), min(self.owner.shape[1], left + height.shape[1]))
        part = height[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        self.bodies.append(Body(kind, int(np.isfinite(part).sum()), brightness))
        above = part > self.height[rows, columns]
        self.height[rows, columns][above] = part[above]
        self.owner[rows, columns][above] = len(self.bodies)

    def photograph(
        self, diameter: float, noise: float, pixel_size: float, rng: np.random.Generator
    ) -> SemImage:
        """Return the scene as the microscope shows it, with the truth of what is visible.

        Parameters
        ----------
        diameter : float
            Typical diameter in pixels; gaps of a fraction of it are dark.
        noise : float
            Standard deviation of the detector's noise, of a range of 1.
        pixel_size : float
            Micrometres a pixel.
        rng : numpy.random.Generator
            Random numbers.
        """
        labels, visible = self._visible()
        grey = ndimage.gaussian_filter(self._shaded(diameter, rng), 0.7)
        grey += rng.normal(scale=noise, size=grey.shape)
        image = np.rint(255 * np.clip(grey, 0, 1)).astype(np.uint8)
        return SemImage(image, labels, tuple(self.bodies[number - 1].kind for number in visible), pixel_size)

    def _visible(self) -> tuple[npt.NDArray[np.int32], list[int]]:
        """Number the bodies of which enough is seen, in one piece; return their old numbers too."""
        labels = np.zeros_like(self.owner)
        visible: list[int] = []
        for number, window in enumerate(ndimage.find_objects(self.owner, len(self.bodies)), 1):
            if window is None:
                continue
            pieces, _ = ndimage.label(self.owner[window] == number)
            areas = np.bincount(pieces.ravel())[1:]
            if areas.max() >= LEAST_VISIBLE * self.bodies[number - 1].area and areas.max() > 12:
                visible.append(number)
                labels[window][pieces == areas.argmax() + 1] = len(visible)
        return labels, visible

    def _shaded(self, diameter: float, rng: np.random.Generator) -> Floats:
        """Return grey values 0..1 of the scene under an electron beam."""
        down, right = np.gradient(self.height)
        steepness = np.sqrt(1 + np.minimum(down**2 + right**2, 25.0))
        facing = (-DETECTOR[0] * down - DETECTOR[1] * right + DETECTOR[2]) / steepness
        yielded = 0.16 + 0.2 * np.maximum(facing, 0) + 0.1 * (steepness - 1)
        brightness = np.array([0.0, *(body.brightness for body in self.bodies)])[self.owner]
        grey = np.where(self.owner > 0, brightness * (yielded + 0.16), 0.6 * yielded)
        # Electrons from a gap are caught by what stands around it.
        around = ndimage.gaussian_filter(self.height, diameter / 6)
        grey = grey * (1 - 0.45 * np.clip((around - self.height) / (diameter / 4), 0, 1))
        drift = ndimage.gaussian_filter1d(rng.normal(size=len(grey)), 20)
        return np.minimum(grey, 0.95) + 0.15 * drift[:, None]
