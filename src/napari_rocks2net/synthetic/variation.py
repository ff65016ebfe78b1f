"""Variation: sections that differ in scale, staining and light beyond what their class draws."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from napari_rocks2net.synthetic.section import ThinSection


@dataclass(frozen=True)
class Variation:
    """Variation of the sections of a collection in what their class leaves open.

    Real photos come with any microscope and camera: whoever learns from sections of one scale and one light
    takes both for granted.
    """

    field: float = 1.25
    """Fields are up to so many times as wide or as narrow, at least 1."""
    stain: float = 2.0
    """Films of clay, iron and organic matter are up to so many times as deep or as thin, at least 1."""
    colour: float = 0.1
    """Standard deviation of the logarithm of the white balance's red and blue, beyond the microscope's."""

    def of(self, section: ThinSection) -> ThinSection:
        """Return a section as this variation makes it; the same section, the same variation.

        Parameters
        ----------
        section : ThinSection
            A planned section; its grains, minerals and class stay.
        """
        generator = section.plan.rng.branch("variation").generator()
        field, *depths = generator.uniform(-1, 1, 1 + len(section.plan.stains))
        warm, green = np.exp(generator.normal(0.0, (self.colour, self.colour / 3)))
        red_gain, green_gain, blue_gain = section.microscope.white_balance
        balance = float(red_gain * warm), float(green_gain * green), float(blue_gain / warm)
        stains = {
            name: float(depth * self.stain**power)
            for (name, depth), power in zip(section.plan.stains.items(), depths, strict=True)
        }
        return replace(
            section,
            plan=replace(section.plan, stains=stains),
            microscope=replace(section.microscope, white_balance=balance),
            um_per_pixel=float(section.um_per_pixel * self.field**field),
        )
