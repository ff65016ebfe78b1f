"""Report settings: how many photos a report shows."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from napari_rocks2net.reports.errors import ReportError
from napari_rocks2net.settings import check_settings, document_settings, setting

_setting = functools.partial(setting, panel="Report")


@document_settings
@dataclass(frozen=True)
class ReportSettings:
    """Settings of `report_of`.

    Raises
    ------
    ReportError
        When a value is out of its range.
    """

    pictures: int = _setting(
        24,
        minimum=0,
        maximum=500,
        step=8,
        help="Photos that are shown, such as those that were classified wrong.",
    )
    picture_side: int = _setting(
        320, minimum=64, maximum=2000, step=64, help="Longer side of a photo in the report, in pixels."
    )

    def __post_init__(self) -> None:
        """Refuse values out of their range."""
        check_settings(self, ReportError)
