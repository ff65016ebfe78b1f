"""Tables of counts, their workbook, agreement, and suggestions of maps and models."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from napari_rocks2net.point_counting import (
    EXCLUDED,
    UNNAMED,
    PointCount,
    PointCountError,
    agreement_table,
    compare,
    composition_table,
    count_tables,
    suggested_by_map,
)
from napari_rocks2net.point_counting.suggestions import windows_around
from napari_rocks2net.workbook import write_workbook


@pytest.fixture
def counted(count: PointCount) -> PointCount:
    """Two observers, who agree but for two points, and a model; the last two points have no name."""
    ana = ["quartz"] * 6 + ["=feldspar"] * 3 + [EXCLUDED]
    ben = ["quartz"] * 5 + ["=feldspar"] * 4 + ["quartz"]
    for observer, names in (("Ana", ana), ("Ben", ben)):
        for point, name in enumerate(names):
            count = count.named(observer, point, name)
    return count.with_suggestions("model", ["quartz"] * 12)


def test_the_composition_has_a_row_for_each_class_and_what_was_left_out(counted: PointCount) -> None:
    table = composition_table(counted).set_index(["named_by", "class"])
    assert table.loc[("Ana", "quartz"), "percent"] == pytest.approx(100 * 6 / 9)
    assert table.loc[("Ana", EXCLUDED), "points"] == 1
    assert table.loc[("Ben", "Übergang, fein"), "points"] == 0
    assert (table["percent_low"].dropna() <= table["percent"].dropna()).all()


def test_observers_are_compared_on_the_points_that_both_named(counted: PointCount) -> None:
    result = compare(counted, "Ana", "Ben")
    assert result.points == 10
    assert result.disagreements.tolist() == [5, 9]
    assert result.agreement.kappa.value == pytest.approx(
        cohen_kappa_score(counted.of("Ana")[:10], counted.of("Ben")[:10])
    )
    assert len(agreement_table(counted)) == 3


def test_nobody_is_compared_with_themselves_or_without_common_points(counted: PointCount) -> None:
    with pytest.raises(PointCountError, match="Two different observers"):
        compare(counted, "Ana", "Ana")
    with pytest.raises(PointCountError, match="named no point both"):
        compare(counted, "Ana", "Cem")


def test_the_workbook_has_every_table_and_no_formula(counted: PointCount, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    book = load_workbook(write_workbook(count_tables(counted), tmp_path / "count.xlsx"))
    assert book.sheetnames == ["composition", "points", "convergence", "agreement", "count"]
    cells = [cell for row in book["composition"].iter_rows() for cell in row]
    assert {cell.value for cell in cells if cell.column == 2} >= {"=feldspar", EXCLUDED}
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert book["points"].max_row == 13


def test_a_count_without_names_has_no_tables(count: PointCount) -> None:
    with pytest.raises(PointCountError, match="No point is named yet"):
        count_tables(count)


def test_a_map_suggests_the_class_of_the_cell_below_each_point() -> None:
    from napari_rocks2net.slides import Grid

    grid = Grid(field=10, stride=10, top=0, left=0, rows=2, columns=2)
    answers = SimpleNamespace(
        rock_property=SimpleNamespace(classes=("quartz", "mica")),
        classes=lambda: np.array([[1, 2], [0, 1]]),
    )

    class Result(dict):
        def __init__(self) -> None:
            super().__init__(rock=answers)
            self.grid = grid

    result = Result()
    points = np.array([[5, 5], [5, 15], [15, 5], [15, 15], [25, 5.0]])
    assert suggested_by_map(result, "rock", points) == ["quartz", "mica", UNNAMED, "quartz", UNNAMED]
    with pytest.raises(PointCountError, match="map has no answer"):
        suggested_by_map(result, "rock", points[2:3])


def test_windows_of_grains_stay_on_the_photo() -> None:
    points = np.array([[1, 1], [50, 70], [99, 99.0]])
    assert list(windows_around(points, 20, (100, 100))) == [
        (0, 0, 20, 20),
        (40, 60, 60, 80),
        (80, 80, 100, 100),
    ]
    with pytest.raises(PointCountError, match="smaller than a window"):
        list(windows_around(points, 101, (100, 100)))
