"""Map settings: the windows of a slide, their step, and what is no rock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from napari_rocks2net.pixel_scale.pixel_size import UNIT_SIGNS, LengthUnit
from napari_rocks2net.settings import Settings, document_settings, setting
from napari_rocks2net.slides.errors import SlideError


@document_settings
@dataclass(frozen=True)
class MapSettings(Settings, panel="Map", error=SlideError):
    """Settings of `map_slide`."""

    field: float | None = setting(
        None,
        "Side of a window: as much of the slide as a photo shows of those that the model was trained "
        "on. Each window is classified as such a photo.",
        within=(1, None),
        step=64,
        when_none="as much rock as the model learned from, where it and the slide say their scale; else as "
        "many pixels of the slide as the network's input has",
    )
    stride: float | None = setting(
        None,
        "Step from one window to the next, the side of a cell of the map.",
        within=(1, None),
        step=32,
        when_none="half of the field",
    )
    unit: LengthUnit = setting(
        "pixel",
        "Unit of field and stride; micrometres need the slide's pixel size.",
        choices=UNIT_SIGNS,
    )
    way: Literal["auto", "exact", "dense"] = setting(
        "auto",
        "How windows are classified. Each by itself is exact: as a photo would be. By maps of the whole "
        "slide (dense) the network runs once over the slide and windows share what it sees, which is many "
        "times as fast at small strides and nearly the same; it is calibrated on windows of the slide, and "
        "cells in doubt are run again exactly. By measurement: whichever is faster at the same answers.",
        choices={
            "auto": "by measurement",
            "exact": "each window by itself",
            "dense": "by maps of the whole slide",
        },
    )
    leave_out: Literal["nothing", "bright", "dark", "both"] = setting(
        "nothing",
        "Windows that are mostly no rock get no class: bright and colourless ones are glass, holes or "
        "resin in plane-polarised light, dark ones lie beside the scan or are resin between crossed polars. "
        "Look at the overview: clear quartz is bright, and extinct grains are dark.",
        label="Leave out",
        choices={
            "nothing": "nothing",
            "bright": "bright and colourless (glass in PPL)",
            "dark": "dark (beside the scan, resin in XPL)",
            "both": "both",
        },
    )
