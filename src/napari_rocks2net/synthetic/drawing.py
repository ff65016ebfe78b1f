"""Drawing of a thin section: the same field in PPL and XPL, with its grain map; sections to show."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.errors import SynthesisError
from napari_rocks2net.synthetic.section import UM_PER_PIXEL, Section, StagedRegion, ThinSection
from napari_rocks2net.synthetic.variation import Variation

LEAST_SIZE = 16


def draw_slide(
    recipe_name: str,
    *,
    property: str | None = None,
    size: int | tuple[int, int] = 512,
    um_per_pixel: float = UM_PER_PIXEL,
    seed: int = 0,
    flaws: bool = False,
    variation: Variation | None = None,
) -> StagedRegion:
    """Draw a section by a recipe, to be photographed at any stage angle.

    Parameters
    ----------
    recipe_name : str
        A class of one of the five rock properties.
    property : str, optional
        Its rock property; by default the first that has such a class, "grain" first.
    size : int or tuple of 2 ints
        Side, or height and width, in pixels, at least 16.
    um_per_pixel : float
        Scale, above 0.
    seed : int
        0 or more; the same seed gives the same section.
    flaws : bool
        Whether the section may have air bubbles in its mounting medium and scratches, see `Preparation`;
        a third of all sections then have bubbles and half of them scratches.
    variation : Variation, optional
        Of its scale, stains and light; by default none.

    Returns
    -------
    StagedRegion
        The section under its microscope.

    Raises
    ------
    SynthesisError
        If there is no such recipe, or a size, scale or seed is out of range.
    """
    height, width = checked_shape(size)
    section = ThinSection.by_recipe(recipe_name, property, um_per_pixel, seed, flaws=flaws)
    return (variation.of(section) if variation else section).region(0, 0, height, width)


def draw_section(
    recipe_name: str,
    *,
    property: str | None = None,
    size: int | tuple[int, int] = 512,
    um_per_pixel: float = UM_PER_PIXEL,
    seed: int = 0,
    stage: float = 0.0,
    flaws: bool = False,
) -> Section:
    """Draw and photograph a section.

    Parameters
    ----------
    recipe_name, property, size, um_per_pixel, seed, flaws
        As for `draw_slide`, whose errors it raises too.
    stage : float
        Angle of the stage in degrees; sections that differ only in it are registered.

    Returns
    -------
    Section
        PPL, XPL and the grain map; the same seed gives the same pixels.
    """
    slide = draw_slide(
        recipe_name, property=property, size=size, um_per_pixel=um_per_pixel, seed=seed, flaws=flaws
    )
    return slide.photograph(stage)


def checked_shape(size: int | tuple[int, int]) -> tuple[int, int]:
    """Return height and width of a section's picture, refusing sides below 16 pixels."""
    height, width = (size, size) if isinstance(size, int) else size
    if min(height, width) < LEAST_SIZE:
        raise SynthesisError(
            f"A section of {height} x {width} pixels is too small; give at least {LEAST_SIZE} x {LEAST_SIZE}."
        )
    return int(height), int(width)


class SampleSection(NamedTuple):
    """A sample picture."""

    name: str
    """Title for a menu; its last word is the light, "PPL" or "XPL"."""
    recipe: str
    """Recipe to draw."""
    seed: int
    """Seed to draw it with."""

    @property
    def light(self) -> str:
        """Which picture of the section to show: "ppl" or "xpl"."""
        return self.name.rsplit(" ", 1)[-1].lower()


def sample_sections() -> list[SampleSection]:
    """Return the six sample sections, from coarse to mud crystals, to be drawn with `draw_section`."""
    return [
        SampleSection("Coarse crystals, XPL", "coarse crystal", 904),
        SampleSection("Medium crystals, PPL", "medium crystal", 910),
        SampleSection("Fine crystals, XPL", "fine crystal", 921),
        SampleSection("Powder crystals, PPL", "powder crystal", 932),
        SampleSection("Micro crystals, XPL", "micro crystal", 941),
        SampleSection("Mud crystals, XPL", "mud crystal", 954),
    ]


def draw_rotation(
    recipe_name: str = "granite",
    *,
    property: str | None = None,
    size: int = 512,
    um_per_pixel: float = UM_PER_PIXEL,
    seed: int = 0,
    angles: int = 18,
) -> NDArray[np.uint8]:
    """Draw a section between crossed polars at stage angles over half a turn.

    Parameters
    ----------
    recipe_name, property, size, um_per_pixel, seed
        As for `draw_slide`, whose errors it raises too.
    angles : int
        How many, at least 1, evenly over 180 degrees; grains go dark every 90 degrees.

    Returns
    -------
    ndarray, shape (angles, Y, X, 3), uint8
        The photos, registered: the picture stands still while the polars turn.

    Raises
    ------
    SynthesisError
        If there is not at least one angle.
    """
    if angles < 1:
        raise SynthesisError(f"{angles} stage angles show nothing; give at least 1.")
    slide = draw_slide(recipe_name, property=property, size=size, um_per_pixel=um_per_pixel, seed=seed)
    return np.stack([slide.xpl(180 * turn / angles) for turn in range(angles)])
