"""Sample sections that ship as recipes: drawn when they are asked for."""

from __future__ import annotations

from typing import NamedTuple


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
    """List the six sample sections, from coarse to mud crystals.

    Returns
    -------
    list of SampleSection
        Each is also a plain (name, recipe, seed) tuple; draw it with
        ``draw_section(sample.recipe, seed=sample.seed)``.
    """
    return [
        SampleSection("Coarse crystals, XPL", "coarse crystal", 904),
        SampleSection("Medium crystals, PPL", "medium crystal", 910),
        SampleSection("Fine crystals, XPL", "fine crystal", 921),
        SampleSection("Powder crystals, PPL", "powder crystal", 932),
        SampleSection("Micro crystals, XPL", "micro crystal", 941),
        SampleSection("Mud crystals, XPL", "mud crystal", 954),
    ]
