"""Report of a map of a slide: what was mapped by what, its overviews, and the area of every class."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image

from napari_rocks2net.output_files import OVERVIEW_END
from napari_rocks2net.reports.document import Report, ReportPicture, ReportSection
from napari_rocks2net.reports.errors import ReportError
from napari_rocks2net.samples.columns import CLASS, LABEL, PROPERTY
from napari_rocks2net.slides import CellState, SlideMap, area_table
from napari_rocks2net.slides.cell_table import WAY
from napari_rocks2net.slides.map_folder import AREAS, CELLS
from napari_rocks2net.slides.map_record import MapRecord
from napari_rocks2net.slides.overview import draw_overview
from napari_rocks2net.untrusted import read_cells
from napari_rocks2net.wording import first_line

EXPLANATION = (
    "The intervals say how much the areas would vary between such slides of this rock, not how often "
    "the model "
    "is right."
)


def map_report(result: SlideMap) -> Report:
    """Return the report of a map in memory, complete or not.

    Raises
    ------
    ReportError
        When no cell has an answer.
    """
    if not result.count(CellState.ANSWERED):
        raise ReportError("No cell of the map has an answer yet: let it go on first.")
    grid, scale = result.grid, result.um_per_pixel
    facts = {
        "Slide": result.name,
        "Windows": f"{grid.field:,} px every {grid.stride:,}, {grid.rows:,} x {grid.columns:,} cells",
        "Pixel size": "not known" if scale is None else f"{scale:g} µm",
        **{f"Cells {state.name.lower()}": f"{result.count(state):,}" for state in CellState},
    }
    pictures = tuple(
        ReportPicture(_png(draw_overview(result, each.rock_property.name)), each.rock_property.name)
        for each in result.properties
    )
    return _document(result.name, facts, area_table(result), pictures, {})


def map_folder_report(folder: str | Path) -> Report:
    """Return the report of a finished map on disk.

    Raises
    ------
    ReportError
        When it holds no map, one that is not finished, or a table that cannot be read.
    """
    folder = Path(folder).expanduser().absolute()
    try:
        record = MapRecord.read(folder)
        facts = _facts(record, folder)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ReportError(
            f"{folder} holds no map that can be read ({error}); name another folder."
        ) from error
    if not (folder / AREAS).is_file():
        raise ReportError(f"The map in {folder} is not finished: go on with map --resume.")
    pictures = tuple(
        ReportPicture(path.read_bytes(), path.stem.removesuffix("_overview"))
        for path in sorted(folder.glob(f"*{OVERVIEW_END}"))
    )
    cells = {"cells": _table(folder / CELLS)} if (folder / CELLS).is_file() else {}
    return _document(record.slide, facts, _table(folder / AREAS), pictures, cells)


def _table(path: Path) -> pd.DataFrame:
    """Return a table of a map; a class may be called None, 007 or 1e3."""
    try:
        cells = read_cells(path)
        numbers = cells.columns.difference([PROPERTY, CLASS, LABEL, WAY])
        cells[numbers] = cells[numbers].apply(pd.to_numeric)
    except (OSError, ValueError) as error:
        raise ReportError(f"{path} cannot be read ({first_line(error)}): write the map again.") from error
    return cells


def _facts(record: MapRecord, folder: Path) -> dict[str, str]:
    grid = record.grid
    return {
        "Slide": f"{record.slide}, {record.width:,} x {record.height:,} pixels",
        "Map": str(folder),
        "Models": ", ".join(record.models),
        "Windows": f"{grid.field:,} px every {grid.stride:,}",
        "Cells": f"{grid.rows:,} x {grid.columns:,}",
        "Pixel size": f"{record.um_per_pixel} µm" if record.um_per_pixel else "not known",
        "Settings": ", ".join(f"{name} {value}" for name, value in record.settings.items()),
    }


def _document(
    name: str,
    facts: Mapping[str, str],
    areas: pd.DataFrame,
    pictures: tuple[ReportPicture, ...],
    sheets: Mapping[str, pd.DataFrame],
) -> Report:
    sections = (
        ReportSection("What this is", facts=facts),
        ReportSection("Area of the classes", (EXPLANATION,), tables={"areas": areas}, pictures=pictures),
    )
    return Report(f"Map of {name}", sections, sheets)


def _png(pixels: Any) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()
