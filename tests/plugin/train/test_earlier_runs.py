"""The runs of earlier sessions in a real viewer: seen, judged and continued."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import Qt

from napari_rocks2net.plugin.work import questions
from napari_rocks2net.training import FoldFinished, FoldStarted, RunOverview, list_runs
from napari_rocks2net.training.runs.lock import locked
from napari_rocks2net.training.runs.overview import unfinished_sentence
from napari_rocks2net.training.runs.run_folder import RunFolder


@pytest.fixture
def open_runs(open_widget: Callable[[], Any], qtbot: Any) -> Callable[[Path], Any]:
    """Open the widget with the page of all runs, and select one of them."""

    def open_it(folder: Path) -> Any:
        widget = open_widget()
        widget.tabs.setCurrentWidget(widget.earlier)
        qtbot.waitUntil(lambda: bool(widget.earlier.runs))
        widget.earlier.select(folder)
        return widget

    return open_it


def test_a_run_of_an_earlier_session_goes_on_with_its_curves(
    open_runs: Any, qtbot: Any, scripted: Any, unfinished_run: Callable[..., Path]
) -> None:
    folder = unfinished_run(epochs_done=1)
    widget = open_runs(folder)
    assert widget.earlier.table.item(0, 1).text() == "1 of 3"
    qtbot.mouseClick(widget.earlier.go_on, Qt.MouseButton.LeftButton)
    (process,) = scripted.made
    assert (process.orders, process.folder) == (["continued"], folder)
    assert widget.tabs.currentWidget() is widget.view
    qtbot.waitUntil(lambda: widget.view.curves.points("loss", "training")[0] == (1, 2, 3))
    assert widget.view.curves.points("loss", "training")[1] == pytest.approx((1, 1 / 2, 1 / 3))
    # One at a time.
    assert not widget.earlier.go_on.isEnabled()
    process.die("The training process was killed (signal 9).")
    qtbot.waitUntil(lambda: not widget.running)
    assert widget.earlier.go_on.isEnabled()


def test_a_finished_run_is_judged_and_not_continued(open_runs: Any, make_run: Callable[..., Path]) -> None:
    widget = open_runs(make_run("finished"))
    assert not widget.earlier.go_on.isEnabled()
    widget.earlier.results.click()
    assert widget.tabs.currentWidget() is widget.judging
    assert "finished" in widget.judging.name.text()


def test_return_on_an_unfinished_run_shows_how_far_it_came(
    open_runs: Any, qtbot: Any, unfinished_run: Callable[..., Path], scripted: Any
) -> None:
    widget = open_runs(unfinished_run(epochs_done=2))
    assert not widget.earlier.results.isEnabled()
    qtbot.keyClick(widget.earlier.table, Qt.Key.Key_Return)
    assert widget.view.curves.points("loss", "validation")[0] == (1, 2)
    assert widget.view.line.text() == "2 of 3 epochs are done."
    assert "'All runs' can continue it" in widget.status.text()
    assert not scripted.made


def test_a_run_that_is_trained_elsewhere_is_not_continued(
    open_runs: Any, unfinished_run: Callable[..., Path], scripted: Any
) -> None:
    folder = unfinished_run()
    widget = open_runs(folder)
    with locked(RunFolder(folder)):
        widget.earlier.go_on.click()
    assert "being trained by another program" in widget.status.text()
    assert not scripted.made
    widget.earlier.go_on.click()
    assert scripted.made


def test_discarding_a_continued_run_says_that_it_stays(
    open_runs: Any, qtbot: Any, scripted: Any, unfinished_run: Callable[..., Path], monkeypatch: Any
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(questions, "confirm", lambda *question: not asked.append(question[-1]))
    widget = open_runs(unfinished_run())
    widget.earlier.go_on.click()
    widget.discard()
    qtbot.waitUntil(lambda: not widget.running)
    assert "stays in its folder" in asked[-1]
    assert "stays in its folder" in widget.status.text()
    assert widget.view.line.text() == "The training was discarded."


def test_a_run_whose_samples_are_gone_says_so(
    open_runs: Any, qtbot: Any, unfinished_run: Callable[..., Path]
) -> None:
    folder = unfinished_run()
    widget = open_runs(folder)
    (folder / "samples.csv").unlink()
    widget.earlier.go_on.click()
    assert str(folder) in widget.status.text()
    assert not widget.running
    assert widget.view.line.text() == "No training was started."


def test_unfinished_runs_are_reported_when_the_widget_opens(
    open_widget: Any, qtbot: Any, unfinished_run: Callable[..., Path]
) -> None:
    unfinished_run("killed at night")
    widget = open_widget()
    qtbot.waitUntil(lambda: "'killed at night' is unfinished" in widget.status.text())


def test_what_is_no_run_is_left_out(unfinished_run: Callable[..., Path], open_runs: Any) -> None:
    folder = unfinished_run()
    (folder.parent / "notes").mkdir()
    (folder.parent / "damaged").mkdir()
    (folder.parent / "damaged" / "config.json").write_text("{", encoding="utf-8")
    assert [run.folder for run in open_runs(folder).earlier.runs] == [folder]


def test_a_continued_fold_keeps_its_epochs_and_no_fold_counts_twice(
    open_widget: Any, unfinished_run: Callable[..., Path]
) -> None:
    view, fold = open_widget().view, unfinished_run(epochs_done=2)
    for event in (FoldFinished(1, 2, 0.5), FoldFinished(1, 2, 0.5)):
        view.take(event)
    assert view.curves.isHidden()
    view.take(FoldStarted(2, 2, fold))
    assert not view.curves.isHidden()
    assert view.curves.points("loss", "training")[0] == (1, 2)
    view.take(FoldFinished(2, 2, 0.7))
    assert "over 2 folds: 60 ± 14 %" in view.spread.text()


def test_unfinished_runs_are_counted(unfinished_run: Callable[..., Path], make_run: Any) -> None:
    folder = make_run().parent
    assert unfinished_sentence(list_runs(folder)) == ""
    first = unfinished_run("first")
    os.utime(first / "config.json", (0, 0))
    unfinished_run("second")
    assert "'second' (and 1 other) is unfinished" in unfinished_sentence(list_runs(folder))


def overview(folder: Path) -> RunOverview:
    return next(run for run in list_runs(folder.parent) if run.folder == folder)


def test_a_killed_run_can_be_continued_and_a_finished_one_not(
    make_run: Callable[..., Path], unfinished_run: Callable[..., Path]
) -> None:
    finished, killed = overview(make_run(epochs=30)), overview(unfinished_run(epochs_done=2))
    assert killed.can_continue
    assert (killed.progress, killed.result) == ("2 of 3", "unfinished")
    assert not finished.can_continue
    assert (finished.progress, finished.result) == ("2 of 30", "75 %")


def test_a_run_that_was_stopped_by_hand_can_be_continued(make_run: Callable[..., Path]) -> None:
    folder = make_run()
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    (folder / "metrics.json").write_text(json.dumps(metrics | {"stopped": True}), encoding="utf-8")
    assert overview(folder).can_continue
    assert overview(folder).result == "75 %, stopped"


def test_the_folds_that_are_done_are_counted(unfinished_run: Callable[..., Path]) -> None:
    folder = unfinished_run(epochs_done=0, folds=3)
    (folder / "fold-1").mkdir()
    (folder / "fold-1" / "metrics.json").write_text("{}", encoding="utf-8")
    assert overview(folder).progress == "1 of 3 folds"


def test_only_a_run_with_a_model_can_be_started_from(open_widget: Any, make_run: Callable[..., Path]) -> None:
    single, folds = make_run("single"), make_run("folds")
    (folds / "model.safetensors").unlink()
    shown = [text for text, _ in open_widget().settings.starts]
    assert f"Run {single.name}" in shown
    assert f"Run {folds.name}" not in shown


def test_a_probe_has_no_epochs_to_go_on_with(open_runs: Any, make_run: Callable[..., Path]) -> None:
    widget = open_runs(make_run("quick", model="probe"))
    (run,) = widget.earlier.runs
    assert run.progress == "none"
    assert not widget.earlier.go_on.isEnabled()
    assert "A probe is fitted in one go" in widget.earlier.go_on.toolTip()
    assert "px" not in widget.earlier.table.item(0, 0).toolTip()


def test_an_unfinished_probe_begins_again(
    open_runs: Any, scripted: Any, unfinished_run: Callable[..., Path]
) -> None:
    widget = open_runs(unfinished_run(epochs_done=0, model="probe"))
    widget.earlier.table.cellActivated.emit(0, 0)
    assert "continuing begins it again" in widget.view.line.text()
    widget.earlier.go_on.click()
    assert scripted.made[0].orders == ["continued"]
