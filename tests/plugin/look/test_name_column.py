"""Names of files in narrow columns: where they differ they are seen."""

from __future__ import annotations

from typing import Any

import pytest
from qtpy.QtCore import QRect
from qtpy.QtWidgets import QStyleOptionViewItem, QTableWidget, QTableWidgetItem

from napari_rocks2net.plugin.look.name_column import NameDelegate, common_beginning, distinct_ends

NAMES = ["sample_13_10X_PP_1.jpg", "sample_17_10X_PP_1.jpg", "sample_170_10X_PP_2.jpg"]


@pytest.mark.parametrize(
    ("names", "beginning"),
    [
        (NAMES, "sample_"),
        (["S1.jpg", "S2.jpg"], ""),
        (["sandstone 1", "sandstone 2"], "sandstone "),
        (["one.jpg"], ""),
        ([], ""),
    ],
)
def test_names_begin_alike_up_to_a_separator(names: list[str], beginning: str) -> None:
    assert common_beginning(names) == beginning


def test_short_names_are_what_differs() -> None:
    assert distinct_ends(NAMES) == ["…13_10X_PP_1.jpg", "…17_10X_PP_1.jpg", "…170_10X_PP_2.jpg"]
    assert distinct_ends(["S1.jpg", "S2.jpg"]) == ["S1.jpg", "S2.jpg"]


@pytest.fixture
def table(qtbot: Any) -> QTableWidget:
    widget = QTableWidget(0, 1)
    qtbot.addWidget(widget)
    widget.setItemDelegateForColumn(0, NameDelegate(widget))
    put(widget, NAMES)
    return widget


def put(table: QTableWidget, names: list[str]) -> None:
    table.setRowCount(len(names))
    for row, name in enumerate(names):
        table.setItem(row, 0, QTableWidgetItem(name))


def shown_text(table: QTableWidget, row: int, width: int) -> str:
    option = QStyleOptionViewItem()
    option.widget = table
    option.rect = QRect(0, 0, width, 20)
    table.itemDelegateForColumn(0).initStyleOption(option, table.model().index(row, 0))
    return option.text


def test_a_name_that_does_not_fit_keeps_the_part_in_which_it_differs(table: QTableWidget) -> None:
    assert shown_text(table, 0, 1000) == NAMES[0]
    assert shown_text(table, 0, 60) == "…13_10X_PP_1.jpg"
    assert shown_text(table, 1, 60) == "…17_10X_PP_1.jpg"


def test_other_names_are_cut_at_their_own_beginning(table: QTableWidget) -> None:
    shown_text(table, 0, 60)
    put(table, ["field_a_1.png", "field_a_2.png"])
    assert shown_text(table, 1, 20) == "…2.png"
    put(table, ["field_a_1.png", "b.png"])
    assert shown_text(table, 0, 20) == "field_a_1.png"
