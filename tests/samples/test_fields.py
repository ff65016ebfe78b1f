"""Rows that are views of one field: one sample, one label, one side of a split."""

from __future__ import annotations

import logging

import pandas as pd
import pytest

from napari_rocks2net.samples import (
    SampleError,
    SampleRow,
    check_trainable,
    csv_text,
    field_rows,
    has_fields,
    load_samples,
    read_csv_table,
    row_views,
    sample_numbers,
    split_samples,
)
from napari_rocks2net.views import View


@pytest.fixture
def pairs(tmp_path, write_photo):
    """Two classes of four sections with two fields each, every field in PPL and in XPL at two angles."""
    rows = []
    for number in range(16):
        label, section, field = "mud" if number % 2 else "silt", f"S{number // 2}", f"f{number}"
        for light, angle in (("PPL", ""), ("XPL", "0"), ("XPL", "45")):
            file = f"{field}_{light}_{angle}.png"
            write_photo(tmp_path / file, seed=len(rows))
            rows.append([file, section, field, light, angle, label])
    columns = ["file", "section", "field", "light", "angle", "lithology"]
    return pd.DataFrame(rows, columns=columns), tmp_path / "fields.csv"


def load(pairs, **changes):
    table, path = pairs
    table.assign(**changes).to_csv(path, index=False)
    return load_samples(path, group="section")


def test_the_views_of_a_field_are_one_sample(pairs):
    samples = load(pairs)
    assert samples.names == ["lithology"]
    assert has_fields(samples.frame)
    assert [len(rows) for rows in field_rows(samples.frame)] == [3] * 16
    assert samples.describe().startswith("16 samples (48 photos)")
    first = row_views(samples.frame)[1]
    assert first == View(samples.frame["file"][1], "XPL", 0.0)


def test_all_views_of_a_field_are_in_one_part(pairs):
    split = split_samples(load(pairs))
    assert split.frame.groupby("field")["split"].nunique().max() == 1


def test_the_name_of_a_field_counts_within_its_section(pairs):
    table, _ = pairs
    samples = load(pairs, field=["a" if number // 3 % 2 else "b" for number in range(len(table))])
    assert sample_numbers(samples.frame).max() + 1 == 16


def test_a_label_of_one_view_is_that_of_its_field(pairs):
    table, _ = pairs
    lithology = table["lithology"].where(table["light"] == "PPL", "")
    assert load(pairs, lithology=lithology).frame["lithology"].tolist() == table["lithology"].tolist()


def test_views_that_disagree_about_the_label_are_refused_with_both_names(pairs):
    table, _ = pairs
    lithology = ["mud", *table["lithology"][1:]]
    with pytest.raises(SampleError, match=r"'mud' by f0_PPL_\.png and 'silt' by f0_XPL_0\.png"):
        load(pairs, lithology=lithology)


def test_two_views_of_one_light_and_angle_are_refused_with_both_names(pairs):
    table, _ = pairs
    with pytest.raises(SampleError, match=r"f0_XPL_0\.png and f0_XPL_45\.png"):
        load(pairs, angle=table["angle"].replace("45", "0"))


@pytest.mark.parametrize(
    ("column", "cell"), [("light", "dim"), ("angle", "north"), ("angle", "nan"), ("angle", "400")]
)
def test_a_cell_that_is_no_light_or_angle_is_refused_with_its_file(pairs, column, cell):
    table, _ = pairs
    with pytest.raises(SampleError, match=r"f0_XPL_0\.png"):
        load(pairs, **{column: [table[column][0], cell, *table[column][2:]]})


def test_without_lights_a_column_called_field_groups_nothing(pairs):
    table, path = pairs
    table.drop(columns=["light", "angle"]).assign(field="Brent").to_csv(path, index=False)
    samples = load_samples(path, group="section")
    assert not has_fields(samples.frame)
    assert samples.names == ["lithology"]


def test_a_light_without_fields_groups_nothing(pairs):
    table, path = pairs
    table.drop(columns="field").to_csv(path, index=False)
    samples = load_samples(path, "lithology", "section")
    assert not has_fields(samples.frame)
    assert set(samples.frame["light"]) == {"PPL", "XPL"}


def test_a_table_may_have_a_column_of_files_for_each_light(pairs):
    table, path = pairs
    wide = table.assign(view=table["light"] + " " + table["angle"]).pivot(
        index=["section", "field", "lithology"], columns="view", values="file"
    )
    wide = wide.rename(columns={"PPL ": "ppl", "XPL 0": "xpl 0deg", "XPL 45": "xpl 45deg"}).reset_index()
    wide.loc[0, "xpl 45deg"] = None
    wide.to_csv(path, index=False)
    samples = load_samples(path, group="section")
    assert sorted(len(rows) for rows in field_rows(samples.frame)) == [2] + [3] * 15
    assert set(samples.frame["angle"]) == {"", "0", "45"}


def test_regions_of_one_field_are_samples_of_their_own(pairs):
    table, _ = pairs
    twice = pd.concat([table.assign(region=box) for box in ("0,0,10,10", "10,0,20,10")], ignore_index=True)
    assert sample_numbers(load((twice, pairs[1])).frame).max() + 1 == 32


def test_a_class_with_one_field_is_one_sample_however_many_its_views(pairs):
    table, _ = pairs
    lone = table[(table["lithology"] == "mud") | (table["field"] == "f0")]
    with pytest.raises(SampleError, match="one sample only"):
        check_trainable(load((lone, pairs[1])))


def test_class_folders_put_views_together_by_their_names(tmp_path, write_photo, caplog):
    for number, name in enumerate(["a PPL.png", "a XPL.png", "b PPL.png", "c.png"]):
        write_photo(tmp_path / "granite" / name, seed=number)
        write_photo(tmp_path / "schist" / name, seed=10 + number)
    with caplog.at_level(logging.WARNING):
        samples = load_samples(tmp_path)
    assert "4 photos are views of 2 fields" in caplog.text
    assert sorted(len(rows) for rows in field_rows(samples.frame)) == [1, 1, 1, 1, 2, 2]
    paired = samples.frame[samples.frame["field"] != ""]
    assert paired.groupby("field")["group"].nunique().max() == 1


def test_views_are_written_and_read_again(tmp_path):
    rows = [
        SampleRow("a.png", "S1", {"rock": "mud"}, field="f1", light="PPL"),
        SampleRow("b.png", "S1", {"rock": "mud"}, field="f1", light="XPL", angle=22.5),
    ]
    path = tmp_path / "table.csv"
    path.write_text(csv_text(rows, ["rock"]))
    assert read_csv_table(path).rows(["rock"], "section") == rows
