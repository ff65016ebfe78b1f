"""One reader for the tables that programs write, and a writer that it reads back."""

from __future__ import annotations

import codecs
import logging
from pathlib import Path

import pandas as pd
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.samples import (
    Region,
    RegionError,
    SampleError,
    SampleRow,
    csv_text,
    load_samples,
    read_csv_table,
)
from napari_rocks2net.samples.csv_files.region_cells import parse_region, regions_as_cells, regions_from_cells

ROWS = [("m0.png", "S16", "mud"), ("ü1.png", "17", "Übergang; fein")]


def text_of(delimiter: str, first: str = "") -> str:
    lines = [("file", "sample", "lithology"), *ROWS]
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in line] for line in lines]
    return first + "\r\n".join(delimiter.join(line) for line in quoted) + "\r\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_table_is_read_however_a_program_writes_it(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text_of(delimiter).encode(encoding))
    rows = read_csv_table(path).rows(["lithology"], "sample")
    assert [(row.file, row.section, row.labels["lithology"]) for row in rows] == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_with_the_line_ends_of_old_macs_is_read(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(codecs.BOM_UTF8 * 2 + text_of(delimiter).replace("\r\n", "\r").encode())
    rows = read_csv_table(path).rows(["lithology"], "sample")
    assert [(row.file, row.section, row.labels["lithology"]) for row in rows] == ROWS


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
def test_the_line_that_says_how_cells_are_separated_is_no_header(tmp_path: Path, first: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text_of(";", first).encode("utf-8-sig"))
    assert read_csv_table(path).columns == ("file", "sample", "lithology")


@pytest.mark.parametrize(
    "titles", ["Schliffe 2024;;\r\n", "Schliffe 2024;;\r\n;;\r\n", "# by a program\n", "sep=;\nA\n"]
)
def test_titles_above_the_header_are_no_part_of_the_table(tmp_path: Path, titles: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text_of(";", titles), encoding="utf-8")
    rows = read_csv_table(path).rows(["lithology"], "sample")
    assert [(row.file, row.section, row.labels["lithology"]) for row in rows] == ROWS


def test_a_number_that_excel_keeps_as_text_is_its_digits(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('file;sample\n"a.png";="015"\nb.png;"=""016"""\n', encoding="utf-8")
    assert [row.section for row in read_csv_table(path).rows([], "sample")] == ["015", "016"]


SURE = [
    *(
        ("cp1252", "Ton über 3 m³"),
        ("cp1252", "grès à ciment"),
        ("cp1252", "Löß"),
        ("mac_roman", "métabasalte"),
    ),
    *(("cp850", "Grünstein"), ("iso8859_15", "cœur de grès, œil")),
    *(("cp1250", "łupek"), ("cp1250", "muł")),
    *(("cp1251", "вапняк"), ("cp1253", "ΨΑΜΜΊΤΗΣ"), ("cp1254", "kireçtaşı"), ("cp1254", "KİREÇTAŞI")),
    *(("koi8_r", "песчаник, известняк, глина"), ("cp866", "песчаник, гранит, глина, сланец")),
    *(("iso8859_7", "γρανίτης, ψαμμίτης, ασβεστόλιθος"), ("mac_greek", "γρανίτης, σχιστόλιθος, μάρμαρο")),
    *(("mac_latin2", "łupek, wapień, żwir"), ("cp737", "γρανίτης"), ("mac_turkish", "çört, şist")),
    *(("cp1256", "جرانيت"), ("cp874", "หินแกรนิต"), ("gb18030", "花岗岩"), ("gb18030", "片麻岩 S1")),
    *(("big5", "花崗岩"), ("big5", "砂岩"), ("cp932", "花崗岩"), ("cp932", "かんらん岩")),
    *(("euc_jp", "花崗岩"), ("euc_jp", "かんらん岩"), ("euc_jp", "チャート")),
    *(("cp949", "화강암"), ("cp949", "편암"), ("euc_kr", "편마암, 석회암")),
]
# In another code page these are words, too, or nearly.
DOUBTFUL = [
    *(("cp1251", "глина"), ("cp1251", "ГРАНИТ"), ("koi8_r", "песчаник"), ("koi8_r", "ПЕСЧАНИК ГРАНИТ")),
    *(("cp866", "гранит"), ("mac_roman", "Grünstein"), ("mac_roman", "GRÈS"), ("cp850", "metà")),
    *(("cp1253", "γρανίτης"), ("mac_greek", "μάρμαρο"), ("cp1254", "KUMTAŞI")),
    *(("cp1250", "žula"), ("mac_latin2", "čedič"), ("iso8859_2", "šošovka"), ("cp1255", "אבן חול גרניט")),
    *(
        ("cp1252", "“fine” sand – 5 µm"),
        ("cp1252", "Quarzäderchen; grès"),
        ("cp1257", "kaļķakmens, smilšakmens"),
    ),
    *(("cp1258", "đá vôi"), ("johab", "역암, 사암"), ("utf-7", "éclogite, grès"), ("utf-7", "花崗岩")),
]


def write_table(path: Path, rock: str, encoding: str, first: str = "") -> Path:
    path.write_bytes(first.encode() + f'file;rock\na.png;"{rock}"\n'.encode(encoding))
    return path


@pytest.mark.parametrize(("encoding", "rock"), SURE)
def test_code_pages_are_recognised_by_their_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, encoding: str, rock: str
) -> None:
    path = write_table(tmp_path / "table.csv", rock, encoding)
    assert read_csv_table(path).rows(["rock"])[0].labels == {"rock": rock}
    assert "is not in UTF-8" in caplog.text


@pytest.mark.parametrize(("encoding", "rock"), DOUBTFUL)
def test_letters_that_may_be_several_are_asked_for(tmp_path: Path, encoding: str, rock: str) -> None:
    path = write_table(tmp_path / "table.csv", rock, encoding)
    with pytest.raises(SampleError, match=r"table\.csv cannot be read as a CSV.*UTF-8.*--encoding"):
        read_csv_table(path)
    assert read_csv_table(path, encoding=encoding).rows(["rock"])[0].labels == {"rock": rock}
    write_table(path, rock, encoding, f"encoding={encoding}\r\n")
    assert read_csv_table(path).rows(["rock"])[0].labels == {"rock": rock}


@pytest.mark.parametrize(
    "content",
    [
        b"\xdb\xb0\xdb\xb1 \xfe\x81",
        # Vietnamese in TCVN, which Python has no codec for.
        b"\xae\xb8 v\xab\xfd, s\xd0t k\xd5t, c\xb8t k\xd5t, th\xb9ch anh",
        b"cu\xe9i k\xd5t, \xae\xb8 phi\xd5n, b\xe9t k\xd5t, \xae\xb8 granit",
    ],
)
def test_letters_that_make_words_in_no_code_page_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"file;rock\na.png;" + content + b"\n")
    with pytest.raises(SampleError, match=r"table\.csv cannot be read as a CSV"):
        read_csv_table(path)


@pytest.mark.parametrize("rock", ["quartz+mica, a+b-c", "Grt+Bio-schist", "nicols + -", "+mica-", "1+1-2"])
def test_plain_words_are_no_utf_7(tmp_path: Path, rock: str) -> None:
    path = write_table(tmp_path / "table.csv", rock, "ascii")
    assert read_csv_table(path).rows(["rock"])[0].labels == {"rock": rock}


@pytest.mark.parametrize("encoding", ["none such", "base64", "utf-8"])
def test_an_encoding_that_is_wrong_is_one_sentence(tmp_path: Path, encoding: str) -> None:
    path = write_table(tmp_path / "table.csv", "Löß", "cp1252")
    with pytest.raises(SampleError, match=r"table\.csv cannot be read as a CSV"):
        read_csv_table(path, encoding=encoding)


def test_a_last_resort_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text_of(",").encode("cp1252"))
    with caplog.at_level(logging.WARNING):
        read_csv_table(path)
    assert "cp1252" in caplog.text


def test_columns_are_recognised_whatever_their_case(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(' File ;Thin  Section;REGION;Feature:mean\na.png;7;"0,0,4,5";0,25\n')
    (row,) = read_csv_table(path).rows([], "thin section")
    assert row == SampleRow("a.png", "7", {}, Region.rectangle(0, 0, 4, 5), (), {"mean": 0.25})


def test_a_comma_is_decimal_only_where_it_does_not_part_cells(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('file,feature:mean\na.png,"1,5"\n')
    assert read_csv_table(path).rows([])[0].facts == {"mean": "1,5"}


def test_empty_columns_and_lines_of_a_spreadsheet_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("file;rock;;\na.png;granite;;\n;;;\n\n")
    table = read_csv_table(path)
    assert table.columns == ("file", "rock")
    assert [row.labels for row in table.rows(["rock"])] == [{"rock": "granite"}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read as a CSV: it is empty"),
        (b"file,rock\na.png,granite,more\n", r"Row 2 .* has 3 cells and the first row 2"),
        (b"file;rock\na.png\n", r"Row 2 .* has 1 cells and the first row 2"),
        (b"file,rock,rock\na.png,a,b\n", "has the column 'rock' twice"),
        (b'file,rock\n"a.png,granite\n', "cannot be read as a CSV"),
        (b"file,rock\na\x01.png,granite\n", "no text"),
    ],
)
def test_what_is_no_table_is_a_sentence_with_its_file(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(SampleError, match=message) as caught:
        read_csv_table(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "5,0,5,9", "0,9,4,2", "nan,0,1,1", "0,0,inf,9"])
def test_a_region_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(RegionError, match="region"):
        parse_region(text)


def test_a_region_is_read_as_numbers() -> None:
    assert parse_region(" 1, 2.5 ,3,4") == Region.rectangle(1, 2.5, 3, 4)
    assert parse_region(" ") is None
    assert parse_region("0,0,4,4", "0,0;0,4;4,2", (3,)) == Region(((0, 0), (0, 4), (4, 2)), "polygon", (3,))


edges = st.floats(-1e6, 1e6, allow_nan=False).map(lambda edge: round(edge, 3))
rectangles = st.tuples(edges, edges, st.floats(0.01, 1e5), st.floats(0.01, 1e5)).map(
    lambda at: Region.rectangle(at[0], at[1], at[0] + at[2], at[1] + at[3], (2, 1))
)
triangles = st.tuples(edges, edges, st.floats(1, 1e5)).map(
    lambda at: Region(((at[0], at[1]), (at[0] + at[2], at[1]), (at[0], at[1] + at[2])), "polygon")
)


@given(st.lists(st.none() | rectangles | triangles, min_size=1, max_size=5))
def test_regions_survive_their_cells(regions: list[Region | None]) -> None:
    frame = pd.DataFrame({"file": "a.png", "region": pd.Series(regions, dtype=object)})
    assert regions_from_cells(regions_as_cells(frame))["region"].tolist() == regions


def test_a_written_row_is_read_back(tmp_path: Path) -> None:
    turned = Region(((0, 5), (5, 10), (10, 5), (5, 0)), "polygon", (4,))
    rows = [
        SampleRow("a b.png", "S 1", {"rock": 'a "name"'}),
        SampleRow("b.tif", "S;2", {"hue": "grey"}, turned, (4,), {"note": "x", "mean": 0.5, "old": True}),
    ]
    path = tmp_path / "table.csv"
    path.write_text(csv_text(rows, ["rock", "hue"]), encoding="utf-8")
    assert read_csv_table(path).rows(["rock", "hue"], "section") == rows


def write_images(
    folder: Path, rows: list[tuple[str, ...]], write_photo, columns=("FILE", "Sample", "Rock")
) -> Path:
    for seed, (file, *_) in enumerate(rows):
        write_photo(folder / file, seed=seed)
    path = folder / "table.csv"
    path.write_text("\n".join(";".join(line) for line in [columns, *rows]), encoding="utf-8")
    return path


def test_names_that_differ_by_case_or_zeros_alone_get_one_warning(tmp_path, write_photo, caplog) -> None:
    rows = [
        ("a.png", "S16", "mud"),
        ("b.png", "s16", "silt"),
        ("c.png", "15", "Silt"),
        ("d.png", "015", "mud"),
    ]
    with caplog.at_level(logging.WARNING):
        samples = load_samples(write_images(tmp_path, rows, write_photo), "rock", "sample")
    assert samples.only.classes == ("Silt", "mud", "silt")
    (record,) = caplog.records
    for name in ("'S16' and 's16'", "'015' and '15'", "'Silt' and 'silt'"):
        assert name in record.getMessage()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("1", "1.0"), ("2", "2,0"), ("mud", "mud\u200b"), ("Ton\u00fc", "Tonu\u0308"), ("Mud", "mud")),
        *(("Ca", "\u0421\u0430"), ("A1", "\u03911"), ("mop", "m\u043ep")),
    ],
)
def test_classes_that_look_alike_are_named(tmp_path, write_photo, caplog, one, other) -> None:
    rows = [("a.png", "S1", one), ("b.png", "S2", other), ("c.png", "S3", "silt")]
    load_samples(write_images(tmp_path, rows, write_photo), "rock", "sample")
    assert f"{min(one, other)!r} and {max(one, other)!r}" in caplog.text


def test_sections_typed_by_keyboards_of_two_alphabets_are_named(tmp_path, write_photo, caplog) -> None:
    """The second A is a Russian one."""
    rows = [
        ("a.png", "16A", "mud"),
        ("b.png", "16\u0410 \u043d\u0438\u043a\u043e\u043b\u0438", "silt"),
        ("c.png", "17", "mud"),
    ]
    load_samples(write_images(tmp_path, rows, write_photo), "rock", "sample")
    assert "'16A' and '16\u0410" in caplog.text


def test_rows_that_stand_twice_are_counted(tmp_path, write_photo, caplog) -> None:
    rows = [("a.png", "S1", "mud"), ("b.png", "S2", "silt"), ("a.png", "S1", "mud")]
    samples = load_samples(write_images(tmp_path, rows, write_photo), "rock", "sample")
    assert len(samples.frame) == 3
    assert "1 rows of" in caplog.text


@pytest.mark.parametrize("empty", ["#N/A", "nan", "#NV", "NA", "-", "s/d"])
def test_words_of_empty_cells_are_reported_when_they_become_a_class(
    tmp_path, write_photo, caplog, empty
) -> None:
    rows = [("a.png", "S1", empty), ("b.png", "S2", "mud")]
    load_samples(write_images(tmp_path, rows, write_photo), "rock", "sample")
    assert f"Classes are called {empty!r}" in caplog.text


def test_names_that_differ_otherwise_get_none(tmp_path, write_photo, caplog) -> None:
    rows = [("a.png", "S16", "mud"), ("A 1.png", "S160", "silt"), ("a 01.png", "100", "siltstone")]
    with caplog.at_level(logging.WARNING):
        load_samples(write_images(tmp_path, rows, write_photo), "rock")
    assert not caplog.records


@pytest.mark.parametrize(("text", "size"), [("1.5", "1.5"), ("", ""), ("2e-1", "0.2")])
def test_a_table_says_the_scale_of_its_photos(tmp_path, write_photo, text, size) -> None:
    rows = [("a.png", "S1", "mud", text), ("b.png", "S2", "silt", "3")]
    table = write_images(tmp_path, rows, write_photo, columns=("file", "sample", "rock", "pixel_size_um"))
    assert load_samples(table, "rock", "sample").frame["pixel_size_um"].tolist() == [size, "3"]
    assert load_samples(table, group="sample").only.name == "rock"


@pytest.mark.parametrize("text", ["0", "-1", "inf", "nan", "5 mm", "ten"])
def test_a_scale_that_is_none_names_the_row(tmp_path, write_photo, text) -> None:
    rows = [("a.png", "S1", "mud", text), ("b.png", "S2", "silt", "3")]
    table = write_images(tmp_path, rows, write_photo, columns=("file", "sample", "rock", "pixel_size_um"))
    with pytest.raises(SampleError, match=r"the row of 'a\.png' cannot be read"):
        load_samples(table, "rock", "sample")


@pytest.mark.parametrize("verb", ["train", "evaluate", "audit", "predict", "benchmark"])
def test_every_verb_that_reads_a_table_takes_its_encoding(verb: str) -> None:
    from napari_rocks2net.cli import app

    command = typer.main.get_group(app).commands[verb]
    assert "--encoding" in {option for parameter in command.params for option in parameter.opts}
