"""What the form of the samples offers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.plugin.train.conftest import use_table

from napari_rocks2net.samples import load_samples


@pytest.fixture
def spreadsheet(labels_csv: Path) -> Path:
    """The table as a European spreadsheet saves an export of the Annotate widget."""
    lines = labels_csv.read_text(encoding="utf-8").splitlines()
    places = [";Region;region_outline;stack_plane;feature:note", *[";;;;fresh"] * (len(lines) - 1)]
    text = [line.replace(",", ";") + more for line, more in zip(lines, places, strict=True)]
    path = labels_csv.with_name("spreadsheet.csv")
    path.write_text("sep=;\n" + "\n".join(text).replace("file;", "File;", 1), encoding="utf-16")
    return path


def test_only_columns_that_may_hold_labels_are_offered_as_properties(
    open_widget: Any, spreadsheet: Path
) -> None:
    form = open_widget().source
    use_table(form, spreadsheet)
    assert [name for name in form.property.choices if name] == ["rock", "texture"]
    assert form.group.value == "section"
    assert not {"Region", "region_outline", "stack_plane", "feature:note", "File"} & set(form.group.choices)


def test_the_table_of_a_spreadsheet_gives_the_samples_of_the_table(
    open_widget: Any, spreadsheet: Path, labels_csv: Path, tmp_path: Path
) -> None:
    form = open_widget().source
    use_table(form, spreadsheet, "rock", "section")
    samples = form.source().load(tmp_path / "images")
    expected = load_samples(labels_csv, "rock", "section")
    assert samples.properties == expected.properties
    assert samples.frame.to_dict() == expected.frame.to_dict()


def test_a_name_that_no_file_can_have_is_answered_in_a_sentence(open_widget: Any) -> None:
    form = open_widget().source
    use_table(form, Path("x" * 300))
    with pytest.raises(ValueError, match="Choose the"):
        form.source()
