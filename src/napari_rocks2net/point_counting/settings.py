"""Grid settings of a point count: how many points, how they are arranged, in which order they are visited."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

from napari_rocks2net.point_counting.errors import PointCountError
from napari_rocks2net.settings import check_settings, document_settings, setting

MOST_POINTS = 20_000
_setting = functools.partial(setting, panel="Grid")


@document_settings
@dataclass(frozen=True)
class GridSettings:
    """Settings of `counting_grid`.

    Raises
    ------
    PointCountError
        When a value is out of its range.
    """

    arrangement: Literal["regular", "stratified"] = _setting(
        "regular",
        choices={"regular": "regular, from a random start", "stratified": "random within cells"},
        help="Regular points lie at equal distances and begin at a random place; random ones within cells "
        "cannot fall into step with a layering.",
    )
    points: int = _setting(
        300, minimum=1, maximum=MOST_POINTS, step=50, label="Points", help="How many points to lay."
    )
    spacing_um: float | None = _setting(
        None,
        minimum=0.001,
        step=100,
        label="Spacing (µm)",
        when_none="as the number asks",
        help="Distance from one point to the next, in place of their number. At least the size of the "
        "largest grains: points that fall on one grain say the same twice.",
    )
    order: Literal["scattered", "rows"] = _setting(
        "scattered",
        choices={"scattered": "scattered", "rows": "row by row"},
        help="The order of the points. Scattered: a count that is ended early is still one of the whole "
        "area, and the curves settle; row by row the way is shorter.",
    )
    seed: int = _setting(
        0, minimum=0, maximum=2**31 - 1, help="The same seed lays the same points; it is kept with the count."
    )

    def __post_init__(self) -> None:
        """Refuse values out of their range."""
        check_settings(self, PointCountError)
