"""The sample sections in File > Open Sample."""

from __future__ import annotations

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


def coarse_crystals() -> list[SampleLayer]:
    """Draw a section of coarse crystals, XPL."""
    return _sample(0)


def medium_crystals() -> list[SampleLayer]:
    """Draw a section of medium crystals, PPL."""
    return _sample(1)


def fine_crystals() -> list[SampleLayer]:
    """Draw a section of fine crystals, XPL."""
    return _sample(2)


def powder_crystals() -> list[SampleLayer]:
    """Draw a section of powder crystals, PPL."""
    return _sample(3)


def micro_crystals() -> list[SampleLayer]:
    """Draw a section of micro crystals, XPL."""
    return _sample(4)


def mud_crystals() -> list[SampleLayer]:
    """Draw a section of mud crystals, XPL."""
    return _sample(5)


def granite_rotation() -> list[SampleLayer]:
    """Draw a granite between crossed polars at stage angles 10 degrees apart, over half a turn."""
    from napari_rocks2net.synthetic import draw_rotation
    from napari_rocks2net.synthetic.section import UM_PER_PIXEL

    stack = draw_rotation("granite", size=SAMPLE_SIZE, seed=ROTATION_SEED, angles=ROTATION_ANGLES)
    place = {
        "name": "Granite on the rotating stage, XPL",
        "scale": (180 / ROTATION_ANGLES, UM_PER_PIXEL, UM_PER_PIXEL),
        "units": ("degree", "um", "um"),
        "axis_labels": ("stage", "y", "x"),
        "rgb": True,
    }
    return [(stack, place, "image")]


def sandstone_slide() -> list[SampleLayer]:
    """Open a sandstone slide of 80 x 80 mm that is drawn where it is looked at, in XPL and, hidden, PPL."""
    from napari_rocks2net.synthetic import draw_scan

    scan = draw_scan("lithic sandstone", SLIDE_SIZE, seed=SLIDE_SEED)
    levels = [scan.overview(2**level) for level in range(SLIDE_LEVELS)]
    place = {
        "multiscale": True,
        "rgb": True,
        "scale": (scan.section.um_per_pixel,) * 2,
        "units": ("um", "um"),
        "axis_labels": ("y", "x"),
    }
    hidden = {**place, "name": "Sandstone slide, PPL", "visible": False}
    return [
        ([level.ppl for level in levels], hidden, "image"),
        ([level.xpl for level in levels], {**place, "name": "Sandstone slide, XPL"}, "image"),
    ]


def sem_microcrystals() -> list[SampleLayer]:
    """Draw microcrystals as a scanning electron microscope shows them, with the instrument's bar."""
    from napari_rocks2net.crystals.synthetic import draw_sem_image

    sem_image = draw_sem_image(
        (SEM_HEIGHT, SEM_HEIGHT * 5 // 4), diameter=SEM_HEIGHT / 12, info_bar=True, seed=SEM_SEED
    )
    place = {
        "name": "Microcrystals, SEM",
        "scale": (sem_image.pixel_size,) * 2,
        "units": ("um", "um"),
        "axis_labels": ("y", "x"),
    }
    return [(sem_image.image, place, "image")]


def _sample(position: int) -> list[SampleLayer]:
    from napari_rocks2net.synthetic import draw_section, sample_sections

    sample = sample_sections()[position]
    section = draw_section(sample.recipe, size=SAMPLE_SIZE, seed=sample.seed)
    scale = (section.um_per_pixel,) * 2
    place = {"name": sample.name, "scale": scale, "units": ("um", "um"), "axis_labels": ("y", "x")}
    return [(getattr(section, sample.light), place, "image")]
