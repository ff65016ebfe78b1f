"""A finished run in words and tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net.training import RunFolderError
from napari_rocks2net.training.runs.results import accuracy_sentence, read_results, spread_sentence


def test_the_figures_and_their_images_belong_together(make_run: Callable[..., Path]) -> None:
    result = read_results(make_run())["test"]
    for row, true_label in enumerate(result.classes):
        for column, label in enumerate(result.classes):
            assert len(result.cell(true_label, label)) == result.confusion[row, column]
    assert result.confusion.sum() == len(result.predictions)
    assert [name for name, *_ in result.class_rows()] == list(result.classes)


def test_the_most_confident_mistake_comes_first(make_run: Callable[..., Path]) -> None:
    folder = make_run()
    table = (
        (folder / "predictions.csv").read_text(encoding="utf-8").replace("granite,0.8", "schist à grenat,0.8")
    )
    (folder / "predictions.csv").write_text(table, encoding="utf-8")
    wrong = read_results(folder)["test"].wrong()
    assert wrong["probability"].tolist() == [0.9, 0.8]
    assert (wrong["true_label"] == "granite").all()


def test_accuracy_is_reported_with_its_interval_and_what_it_rests_on() -> None:
    metrics = {"samples": 23, "accuracy": 12 / 23, "accuracy_interval": [0.301, 0.744]}
    sentence = accuracy_sentence(metrics, "test", 11)
    assert sentence.startswith("12 of 23 test images of 11 thin sections are named right: 52 %.")
    assert "30 to 74 %" in sentence


def test_one_image_is_one_image() -> None:
    metrics = {"samples": 1, "accuracy": 1.0, "accuracy_interval": [0.2, 1.0]}
    assert "1 of 1 validation image of 1 thin section " in accuracy_sentence(metrics, "validation", 1)


def test_the_spread_of_folds_is_their_standard_deviation() -> None:
    values = [0.5, 0.7, 0.9]
    assert f"{100 * np.mean(values):.0f} ± {100 * np.std(values, ddof=1):.0f} %" in spread_sentence(
        "Accuracy", values
    )
    assert "± 0 %" in spread_sentence("Accuracy", [0.5])


def test_a_calibration_is_read_with_the_part_that_it_was_measured_on(make_run: Callable[..., Path]) -> None:
    folder = make_run()
    curve = {"reliability": [{"photos": 3, "confidence": 0.8, "accuracy": 0.5}]}
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    for note, titles in ((None, ["calibrated", "as trained"]), ("too few", ["as trained"])):
        own = {"note": note, "before": curve, "after": curve}
        (folder / "metrics.json").write_text(json.dumps(metrics | {"calibration": {"rock": own}}))
        results = read_results(folder)
        assert list(results["test"].reliability) == titles
        assert results["test"].reliability["as trained"] == [{"confidence": 0.8, "accuracy": 0.5}]
        assert results["validation"].reliability == {}
    for damaged in ({"rock": [1]}, {"rock": own | {"before": {"reliability": ["x"]}}}, {"rock": {}}):
        (folder / "metrics.json").write_text(json.dumps(metrics | {"calibration": damaged}))
        with pytest.raises(RunFolderError):
            read_results(folder)


def test_a_run_without_its_list_of_images_still_has_figures(make_run: Callable[..., Path]) -> None:
    folder = make_run()
    (folder / "predictions.csv").unlink()
    result = read_results(folder)["test"]
    assert result.confusion.sum() == 4
    assert len(result.wrong()) == 0
    assert "thin section" not in result.summary()


@pytest.mark.parametrize("content", ["{", "[1, 2]", ""])
def test_a_folder_without_a_finished_run_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "metrics.json").write_text(content)
    with pytest.raises(ValueError, match="no finished run"):
        read_results(tmp_path)
    with pytest.raises(ValueError, match="nowhere"):
        read_results(tmp_path / "nowhere")
