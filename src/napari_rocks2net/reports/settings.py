"""Report settings: how many photos a report shows."""

from __future__ import annotations

from dataclasses import dataclass

from napari_rocks2net.reports.errors import ReportError
from napari_rocks2net.settings import Settings, document_settings, setting


@document_settings
@dataclass(frozen=True)
class ReportSettings(Settings, panel="Report", error=ReportError):
    """Settings of `report_of`."""

    pictures: int = setting(
        24, "Photos that are shown, such as those that were classified wrong.", within=(0, 500), step=8
    )
    picture_side: int = setting(
        320, "Longer side of a photo in the report, in pixels.", within=(64, 2000), step=64
    )
