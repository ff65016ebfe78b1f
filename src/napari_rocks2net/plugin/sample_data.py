"""The sample sections in File > Open Sample."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    SampleLayer = tuple[np.ndarray | list[Any], dict[str, Any], str]

SAMPLE_SIZE = 512
ROTATION_SEED = 2
ROTATION_ANGLES = 18
SLIDE_SIZE = 20_000
SLIDE_SEED = 3
SLIDE_LEVELS = 6
SEM_HEIGHT = 768
SEM_SEED = 4


def _section(position: int) -> list[SampleLayer]:
    """Draw one of the sample sections."""
    from napari_rocks2net.synthetic import draw_section, sample_sections

    sample = sample_sections()[position]
    section = draw_section(sample.recipe, size=SAMPLE_SIZE, seed=sample.seed)
    return [(getattr(section, sample.light), _place(sample.name, section.um_per_pixel), "image")]


def _place(name: str, um_per_pixel: float) -> dict[str, Any]:
    scale = (um_per_pixel, um_per_pixel)
    return {"name": name, "scale": scale, "units": ("um", "um"), "axis_labels": ("y", "x")}


# Sections of coarse to mud-sized crystals, by turns in XPL and PPL.
coarse_crystals, medium_crystals, fine_crystals = (partial(_section, position) for position in (0, 1, 2))
powder_crystals, micro_crystals, mud_crystals = (partial(_section, position) for position in (3, 4, 5))


def granite_rotation() -> list[SampleLayer]:
    """Draw a granite between crossed polars at stage angles 10 degrees apart, over half a turn."""
    from napari_rocks2net.synthetic import draw_rotation
    from napari_rocks2net.synthetic.section import UM_PER_PIXEL

    stack = draw_rotation("granite", size=SAMPLE_SIZE, seed=ROTATION_SEED, angles=ROTATION_ANGLES)
    place = {
        "name": "Granite on the rotating stage, XPL",
        "scale": (180 / ROTATION_ANGLES, UM_PER_PIXEL, UM_PER_PIXEL),
        "units": ("degree", "um", "um"),
        "axis_labels": ("stage angle", "y", "x"),
        "rgb": True,
    }
    return [(stack, place, "image")]


def sandstone_slide() -> list[SampleLayer]:
    """Open a sandstone slide of 80 x 80 mm that is drawn where it is looked at, in XPL and, hidden, PPL."""
    from napari_rocks2net.synthetic import draw_scan

    scan = draw_scan("lithic sandstone", SLIDE_SIZE, seed=SLIDE_SEED)
    levels = [scan.overview(2**level) for level in range(SLIDE_LEVELS)]
    kind, side = {"multiscale": True, "rgb": True}, scan.section.um_per_pixel
    ppl, xpl = (kind | _place(f"Sandstone slide, {light}", side) for light in ("PPL", "XPL"))
    return [
        ([level.ppl for level in levels], ppl | {"visible": False}, "image"),
        ([level.xpl for level in levels], xpl, "image"),
    ]


def sem_microcrystals() -> list[SampleLayer]:
    """Draw microcrystals as a scanning electron microscope shows them, with the instrument's bar."""
    from napari_rocks2net.crystals.synthetic import draw_sem_image

    sem_image = draw_sem_image(
        (SEM_HEIGHT, SEM_HEIGHT * 5 // 4), diameter=SEM_HEIGHT / 12, info_bar=True, seed=SEM_SEED
    )
    return [(sem_image.image, _place("Microcrystals, SEM", sem_image.pixel_size), "image")]
