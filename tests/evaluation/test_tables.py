"""Predictions as tables."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from napari_rocks2net.classify import CriticalArea, Prediction
from napari_rocks2net.evaluation import prediction_row, prediction_table, write_table

TWO_STREAM = Prediction(
    property="lithology",
    label="granite",
    probability=0.75,
    probabilities={"granite": 0.75, "Übergang fein": 0.25},
    critical_area=CriticalArea(1.5, 2.0, 30.25, 40.0),
    unfamiliar=0.5,
)
ONE_STREAM = Prediction(
    property="matrix", label="clay", probability=0.6, probabilities={"clay": 0.6, "lime": 0.4}
)


def test_row_has_the_columns_of_the_predictions_file_in_order() -> None:
    row = prediction_row("a b.jpg", TWO_STREAM)
    assert list(row) == [
        *["file", "property", "label", "probability", "unfamiliar"],
        *["area_y0", "area_x0", "area_y1", "area_x1"],
        *["p_granite", "p_Übergang fein"],
    ]
    assert list(row.values()) == [
        *["a b.jpg", "lithology", "granite", 0.75, 0.5, 1.5, 2.0, 30.25, 40.0, 0.75, 0.25]
    ]


def test_what_a_model_cannot_tell_is_left_empty(tmp_path: Path) -> None:
    path = write_table(prediction_table([prediction_row("a.jpg", ONE_STREAM)]), tmp_path / "p.csv")
    assert path.read_text(encoding="utf-8").splitlines()[1] == "a.jpg,matrix,clay,0.6,,,,,,0.6,0.4"


def test_table_of_two_properties_comes_back_from_its_file(tmp_path: Path) -> None:
    rows = [prediction_row("Dünn, schliff.jpg", one) for one in (TWO_STREAM, ONE_STREAM)]
    path = write_table(prediction_table(rows), tmp_path / "new" / "predictions.csv")
    table = pd.read_csv(path)
    assert table["file"].tolist() == ["Dünn, schliff.jpg"] * 2
    assert table.loc[0, "p_Übergang fein"] == 0.25
    assert table.loc[1, ["p_granite", "area_y0"]].isna().all()


def test_table_without_a_row_still_names_its_columns(tmp_path: Path) -> None:
    path = write_table(prediction_table([]), tmp_path / "predictions.csv")
    assert path.read_text().startswith("file,property,label,probability,unfamiliar,area_y0")


def test_interrupted_writing_leaves_the_old_table_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_table(pd.DataFrame({"old": [1]}), tmp_path / "predictions.csv")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_table(pd.DataFrame({"new": [2]}), path)
    assert path.read_text() == "old\n1\n"
    assert [file.name for file in tmp_path.iterdir()] == ["predictions.csv"]
