"""Draw a thin section: the same field in PPL and XPL, with its grain map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.crystals import grow_crystals
from napari_rocks2net.synthetic.fabric import FABRICS, Fabric
from napari_rocks2net.synthetic.microscope import Microscope
from napari_rocks2net.synthetic.optics import (
    OpticalField,
    crossed_polarised,
    optical_field,
    plane_polarised,
)
from napari_rocks2net.synthetic.recipes import MATRICES, ROCKS, Recipe, recipe_named

UM_PER_PIXEL = 4.0
"""Default scale: a picture of 512 pixels shows a field about 2 mm across."""


@dataclass(frozen=True)
class Section:
    """A drawn thin section.

    Parameters
    ----------
    ppl, xpl : ndarray, shape (Y, X, 3), uint8
        Photos of the same field in plane-polarised light and between crossed polars, sRGB.
    grains : ndarray, shape (Y, X), int32
        Label of each pixel's grain, 1 and up. Grains smaller than 1.6 pixels cannot be mapped: there
        every pixel has a label of its own.
    um_per_pixel : float
        Scale.
    recipe : str
        Name of the recipe.
    diameter_um : float
        Mean grain diameter (circle of equal area) that the section was drawn with.
    rock : str
        Key of `ROCKS` whose minerals the section has.
    """

    ppl: NDArray[np.uint8]
    xpl: NDArray[np.uint8]
    grains: NDArray[np.int32]
    um_per_pixel: float
    recipe: str
    diameter_um: float
    rock: str


@dataclass(frozen=True)
class Slide:
    """A section on the stage, ready to be photographed at any stage angle.

    Parameters
    ----------
    fabric : Fabric
        Grain map.
    field : OpticalField
        What each pixel does to light.
    microscope : Microscope
        The microscope it lies under.
    um_per_pixel : float
        Scale.
    recipe, rock : str
        Names of the recipe and of the rock.
    diameter_um : float
        Mean grain diameter it was drawn with.
    seed : int
        Seed it was drawn with.
    """

    fabric: Fabric
    field: OpticalField
    microscope: Microscope
    um_per_pixel: float
    recipe: str
    rock: str
    diameter_um: float
    seed: int

    def photograph(self, stage: float = 0.0) -> Section:
        """Photograph the slide in PPL and XPL.

        Parameters
        ----------
        stage : float
            Angle of the stage in degrees. The polars turn, the picture does not: all angles are
            registered pixel on pixel.

        Returns
        -------
        Section
            Both photos and the grain map.
        """
        angle = float(np.radians(stage))
        noise = np.random.default_rng([self.seed, round(stage * 1000) % 360_000])
        ppl = plane_polarised(self.field, angle)
        xpl = crossed_polarised(self.field, angle)
        return Section(
            ppl=self.microscope.photograph_ppl(ppl, self.um_per_pixel, noise),
            xpl=self.microscope.photograph_xpl(xpl, self.um_per_pixel, noise),
            grains=self.fabric.grains,
            um_per_pixel=self.um_per_pixel,
            recipe=self.recipe,
            diameter_um=self.diameter_um,
            rock=self.rock,
        )


def draw_slide(
    recipe_name: str,
    *,
    size: int | tuple[int, int] = 512,
    um_per_pixel: float = UM_PER_PIXEL,
    seed: int = 0,
) -> Slide:
    """Draw a section by a recipe, to be photographed at any stage angle.

    Parameters
    ----------
    recipe_name : str
        A class of the property "grain".
    size : int or tuple of 2 ints
        Side, or height and width, in pixels, at least 16.
    um_per_pixel : float
        Scale, above 0.
    seed : int
        0 or more; the same seed gives the same section.

    Returns
    -------
    Slide
        The section under its microscope.

    Raises
    ------
    ValueError
        If there is no such recipe, or a size, scale or seed is out of range.
    """
    recipe = recipe_named(recipe_name)
    shape = _checked_shape(size)
    if not (np.isfinite(um_per_pixel) and um_per_pixel > 0):
        raise ValueError(f"The scale {um_per_pixel} um per pixel is not possible; give a number above 0.")
    if seed < 0:
        raise ValueError(f"The seed {seed} is negative; give 0 or more.")
    rng = np.random.default_rng(seed)
    diameter_um = _section_diameter(recipe, rng)
    rock = str(rng.choice(list(ROCKS)))
    matrix = MATRICES[str(rng.choice(list(MATRICES)))]
    texture = recipe.textures[int(rng.integers(len(recipe.textures)))]
    fabric = FABRICS[texture](shape, diameter_um / um_per_pixel, rng)
    crystals = grow_crystals(fabric, ROCKS[rock], matrix, rng)
    field = optical_field(fabric, crystals, um_per_pixel, rng)
    microscope = Microscope.drawn(rng)
    return Slide(fabric, field, microscope, um_per_pixel, recipe.name, rock, diameter_um, seed)


def draw_section(
    recipe_name: str,
    *,
    size: int | tuple[int, int] = 512,
    um_per_pixel: float = UM_PER_PIXEL,
    seed: int = 0,
    stage: float = 0.0,
) -> Section:
    """Draw and photograph a section.

    Parameters
    ----------
    recipe_name : str
        A class of the property "grain".
    size : int or tuple of 2 ints
        Side, or height and width, in pixels, at least 16.
    um_per_pixel : float
        Scale, above 0; at the default a picture of 512 pixels is about 2 mm across.
    seed : int
        0 or more; the same seed gives the same bytes.
    stage : float
        Angle of the stage in degrees; sections that differ only in it are registered.

    Returns
    -------
    Section
        PPL, XPL and the grain map.

    Raises
    ------
    ValueError
        If there is no such recipe, or a size, scale or seed is out of range.
    """
    return draw_slide(recipe_name, size=size, um_per_pixel=um_per_pixel, seed=seed).photograph(stage)


def _checked_shape(size: int | tuple[int, int]) -> tuple[int, int]:
    height, width = (size, size) if isinstance(size, int) else size
    if min(height, width) < 16:
        raise ValueError(f"A section of {height} x {width} pixels is too small; give at least 16 x 16.")
    return int(height), int(width)


def _section_diameter(recipe: Recipe, rng: np.random.Generator) -> float:
    """Draw a section's mean diameter, evenly on a logarithmic scale."""
    low, high = recipe.diameter_um
    return float(np.exp(rng.uniform(np.log(low * (1 - recipe.overlap)), np.log(high * (1 + recipe.overlap)))))
