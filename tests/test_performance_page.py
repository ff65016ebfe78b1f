"""docs/performance.md: every table names what measures it, and is what the benchmarks kept."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import recording

PROJECT = Path(__file__).parents[1]

TEXT = recording.PAGE.read_text(encoding="utf-8")
NAMES = [part[2] for part in recording.PART.finditer(TEXT)]


@pytest.fixture
def table() -> recording.Table:
    return recording.Table(
        "a", "python benchmarks/a.py", ("px", "ratio"), (("256", "**2.00x**"),), ("Two rounds.",),
        "Some processor", 2, 1, 0.1, "2026-01-31", {"torch": "2.14.1"},
    )  # fmt: skip


def test_the_page_is_what_the_benchmarks_kept() -> None:
    assert recording.page_of(TEXT) == TEXT
    assert {path.stem for path in recording.FOLDER.glob("*.json")} == set(NAMES)
    assert len(set(NAMES)) == len(NAMES) >= 6


def test_every_table_names_the_command_that_measures_it() -> None:
    for section in re.split(r"^#+ ", TEXT, flags=re.MULTILINE):
        # A table of a section has a command above it, and since the last table.
        for above in re.split(r"^\|[-| :]+\|$", section, flags=re.MULTILINE)[:-1]:
            assert re.search(r"python benchmarks/\w+\.py", above), above[-300:]


@pytest.mark.parametrize("name", NAMES)
def test_a_command_runs_a_benchmark_that_exists(name: str) -> None:
    script = re.search(r"benchmarks/\w+\.py", recording.stored(name).command)[0]
    assert (PROJECT / script).is_file()
    assert script in (PROJECT / "Makefile").read_text(encoding="utf-8")


def test_a_table_says_where_and_when_and_beside_what(table: recording.Table) -> None:
    text = table.markdown()
    assert "```\npython benchmarks/a.py\n```" in text
    assert "| px | ratio |\n|---|---|\n| 256 | **2.00x** |" in text
    assert "*Some processor, 1 thread on 2 cores; 2026-01-31; torch 2.14.1.*" in text
    assert "beside other programs (load 7.2)" in replace(table, load=7.2).markdown()
    assert "|" not in replace(table, columns=(), rows=()).markdown()


def test_a_table_that_is_recorded_is_in_the_page(
    tmp_path: Path, table: recording.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("Before\n<!-- benchmark: a -->\nold\n<!-- end of benchmark -->\nafter\n")
    monkeypatch.setattr(recording, "PAGE", page)
    monkeypatch.setattr(recording, "FOLDER", tmp_path / "kept")
    recording.publish(table, record=False)
    assert "old" in page.read_text()
    recording.publish(table, record=True)
    assert table.markdown() in page.read_text()
    assert "old" not in page.read_text()
    assert page.read_text().endswith("<!-- end of benchmark -->\nafter\n")
    assert json.loads((tmp_path / "kept" / "a.json").read_text())["date"] == "2026-01-31"
    assert recording.stored("a").markdown() == table.markdown()
