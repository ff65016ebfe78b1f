"""The runs of a folder, finished and unfinished, without a widget."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from napari_rocks2net.plugin.train.run_history import (
    can_continue,
    history_rows,
    progress_words,
    result_words,
    runs_with_models,
)
from napari_rocks2net.training import RunOverview, list_runs


def overview(folder: Path) -> RunOverview:
    return next(run for run in list_runs(folder.parent) if run.folder == folder)


def test_a_killed_run_can_be_continued_and_a_finished_one_not(
    make_run: Callable[..., Path], unfinished_run: Callable[..., Path]
) -> None:
    finished, killed = overview(make_run()), overview(unfinished_run(epochs_done=2))
    assert can_continue(killed)
    assert (progress_words(killed), result_words(killed)) == ("2 of 3", "unfinished")
    assert not can_continue(finished)
    assert (progress_words(finished), result_words(finished)) == ("2 of 30", "75 %")


def test_a_run_that_was_stopped_by_hand_can_be_continued(make_run: Callable[..., Path]) -> None:
    folder = make_run()
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    (folder / "metrics.json").write_text(json.dumps(metrics | {"stopped": True}), encoding="utf-8")
    assert can_continue(overview(folder))
    assert result_words(overview(folder)) == "75 %, stopped"


def test_the_folds_that_are_done_are_counted(unfinished_run: Callable[..., Path]) -> None:
    folder = unfinished_run(epochs_done=0, folds=3)
    (folder / "fold-1").mkdir()
    (folder / "fold-1" / "metrics.json").write_text("{}", encoding="utf-8")
    assert progress_words(overview(folder)) == "1 of 3 folds"


def test_the_epochs_of_a_run_are_read(make_run: Callable[..., Path]) -> None:
    assert [(row["epoch"], row["train_loss"]) for row in history_rows(make_run())] == [(1, 1.0), (2, 0.5)]


@pytest.mark.parametrize("text", ["", "epoch\n1\n", "epoch,train_loss\n1,much\n", "\0\1"])
def test_a_damaged_history_has_no_epochs(tmp_path: Path, text: str) -> None:
    assert history_rows(tmp_path) == []
    (tmp_path / "history.csv").write_text(text, encoding="utf-8")
    assert history_rows(tmp_path) == []


def test_only_a_run_with_a_model_can_be_started_from(make_run: Callable[..., Path]) -> None:
    single, folds = make_run("single"), make_run("folds")
    (folds / "model.safetensors").unlink()
    assert runs_with_models(single.parent) == [single]
    assert runs_with_models(single.parent / "nowhere") == []
