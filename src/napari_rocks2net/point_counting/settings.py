"""Grid settings of a point count: how many points, how they are arranged, in which order they are visited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from napari_rocks2net.point_counting.errors import PointCountError
from napari_rocks2net.settings import Settings, document_settings, setting

MOST_POINTS = 20_000


@document_settings
@dataclass(frozen=True)
class GridSettings(Settings, panel="Grid", error=PointCountError):
    """Settings of `counting_grid`."""

    arrangement: Literal["regular", "stratified"] = setting(
        "regular",
        "Regular points lie at equal distances and begin at a random place; random ones within cells "
        "cannot fall into step with a layering.",
        choices={"regular": "regular, from a random start", "stratified": "random within cells"},
    )
    points: int = setting(300, "How many points to lay.", label="Points", within=(1, MOST_POINTS), step=50)
    spacing_um: float | None = setting(
        None,
        "Distance from one point to the next, in place of their number. At least the size of the "
        "largest grains: points that fall on one grain say the same twice.",
        label="Spacing (µm)",
        within=(0.001, None),
        step=100,
        when_none="as the number asks",
    )
    order: Literal["scattered", "rows"] = setting(
        "scattered",
        "The order of the points. Scattered: a count that is ended early is still one of the whole "
        "area, and the curves settle; row by row the way is shorter.",
        choices={"scattered": "scattered", "rows": "row by row"},
    )
    seed: int = setting(
        0, "The same seed lays the same points; it is kept with the count.", within=(0, 2**31 - 1)
    )
