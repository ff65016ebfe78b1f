"""Thin section under its microscope: regions on the stage, and their photos."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.camera.microscope import Microscope
from napari_rocks2net.synthetic.errors import SynthesisError
from napari_rocks2net.synthetic.grains.fabric import Fabric, draw_fabric
from napari_rocks2net.synthetic.optics.field import (
    OpticalField,
    crossed_polarised,
    optical_field,
    plane_polarised,
)
from napari_rocks2net.synthetic.optics.preparation import Preparation
from napari_rocks2net.synthetic.petrology.plan import SectionPlan, plan_section
from napari_rocks2net.synthetic.petrology.recipes import Recipe, recipe_named
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window

UM_PER_PIXEL = 4.0
"""Default scale: a picture of 512 pixels shows a field about 2 mm across."""

_MARGIN_UM = 36.0
# Blocks of the JPEG reach 7 pixels beyond a region, and blur and boundaries 9 beyond these.
_LEAST_MARGIN = 16
_EXPOSURE_SAMPLES = 48
_EXPOSURE_FIELD_UM = 6000.0


@dataclass(frozen=True)
class Section:
    """A photographed thin section."""

    ppl: NDArray[np.uint8]
    xpl: NDArray[np.uint8]
    """(Y, X, 3) uint8. Photos of the same field in plane-polarised light and between crossed polars, sRGB."""
    identities: NDArray[np.int64]
    """(Y, X) int64. Number of each pixel's grain, the same in every region of the section."""
    um_per_pixel: float
    """Scale."""
    property: str
    recipe: str
    """Rock property and class."""
    diameter_um: float
    """Mean grain diameter (circle of equal area) that the section was drawn with."""
    rock: str
    """Key of `ROCKS`."""

    @cached_property
    def grains(self) -> NDArray[np.int32]:
        """Label of each pixel's grain, shape (Y, X), 1 and up without gaps.

        A rock fragment is one grain. Grains smaller than 1.6 pixels cannot be mapped: there every
        pixel has a label of its own.
        """
        _, labels = np.unique(self.identities, return_inverse=True)
        return labels.reshape(self.identities.shape).astype(np.int32) + 1


@dataclass(frozen=True)
class ThinSection:
    """An endless section under its microscope: any region can be rendered alone."""

    property: str
    recipe: str
    """Rock property and class."""
    plan: SectionPlan
    """What was decided for the whole section."""
    diameter_um: float
    """Mean grain diameter it is drawn with."""
    microscope: Microscope
    """The microscope it lies under."""
    um_per_pixel: float
    """Scale."""
    seed: int
    """Seed it is drawn with."""
    preparation: Preparation | None = None
    """What its making left in it; by default nothing."""

    @classmethod
    def by_recipe(
        cls, recipe_name: str, property: str | None, um_per_pixel: float, seed: int, *, flaws: bool = False
    ) -> ThinSection:
        """Plan a section of a class.

        Parameters
        ----------
        recipe_name, property, um_per_pixel, seed, flaws
            As for `draw_slide`, whose errors it raises too.

        Returns
        -------
        ThinSection
            Nothing of it is drawn yet.
        """
        return cls.of_recipe(recipe_named(recipe_name, property), um_per_pixel, seed, flaws=flaws)

    @classmethod
    def of_recipe(cls, recipe: Recipe, um_per_pixel: float, seed: int, *, flaws: bool = False) -> ThinSection:
        """Plan a section by a recipe, which need not be one of the classes.

        Parameters
        ----------
        recipe : Recipe
            Names the rocks of `ROCKS`, and the range of their grain size.
        um_per_pixel, seed, flaws
            As for `draw_slide`, whose errors it raises too.
        """
        if not (np.isfinite(um_per_pixel) and um_per_pixel > 0):
            raise SynthesisError(
                f"The scale {um_per_pixel} um per pixel is not possible; give a number above 0."
            )
        if seed < 0:
            raise SynthesisError(f"The seed {seed} is negative; give 0 or more.")
        rng = PositionRNG.from_seed(seed).branch(recipe.property, recipe.name)
        plan, diameter_um = plan_section(recipe, rng)
        microscope = Microscope.random(rng.branch("microscope").generator())
        preparation = Preparation.random(rng.branch("preparation")) if flaws else None
        return cls(
            recipe.property, recipe.name, plan, diameter_um, microscope, um_per_pixel, seed, preparation
        )

    def region(self, top: int, left: int, height: int, width: int) -> StagedRegion:
        """Return a region, ready to be photographed at any stage angle.

        Parameters
        ----------
        top, left : int
            Pixel coordinates of its corner, of any sign.
        height, width : int
            Size in pixels, at least 1.
        """
        view = Window(top, left, height, width, self.um_per_pixel)
        window = self._with_margin(view)
        fabric = draw_fabric(self.plan, window)
        field = optical_field(self.plan, fabric, window)
        if self.preparation is not None:
            field = field.through(*self.preparation.transmission(window))
        return StagedRegion(self, view, window, fabric, field)

    def grain_map(self, top: int, left: int, height: int, width: int) -> NDArray[np.int64]:
        """Return the number of each pixel's grain in a region, shape (height, width), int64.

        Parameters
        ----------
        top, left, height, width : int
            See `region`.
        """
        view = Window(top, left, height, width, self.um_per_pixel)
        window = self._with_margin(view)
        return draw_fabric(self.plan, window).grains[view.within(window)]

    @staticmethod
    def _with_margin(view: Window) -> Window:
        margin = int(np.clip(view.pixels(_MARGIN_UM), _LEAST_MARGIN, 32))
        return view.aligned(margin, 8)

    @cached_property
    def gains(self) -> tuple[float, float]:
        """Exposure in PPL and XPL, set for the rock: every region has the same."""
        step = max(1, round(_EXPOSURE_FIELD_UM / _EXPOSURE_SAMPLES / self.um_per_pixel))
        points = Window(0, 0, _EXPOSURE_SAMPLES, _EXPOSURE_SAMPLES, self.um_per_pixel, step)
        field = optical_field(self.plan, draw_fabric(self.plan, points), points)
        # Neighbouring points lie far apart: boundaries between them would all be dark.
        field = replace(field, shadow=np.full(points.shape, 0.93, dtype=np.float32))
        ppl, xpl = plane_polarised(field), crossed_polarised(field)
        return self.microscope.ppl_gain(ppl), self.microscope.xpl_gain(xpl)


@dataclass(frozen=True)
class StagedRegion:
    """A region of a section on the stage, ready to be photographed at any stage angle."""

    section: ThinSection
    """What it is a region of."""
    view: Window
    """The region."""
    window: Window
    """The region with the margin that blur and boundaries need."""
    fabric: Fabric
    """Grain map of the window."""
    field: OpticalField
    """What each pixel of the window does to light."""

    @property
    def rock(self) -> str:
        """Key of `ROCKS`."""
        return self.section.plan.rock

    @property
    def identities(self) -> NDArray[np.int64]:
        """Number of each pixel's grain, shape (Y, X), the same in every region of the section."""
        return self.fabric.grains[self.view.within(self.window)]

    def ppl(self, stage: float = 0.0) -> NDArray[np.uint8]:
        """Return the photo in plane-polarised light, shape (Y, X, 3), without vignette."""
        light = plane_polarised(self.field, float(np.radians(stage)))
        return self._photo(light, self.section.gains[0], "ppl", stage)

    def xpl(self, stage: float = 0.0) -> NDArray[np.uint8]:
        """Return the photo between crossed polars, shape (Y, X, 3), without vignette."""
        light = crossed_polarised(self.field, float(np.radians(stage)))
        light += np.float32(self.section.microscope.stray_light)
        return self._photo(light, self.section.gains[1], "xpl", stage)

    def photograph(self, stage: float = 0.0) -> Section:
        """Return both photos of the slide, in PPL and XPL, and its grain map.

        Parameters
        ----------
        stage : float
            Angle of the stage in degrees. The polars turn, the picture does not: all angles are
            registered pixel on pixel.
        """
        return Section(
            ppl=self.vignetted(self.ppl(stage)),
            xpl=self.vignetted(self.xpl(stage)),
            identities=self.identities,
            um_per_pixel=self.section.um_per_pixel,
            property=self.section.property,
            recipe=self.section.recipe,
            diameter_um=self.section.diameter_um,
            rock=self.rock,
        )

    def vignetted(self, photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Darken the corners of a photo of the whole view as the microscope does."""
        return self.section.microscope.vignetted(photo)

    def _photo(self, light: NDArray[np.float32], gain: float, name: str, stage: float) -> NDArray[np.uint8]:
        rng = self.section.plan.rng.branch("sensor", name, round(stage * 1000) % 360_000)
        photo = self.section.microscope.photograph(light, gain, self.window, rng)
        return np.ascontiguousarray(photo[self.view.within(self.window)])
