from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd
import pytest

from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import Region, SampleError, load_samples, split_samples, table_from_rows


@pytest.fixture
def class_folders(tmp_path, write_photo):
    """Two classes with two photos of each of three thin sections, in nested folders."""
    for label in ("grès fin", "mudstone"):
        for section in (1, 2, 3):
            for photo in "ab":
                seed = 10 * section + ord(photo) + 1000 * len(label.encode())
                name = f"{label[0]}_{section}_{photo}.png"
                write_photo(tmp_path / "rocks" / label / "deep er" / name, seed=seed)
    (tmp_path / "rocks" / "mudstone" / "notes.txt").write_text("not a photo")
    return tmp_path / "rocks"


def rewrite(path: Path, change) -> Path:
    """Change a table on disk."""
    change(pd.read_csv(path, dtype=str)).to_csv(path, index=False)
    return path


def test_a_csv_gives_labels_groups_and_absolute_paths(labels_csv):
    samples = load_samples(labels_csv, property="rock", group="section")
    assert samples.only == RockProperty("rock", ("granite", "schist à grenat"))
    assert samples.frame["group"].nunique() == 12
    assert all(Path(file).is_absolute() and Path(file).is_file() for file in samples.frame["file"])


def test_without_a_group_every_file_is_one(labels_csv):
    assert load_samples(labels_csv, property="rock").frame["group"].nunique() == 24


def test_the_only_possible_property_column_is_recognised(labels_csv):
    assert load_samples(labels_csv, group="section").names == ["rock"]


def test_what_an_exported_table_says_about_places_is_no_property(labels_csv):
    places = {"region": "", "region_outline": "", "stack_plane": "", "feature:note": "twinned"}
    rewrite(labels_csv, lambda table: table.assign(**places))
    assert load_samples(labels_csv, group="section").names == ["rock"]


def test_several_possible_property_columns_are_named(labels_csv):
    rewrite(labels_csv, lambda table: table.assign(grain="fine"))
    with pytest.raises(SampleError, match="'rock', 'grain'"):
        load_samples(labels_csv, group="section")


@pytest.mark.parametrize(("property", "group"), [("lithology", "section"), ("rock", "sample")])
def test_a_missing_column_is_answered_with_the_columns_of_the_table(labels_csv, property, group):
    with pytest.raises(SampleError, match=r"has no column .*'file', 'rock', 'section', 'light'"):
        load_samples(labels_csv, property=property, group=group)


def test_a_table_without_files_is_refused(labels_csv):
    rewrite(labels_csv, lambda table: table.drop(columns="file"))
    with pytest.raises(SampleError, match="no column 'file'"):
        load_samples(labels_csv, property="rock")


def test_missing_files_are_counted_and_the_first_is_named(labels_csv):
    files = load_samples(labels_csv, property="rock").frame["file"]
    for file in files.iloc[[2, 7, 9]]:
        Path(file).unlink()
    with pytest.raises(
        SampleError, match=r"3 of 24 image files are missing, the first is .*granite 1 0\.png"
    ):
        load_samples(labels_csv, property="rock")


@pytest.mark.parametrize(
    ("on_disk", "in_table"),
    [("DSC 1.JPG", "dsc 1.jpg"), ("D\u00fcnn.png", "Du\u0308nn.png"), ("Fotos/A.png", "fotos/a.PNG")],
)
def test_a_file_is_located_however_a_computer_spells_its_name(tmp_path, write_photo, on_disk, in_table):
    photo = write_photo(tmp_path / on_disk)
    write_photo(tmp_path / "b.png", seed=1)
    (tmp_path / "t.csv").write_text(f"file,rock\n{in_table},mud\nb.png,silt\n", encoding="utf-8")
    assert load_samples(tmp_path / "t.csv").frame["file"][0] == str(photo.resolve())


def test_two_files_that_differ_by_capitals_are_distinguished(tmp_path, write_photo):
    lower, upper = (write_photo(tmp_path / name, seed=seed) for seed, name in enumerate(("a.png", "A.png")))
    if lower.samefile(upper):
        pytest.skip("this disk knows no capitals")
    (tmp_path / "t.csv").write_text("file,rock\nA.png,mud\na.png,silt\n")
    assert load_samples(tmp_path / "t.csv").frame["file"].tolist() == [
        str(upper.resolve()),
        str(lower.resolve()),
    ]
    (tmp_path / "t.csv").write_text("file,rock\na.PNG,mud\na.png,silt\n")
    with pytest.raises(SampleError, match="1 of 2 image files are missing"):
        load_samples(tmp_path / "t.csv")


@pytest.mark.parametrize("name", [r"D:\thin sections\a.png", r"\\share\thin\a.png"])
def test_a_file_of_another_computer_is_named_as_the_table_does(tmp_path, name):
    (tmp_path / "t.csv").write_text(f"file,rock\n{name},mud\n{name}2,silt\n")
    with pytest.raises(SampleError, match="first is " + name.replace("\\", "/")):
        load_samples(tmp_path / "t.csv")


def test_addresses_and_names_of_the_web_are_files(tmp_path):
    names = ["with space.png", "of ü.png", "100%25.png"]
    for name in names:
        (tmp_path / name).write_bytes(b"")
    rows = [f"file://{tmp_path}/with%20space.png,mud", "of%20%C3%BC.png,mud", "100%25.png,silt"]
    (tmp_path / "t.csv").write_text("\n".join(["file,rock", *rows]))
    files = [Path(file).name for file in load_samples(tmp_path / "t.csv").frame["file"]]
    assert files == names


@pytest.mark.parametrize("first", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_workbook_is_refused_as_one(tmp_path, first):
    (tmp_path / "t.csv").write_bytes(first + bytes(range(256)))
    with pytest.raises(SampleError, match="it is a workbook"):
        load_samples(tmp_path / "t.csv")


@pytest.mark.parametrize("name", ["2. Jan", "02-Jan", "Jan-02", "1. Mrz", "3. oct.", "2024-01-02 00:00:00"])
def test_names_that_excel_took_for_dates_are_doubted(labels_csv, caplog, name):
    rewrite(labels_csv, lambda table: table.replace({"section": {"g0": name, "g1": "2-1", "g2": "mar 12a"}}))
    load_samples(labels_csv, "rock", "section")
    assert f"Thin sections are called {name!r}, as Excel writes" in caplog.text


def test_rows_without_a_label_are_left_out_and_logged(labels_csv, caplog):
    def blank(table):
        table.loc[:3, "rock"] = ""
        return table

    rewrite(labels_csv, blank)
    with caplog.at_level(logging.WARNING):
        assert len(load_samples(labels_csv, property="rock", group="section")) == 20
    assert "4 of 24 rows" in caplog.text


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({}, ""),
        ({0: "Test"}, "It contradicts itself: the thin section 'g0' is in Test and train."),
        ({0: "upper", 1: "lower"}, None),
    ],
)
def test_parts_of_a_table_that_are_not_followed_are_named(labels_csv, caplog, change, complaint):
    def split(table):
        part = pd.Series("train", table.index)
        part[change.keys()] = list(change.values())
        return table.assign(Split=part)

    rewrite(labels_csv, split)
    samples = load_samples(labels_csv, property="rock")
    assert len(samples) == 24
    assert "split" not in samples.frame
    assert ("'Split'" in caplog.text) is (complaint is not None)
    assert (complaint or "") in caplog.text
    assert ("contradicts" in caplog.text) is bool(complaint)


def test_labels_of_a_table_of_predictions_are_doubted(labels_csv, caplog):
    rewrite(labels_csv, lambda table: table.rename(columns={"rock": "label"}))
    load_samples(labels_csv, "label")
    assert not caplog.text
    rewrite(labels_csv, lambda table: table.assign(property="rock", probability=0.9))
    load_samples(labels_csv, "label")
    assert "is a table of predictions: its labels are a model's" in caplog.text


def test_rows_without_a_group_are_refused(labels_csv):
    def blank(table):
        table.loc[4, "section"] = ""
        return table

    with pytest.raises(SampleError, match=r": 1 rows have no 'section'"):
        load_samples(rewrite(labels_csv, blank), property="rock", group="section")


def test_one_image_in_two_groups_is_refused(labels_csv):
    def repeat(table):
        return pd.concat([table, table.iloc[:1].assign(section="elsewhere")])

    with pytest.raises(SampleError, match="'elsewhere', 'g0'"):
        load_samples(rewrite(labels_csv, repeat), property="rock", group="section")


def test_one_image_with_two_labels_is_refused_unless_they_are_of_two_regions(labels_csv):
    frame = load_samples(labels_csv, property="rock", group="section").frame
    twice = pd.concat([frame, frame.iloc[:1].assign(rock="schist à grenat")])
    with pytest.raises(SampleError, match=r"granite 0 0\.png is labelled 'granite', 'schist à grenat'"):
        table_from_rows(twice, "rock")
    regions = pd.Series([None] * 24 + [Region.rectangle(0, 0, 9, 9)], twice.index, dtype=object)
    assert len(table_from_rows(twice.assign(region=regions), "rock")) == 25


def test_regions_of_one_image_are_samples_of_their_own(labels_csv):
    def cut(table):
        first = table.assign(region="0,0,20,25")
        return pd.concat([first, table.assign(region="20, 0, 40, 50")])

    samples = load_samples(rewrite(labels_csv, cut), property="rock", group="section")
    assert len(samples) == 48
    assert set(samples.frame["region"]) == {Region.rectangle(0, 0, 20, 25), Region.rectangle(20, 0, 40, 50)}


def test_an_empty_table_and_another_kind_of_file_are_refused(tmp_path):
    empty, binary = tmp_path / "empty.csv", tmp_path / "binary.csv"
    empty.write_text("")
    binary.write_bytes(b"\xff\xfe\x00\x81\x8d" * 50)
    with pytest.raises(SampleError, match="cannot be read as a CSV: it is empty"):
        load_samples(empty, property="rock")
    with pytest.raises(SampleError, match=r"cannot be read as a CSV|has no column 'file'"):
        load_samples(binary, property="rock")
    with pytest.raises(SampleError, match="does not exist"):
        load_samples(tmp_path / "nowhere.csv")


def test_a_byte_order_mark_is_no_part_of_the_first_column(labels_csv):
    labels_csv.write_text(labels_csv.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert len(load_samples(labels_csv, property="rock")) == 24


def test_folders_are_classes_and_the_pattern_finds_the_sections(class_folders):
    samples = load_samples(class_folders, group=r"(\w_\d)_")
    assert samples.only == RockProperty("rocks", ("grès fin", "mudstone"))
    assert sorted(samples.frame["group"].unique()) == ["g_1", "g_2", "g_3", "m_1", "m_2", "m_3"]
    assert len(samples) == 12


def test_files_of_folders_are_sections_of_their_own_without_a_pattern(class_folders):
    assert load_samples(class_folders).frame["group"].nunique() == 12


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("sample", "0 bracketed parts"), ("(", "not a regular expression"), (r"sample_(\d+)", "does not occur")],
)
def test_a_pattern_that_finds_no_section_is_refused(class_folders, pattern, message):
    with pytest.raises(SampleError, match=message):
        load_samples(class_folders, group=pattern)


def test_a_pattern_that_takes_for_ever_is_refused(class_folders, write_photo):
    write_photo(class_folders / "mudstone" / f"{'a' * 60}.png")
    with pytest.raises(SampleError, match="takes too long"):
        load_samples(class_folders, group=r"(\w_\d)_|(?:a|aa)+[^a.]")


@pytest.mark.parametrize(
    ("folders", "complaint"),
    [
        (("train/mud", "train/silt", "val/mud", "test/silt"), "parts of a split"),
        (("Training/mud", "Testing/mud"), "parts of a split"),
        (("PPL", "XPL"), "lights"),
        (("images", "masks"), "photos and label images"),
        (("test", "mud"), None),
        (("images", "silt"), None),
    ],
)
def test_folders_that_are_no_classes_by_their_names_are_refused(tmp_path, write_photo, folders, complaint):
    for number, name in enumerate(folders):
        (tmp_path / name).mkdir(parents=True)
        write_photo(tmp_path / name / "1.png", seed=number)
    if complaint is None:
        assert len(load_samples(tmp_path, "rock").only.classes) == 2
    else:
        with pytest.raises(SampleError, match=complaint):
            load_samples(tmp_path, "rock")


def test_a_folder_without_class_folders_is_refused(tmp_path):
    with pytest.raises(SampleError, match="one folder per class"):
        load_samples(tmp_path)


def test_rows_made_in_memory_are_checked_like_a_file(labels_csv):
    frame = load_samples(labels_csv, property="rock").frame
    with pytest.raises(SampleError, match="no labelled image"):
        table_from_rows(frame.iloc[:0], "rock")
    with pytest.raises(SampleError, match="missing"):
        table_from_rows(frame.assign(file="/nowhere/at all.png"), "rock")


@pytest.mark.parametrize(
    ("keep", "message"),
    [
        (lambda frame: frame["rock"] == "granite", "training needs two classes"),
        (lambda frame: (frame["rock"] != "granite") | (frame.index == 0), "'granite' has one sample only"),
        (lambda frame: (frame["rock"] != "granite") | (frame["group"] == "g0"), "of one thin section"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_when_it_is_split(labels_csv, keep, message):
    frame = load_samples(labels_csv, property="rock", group="section").frame
    with pytest.raises(SampleError, match=message):
        split_samples(table_from_rows(frame[keep(frame)], "rock"))


@pytest.mark.parametrize(
    ("names", "example"),
    [
        (("s_15_10x_1.png", "s_15_10x_2.png", "s_7_10x_1.png"), r"(s_\d+)"),
        (("BOM-24-29.png", "BOM-24-30.png"), None),
        (("1.png", "2.png"), None),
    ],
)
def test_photos_of_a_folder_that_share_a_section_by_name_are_named(
    tmp_path, write_photo, caplog, names, example
):
    for class_name in ("mud", "silt"):
        for name in names:
            write_photo(tmp_path / class_name / name)
    load_samples(tmp_path)
    assert ("make the accuracy too high" in caplog.text) is (example is not None)
    assert (example or "") in caplog.text
    caplog.clear()
    load_samples(tmp_path, group=r"^(.+)\.")
    assert not caplog.text
