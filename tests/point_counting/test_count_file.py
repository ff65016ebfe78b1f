"""Files of counts: what is written is read again, whole, also after a spreadsheet; bad ones are refused."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net.point_counting import (
    EXCLUDED,
    CountingArea,
    PointCount,
    PointCountError,
    read_count,
    write_count,
)


@pytest.fixture
def full(count: PointCount, tmp_path: Path) -> PointCount:
    """A count with two observers and a model."""
    area = CountingArea.of(
        (300, 400), [[(0, 0), (0, 400), (300, 400), (300, 0)]], [[(0, 0), (0, 2.25), (2, 0)]]
    )
    count = replace(count, area=area, file=tmp_path / "photos" / "A1 PPL.jpg", plane=(0, 3))
    for observer, point, name in (("Ana", 0, "quartz"), ("=Ben", 4, "=feldspar"), ("Ana", 5, EXCLUDED)):
        count = count.named(observer, point, name)
    return count.with_suggestions("grains.safetensors", ["mica"] * 12)


def same(first: PointCount, second: PointCount) -> bool:
    np.testing.assert_allclose(first.positions, second.positions, rtol=1e-9)
    facts = [{**vars(each), "positions": None} for each in (first, second)]
    return facts[0] == facts[1]


def test_what_is_written_is_read_again(full: PointCount, tmp_path: Path) -> None:
    assert same(full, read_count(write_count(full, tmp_path / "a.points.csv")))


def test_the_table_opens_in_pandas_below_its_first_line_and_holds_no_formula(full, tmp_path: Path) -> None:
    import pandas as pd

    table = pd.read_csv(write_count(full, tmp_path / "a.points.csv"), skiprows=1)
    assert list(table.columns[:5]) == ["point", "y", "x", "y_um", "x_um"]
    assert table.loc[0, "named by Ana"] == "quartz"
    np.testing.assert_allclose(table["y_um"], table["y"] * 2.5)
    assert table.loc[4, "named by =Ben"] == "'=feldspar"


def test_a_spreadsheet_may_save_it_again_with_semicolons_and_decimal_commas(full, tmp_path: Path) -> None:
    rows = list(
        csv.reader(write_count(full, tmp_path / "a.points.csv").read_text(encoding="utf-8").splitlines())
    )
    with (tmp_path / "b.points.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
        table.writerows(rows[:2] + [[cell.replace(".", ",") for cell in row] for row in rows[2:]])
    again = read_count(tmp_path / "b.points.csv")
    np.testing.assert_allclose(again.positions, full.positions)
    assert again.of("=Ben") == full.of("=Ben")


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('""quartz""', '""""'),
        lambda text: text.replace("# napari-rocks2net point count 1", "file,label"),
        lambda text: text.replace('""size"": [300, 400]', '""size"": 5'),
        lambda text: text.replace('""points"": 12', '""points"": -1'),
        lambda text: text.replace("point,y,x", "point,z,x"),
        lambda text: "\n".join(text.splitlines()[:2]),
        lambda text: text.replace("named by Ana", "named by Ben\n1,nan"),
    ],
)
def test_damaged_files_are_refused_in_a_sentence(full: PointCount, tmp_path: Path, damage) -> None:
    path = write_count(full, tmp_path / "a.points.csv")
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(PointCountError, match=r"a\.points\.csv"):
        read_count(path)


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PointCountError, match="cannot be read"):
        read_count(tmp_path / "none.points.csv")
    (tmp_path / "picture.csv").write_bytes(bytes(range(256)))
    with pytest.raises(PointCountError, match="is no point count"):
        read_count(tmp_path / "picture.csv")


def test_on_a_full_disk_the_earlier_file_stays(full, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_count(full, tmp_path / "a.points.csv")
    before = path.read_bytes()

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(PointCountError, match="No space left on device"):
        write_count(full.named("Ana", 7, "quartz"), path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.points.csv"]
