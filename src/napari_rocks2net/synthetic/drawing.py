"""Drawing of a thin section: the same field in PPL and XPL, with its grain map."""

from __future__ import annotations

from napari_rocks2net.synthetic.errors import SynthesisError
from napari_rocks2net.synthetic.section import UM_PER_PIXEL, Section, Slide, ThinSection
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
) -> Slide:
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
    Slide
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
        raise SynthesisError(f"A section of {height} x {width} pixels is too small; give at least 16 x 16.")
    return int(height), int(width)
