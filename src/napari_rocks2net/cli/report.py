"""Command `report`: a run, a collection or a map as one HTML file and a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from napari_rocks2net.cli.console import print_line
from napari_rocks2net.cli.options import Overwrite, Report, require_free, takes_settings
from napari_rocks2net.reports.settings import ReportSettings


@takes_settings(ReportSettings)
def report(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="RUN|COLLECTION|MAP",
            help="A run folder, the file of a collection, or the folder of a map.",
            show_default=False,
        ),
    ],
    out: Report = Path("report"),
    overwrite: Overwrite = False,
    **settings: Any,
) -> None:
    """Report a run, a collection or a map: one HTML file that prints well, and every table in a workbook.

    Samples, sections, split, figures with intervals, confusion, the wrong ones with their photos, settings,
    versions, and how to repeat it.
    """
    from napari_rocks2net.reports import report_of, write_report
    from napari_rocks2net.reports.writing import REPORT_FILES

    require_free([out / name for name in REPORT_FILES], overwrite, [source])
    report_file = report_of(source, ReportSettings(**settings))
    written = write_report(report_file, out, overwrite=overwrite)
    print_line(f"{report_file.title}. Wrote {out}: {', '.join(path.name for path in written)}.")
