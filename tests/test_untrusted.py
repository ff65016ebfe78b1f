"""Text of strangers does no harm in a table or terminal, and comes back as it was."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.samples import SampleRow, csv_text, read_csv_table
from napari_rocks2net.untrusted import csv_of, is_file, parse_json, plain_cell, read_cells, safe_cell, visible


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|'/C calc'!A0", "-x", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@x"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert plain_cell(safe_cell(text)) == text


@pytest.mark.parametrize("text", ["-1.5", "+3", "-.5e-3", "-1,-2.0,3,4", "granite", "'quoted'", ""])
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text == plain_cell(text)


@given(st.text())
def test_every_text_comes_back_from_its_cell(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text


def test_a_table_comes_back_with_its_numbers(tmp_path: Path) -> None:
    table = pd.DataFrame({"=file": ["@a", "b"], "y": [-1.5, 2.0]})
    path = tmp_path / "table.csv"
    path.write_text(csv_of(table), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "'=file,y\n'@a,-1.5\nb,2\n"
    assert read_cells(path).to_dict("list") == {"=file": ["@a", "b"], "y": ["-1.5", "2"]}


def test_a_sample_table_comes_back(tmp_path: Path) -> None:
    row = SampleRow("-a.png", "@section", {"=rock": "+granite"}, facts={"note": "=1", "depth": -2.5})
    path = tmp_path / "table.csv"
    path.write_text(csv_text([row], ["=rock"]), encoding="utf-8")
    assert "'=rock" in path.read_text(encoding="utf-8")
    (again,) = read_csv_table(path).rows(["=rock"], "section")
    assert (again.file, again.section, again.labels) == ("-a.png", "@section", {"=rock": "+granite"})
    assert again.facts == {"note": "=1", "depth": -2.5}


def test_a_terminal_gets_one_line_without_commands() -> None:
    assert visible("a\x1b[2J\nb\u202ec é 岩") == "a\ufffd[2J\ufffdb\ufffdc é 岩"
    assert len(visible("x" * 100_000)) < 6_000


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 10_000, "{", "\ud800"])
def test_json_fails_in_one_way(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)


def test_a_name_that_no_file_can_have_is_no_file() -> None:
    assert not is_file("x" * 5_000)
    assert not is_file("a\0b")
    assert not is_file("/dev/zero")
