"""Sample sources and the columns that a form offers."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_rocks2net.annotation import CollectionSource
from napari_rocks2net.samples import TableSource, table_columns
from napari_rocks2net.samples.columns import likely_section_column, property_columns, section_columns


def test_a_table_is_read_with_its_property_and_section(labels_csv: Path, tmp_path: Path) -> None:
    samples = TableSource(labels_csv, "rock", "section").load(tmp_path / "unused")
    assert len(samples) == 24
    assert samples.frame["group"].nunique() == 12
    assert not (tmp_path / "unused").exists()


def test_the_columns_of_a_table_are_offered(labels_csv: Path) -> None:
    columns = table_columns(labels_csv)
    assert columns == ("file", "rock", "section", "light")
    assert likely_section_column(columns) == "section"
    assert property_columns(columns) == ("rock",)
    assert property_columns(columns, "light") == ("rock",)
    assert section_columns(columns) == ("rock", "section", "light")


def test_places_facts_and_parts_are_offered_neither_as_property_nor_as_section() -> None:
    columns = ("File", "region", "Region_Outline", "stack_plane", "feature:note", "split", "rock", "")
    assert property_columns(columns) == ("rock",)
    assert section_columns(columns) == ("split", "rock")


@pytest.mark.parametrize("name", ["Section", " sample", "Thin  Section", "GROUP"])
def test_the_column_of_the_section_is_recognised_however_it_is_written(name: str) -> None:
    assert likely_section_column(("file", "rock", name)) == name


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01", b'"unclosed'])
def test_a_damaged_table_offers_nothing_useful(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    assert "file" not in table_columns(path)
    assert table_columns(tmp_path / "none.csv") == ()


def test_a_file_that_is_no_collection_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text("[]")
    with pytest.raises(ValueError, match=r"notes\.json"):
        CollectionSource(path, "rock").load(tmp_path)
