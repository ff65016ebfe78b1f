"""Report files: what a folder or file is, and its report as HTML and as a workbook."""

from __future__ import annotations

from pathlib import Path

from napari_rocks2net.annotation import COLLECTION_SUFFIX
from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.reports.collection_document import collection_report
from napari_rocks2net.reports.document import Report
from napari_rocks2net.reports.errors import ReportError
from napari_rocks2net.reports.html import html_of
from napari_rocks2net.reports.map_document import map_folder_report
from napari_rocks2net.reports.run_document import run_report
from napari_rocks2net.reports.settings import ReportSettings
from napari_rocks2net.slides.map_record import RECORD
from napari_rocks2net.training.runs.run_folder import RunFolder
from napari_rocks2net.wording import unwritable
from napari_rocks2net.workbook import MOST_ROWS, write_workbook

PAGE, WORKBOOK = "report.html", "tables.xlsx"
REPORT_FILES = (PAGE, WORKBOOK)


def report_of(source: str | Path, settings: ReportSettings | None = None) -> Report:
    """Return the report of a run, a collection or a map.

    Parameters
    ----------
    source : str or Path
        A run folder, the file of a collection, or the folder of a map; also the folder that holds one map.
    settings : ReportSettings, optional
        How many photos it shows.

    Raises
    ------
    ReportError
        When it is none of these, holds several maps, or cannot be read.
    """
    source, settings = Path(source).expanduser(), settings or ReportSettings()
    if source.name.endswith(COLLECTION_SUFFIX) and source.is_file():
        return collection_report(source, settings)
    if (source / RECORD).is_file():
        return map_folder_report(source)
    if RunFolder(source).config.is_file():
        return run_report(source, settings)
    maps = sorted(record.parent.name for record in source.glob(f"*/{RECORD}"))
    if len(maps) == 1:
        return map_folder_report(source / maps[0])
    if maps:
        raise ReportError(f"{source} holds {len(maps)} maps: name one of its folders, such as {maps[0]}.")
    raise ReportError(
        f"{source} is no run folder, no map and no collection (*{COLLECTION_SUFFIX}): name one of these."
    )


def write_report(report: Report, folder: str | Path, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write a report as one HTML file and its tables as a workbook, each whole or not at all.

    Parameters
    ----------
    report : Report
        What it says.
    folder : str or Path
        Where; made if missing.
    overwrite : bool
        Whether the files of an earlier report are replaced.

    Returns
    -------
    tuple of Path
        ``report.html`` and ``tables.xlsx``.

    Raises
    ------
    ReportError
        When a report is there already, or it cannot be written.
    """
    folder = Path(folder).expanduser()
    page, workbook = (folder / name for name in REPORT_FILES)
    for path in (page, workbook):
        if path.exists() and not overwrite:
            raise ReportError(f"{path} exists already: replace it with --overwrite, or name another folder.")
    tables = {name: table for name, table in report.tables().items() if len(table) <= MOST_ROWS}
    try:
        return atomic_write(page, html_of(report)), write_workbook(tables, workbook)
    except OSError as error:
        raise ReportError(unwritable(folder, error)) from error
