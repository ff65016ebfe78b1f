"""Sample sections: recipes and seeds of the pictures that ship with the package."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.drawing import draw_slide
from napari_rocks2net.synthetic.errors import SynthesisError
from napari_rocks2net.synthetic.section import UM_PER_PIXEL


class SampleSection(NamedTuple):
    """A sample picture.

    Parameters
    ----------
    name : str
        Title for a menu; its last word is the light, "PPL" or "XPL".
    recipe : str
        Recipe to draw.
    seed : int
        Seed to draw it with.
    """

    name: str
    recipe: str
    seed: int

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
