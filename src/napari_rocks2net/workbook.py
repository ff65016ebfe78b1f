"""Excel workbooks: tables as sheets, written whole, no text of theirs a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.untrusted import visible

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 1_048_575
LONGEST_NAME = 31
LONGEST_CELL = 32_767
WIDEST_COLUMN = 60
FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


def write_workbook(tables: Mapping[str, pd.DataFrame], path: str | Path) -> Path:
    """Write tables as the sheets of an Excel workbook, complete or not at all.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Name of the sheet -> rows; the index is left out. Texts are texts, also where they look like formulas.
    path : str or Path
        The file, ``.xlsx``; an earlier one is replaced.

    Raises
    ------
    OSError
        When it cannot be written.
    ValueError
        When there is no table, or one has more rows than a sheet.
    """
    from openpyxl import Workbook

    if not tables:
        raise ValueError("There is no table to write.")
    book = Workbook()
    book.remove(book.active)
    for name, table in tables.items():
        if len(table) > MOST_ROWS:
            raise ValueError(
                f"The table {name} has {len(table):,} rows, more than a sheet of Excel holds: use its CSV."
            )
        _fill(book.create_sheet(_sheet_name(name, book.sheetnames)), table)
    content = io.BytesIO()
    book.save(content)
    return atomic_write(path, content.getvalue())


def _fill(sheet: Any, table: pd.DataFrame) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet.append([_cell(str(name)) for name in table.columns])
    for row in table.itertuples(index=False):
        sheet.append([_cell(value) for value in row])
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # A text that begins with "=" would be a formula.
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, column in enumerate(sheet.iter_cols(max_row=200), start=1):
        longest = max(len(str(cell.value if cell.value is not None else "")) for cell in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(longest + 2, WIDEST_COLUMN)
    sheet.freeze_panes = "A2"


def _cell(value: Any) -> Any:
    """Return a value as a cell can hold it: no control characters, nothing for what is no number."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and value - value != 0:
        return None
    if value is None or isinstance(value, bool | int | float):
        return value
    return visible(str(value))[:LONGEST_CELL]


def _sheet_name(name: str, used: list[str]) -> str:
    """Return a name that Excel takes for a sheet, and that no other has."""
    plain = FORBIDDEN.sub("-", visible(name)).strip()[:LONGEST_NAME] or "table"
    used_names = {each.lower() for each in used}
    numbered = (f"{plain[: LONGEST_NAME - 4]} {number}" for number in range(2, 1000))
    return (
        plain
        if plain.lower() not in used_names
        else next(each for each in numbered if each.lower() not in used_names)
    )
