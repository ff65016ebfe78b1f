"""Excel workbooks: every table a sheet, every text a text, whole or not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from napari_rocks2net.workbook import write_workbook


def test_tables_come_back_as_they_were(tmp_path: Path) -> None:
    table = pd.DataFrame({"class": ["quartz", "Übergang"], "points": [3, 4], "share": [0.25, np.nan]})
    path = write_workbook({"shares": table, "Shares": table.head(0)}, tmp_path / "a.xlsx")
    assert load_workbook(path).sheetnames == ["shares", "Shares 2"]
    pd.testing.assert_frame_equal(pd.read_excel(path, "shares"), table)


@pytest.mark.parametrize("text", ["=1+1", "+A1", "@SUM(A1)", "-2", "'=1", "=HYPERLINK(0)"])
def test_no_text_is_a_formula(tmp_path: Path, text: str) -> None:
    path = write_workbook({"t": pd.DataFrame({text: [text]})}, tmp_path / "a.xlsx")
    sheet = load_workbook(path)["t"]
    assert [(cell.value, cell.data_type) for row in sheet.iter_rows() for cell in row] == [(text, "s")] * 2


def test_names_and_texts_that_excel_does_not_take_are_made_such(tmp_path: Path) -> None:
    names = ["a/b:c*d?[e]", "x" * 40, "x" * 40, ""]
    tables = dict(
        zip([*names[:2], "X" * 40, ""], [pd.DataFrame({"t": ["bell\x07" + "y" * 40_000]})] * 4, strict=True)
    )
    book = load_workbook(write_workbook(tables, tmp_path / "a.xlsx"))
    assert book.sheetnames == ["a-b-c-d--e-", "x" * 31, "X" * 27 + " 2", "table"]
    assert "\x07" not in book["table"]["A2"].value


def test_nothing_and_too_much_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no table"):
        write_workbook({}, tmp_path / "a.xlsx")
    with pytest.raises(ValueError, match="more than a sheet"):
        write_workbook({"t": pd.DataFrame({"a": np.zeros(1_048_576)})}, tmp_path / "a.xlsx")
    assert not list(tmp_path.iterdir())
