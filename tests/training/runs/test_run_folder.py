from __future__ import annotations

import json
import os
from dataclasses import replace

import pandas as pd
import pytest

from napari_rocks2net.samples import Region
from napari_rocks2net.training import RunFolderError
from napari_rocks2net.training.runs.opening import open_run
from napari_rocks2net.training.runs.run_folder import RunFolder, finished_runs, write_json


def test_opening_records_what_is_to_be_done(split, tiny_config):
    config = tiny_config()
    folder = RunFolder(config.folder)
    open_run(folder, config, split)
    written = pd.read_csv(folder.samples, dtype=str, keep_default_na=False)
    assert list(written) == ["file", "group", "field", "light", "angle", "rock", "split"]
    pd.testing.assert_frame_equal(written, split.frame.drop(columns="region"), check_dtype=False)
    recorded = json.loads(folder.config.read_text(encoding="utf-8"))
    assert recorded["properties"] == {"rock": ["granite", "schist à grenat"]}
    assert recorded["learning_rate"] == config.learning_rate


def test_a_file_is_no_run_folder(split, tiny_config, tmp_path):
    (tmp_path / "run").write_text("a file")
    with pytest.raises(RunFolderError, match="is a file"):
        open_run(RunFolder(tmp_path / "run"), tiny_config(), split)


def test_a_damaged_record_is_not_resumed(split, tiny_config):
    config = tiny_config(resume=True)
    folder = RunFolder(config.folder)
    open_run(folder, config, split)
    folder.config.write_text('{"model": ')
    with pytest.raises(RunFolderError, match=r"config\.json is damaged"):
        open_run(folder, config, split)


@pytest.mark.parametrize("change", [{"epochs": 9}, {"num_workers": 2}, {"precision": "bf16-mixed"}])
def test_what_does_not_change_the_learning_may_change_on_resume(split, tiny_config, change):
    folder = RunFolder(tiny_config().folder)
    open_run(folder, tiny_config(), split)
    open_run(folder, tiny_config(resume=True, **change), split)
    assert json.loads(folder.config.read_text(encoding="utf-8")).items() >= change.items()


@pytest.mark.parametrize(
    "change", [{"size": 96}, {"batch_size": 6}, {"learning_rate": 0.5}, {"model": "gdnet"}]
)
def test_what_changes_the_learning_may_not(split, tiny_config, change):
    folder = RunFolder(tiny_config().folder)
    open_run(folder, tiny_config(), split)
    with pytest.raises(RunFolderError, match=f"was trained with {next(iter(change))}="):
        open_run(folder, tiny_config(resume=True, **change), split)


def test_history_after_the_checkpoint_is_forgotten(tmp_path):
    folder = RunFolder(tmp_path)
    assert folder.read_history(5) == []
    folder.history.write_text("epoch,train_loss\n1,0.5\n2,\n3,0.3\n")
    assert [row["epoch"] for row in folder.read_history(3)] == [1, 2]
    assert [row["train_loss"] for row in folder.read_history()][::2] == [0.5, 0.3]


def test_a_damaged_history_is_a_sentence(tmp_path):
    folder = RunFolder(tmp_path)
    folder.history.write_text("epoch,train_loss\none,0.5\n")
    with pytest.raises(RunFolderError, match=r"history\.csv is damaged"):
        folder.read_history()


def test_samples_are_read_as_they_were_written(split, tiny_config):
    regions = [Region.rectangle(0, 0.5, 9, 9), Region(((0, 0), (0, 9), (9, 4)), "polygon"), None]
    frame = split.frame.assign(region=pd.Series(regions * 8, dtype=object))
    folder = RunFolder(tiny_config().folder)
    open_run(folder, tiny_config(), replace(split, frame=frame))
    again = folder.read_samples()
    pd.testing.assert_frame_equal(again.frame, frame, check_dtype=False, check_like=True)
    assert again.properties == split.properties
    open_run(folder, tiny_config(resume=True), replace(split, frame=frame))
    with pytest.raises(RunFolderError, match="other samples"):
        open_run(folder, tiny_config(resume=True), split)


def test_the_folds_of_a_cross_validation_are_those_that_exist(tmp_path):
    folder = RunFolder(tmp_path)
    for name in ("fold-1", "fold-2", "fold-4"):
        (tmp_path / name).mkdir()
    assert [fold.path.name for fold in folder.folds] == ["fold-1", "fold-2"]


def test_the_figures_of_a_part_are_by_property(tmp_path):
    folder = RunFolder(tmp_path)
    write_json(folder.config, {"properties": {"rock": ["a", "b"]}})
    write_json(folder.metrics, {"validation": {"accuracy": 0.5}, "test": None})
    assert folder.read_figures("validation") == {"rock": {"accuracy": 0.5}}
    assert folder.read_figures("test") == {}
    of_each = {"rock": {"accuracy": 0.5}, "light": {"accuracy": 1.0}}
    write_json(folder.metrics, {"test": {"accuracy": 0.75, "properties": of_each}})
    assert folder.read_figures("test") == of_each


def test_a_kill_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "metrics.json"
    write_json(path, {"accuracy": 0.5, "classes": ["grès"]})

    def killed(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_json(path, {"accuracy": 1.0})
    assert json.loads(path.read_text(encoding="utf-8")) == {"accuracy": 0.5, "classes": ["grès"]}


def test_the_epochs_of_a_run_are_read(make_run):
    epochs = RunFolder(make_run()).read_epochs()
    assert [(row["epoch"], row["train_loss"]) for row in epochs] == [(1, 1.0), (2, 0.5)]


@pytest.mark.parametrize("text", ["", "epoch\n1\n", "epoch,train_loss\n1,much\n", "\0\1"])
def test_a_damaged_history_has_no_epochs(tmp_path, text):
    run = RunFolder(tmp_path)
    assert run.read_epochs() == []
    run.history.write_text(text, encoding="utf-8")
    assert run.read_epochs() == []


def test_finished_runs_are_listed_the_newest_first(make_run, unfinished_run):
    first, second = make_run("first"), make_run("second")
    unfinished_run()
    os.utime(second / "metrics.json", (1, 1))
    assert [run.path for run in finished_runs(first.parent)] == [first, second]
    assert finished_runs(first.parent / "nowhere") == []


def test_the_folds_that_were_begun_are_in_order(tmp_path):
    for number in (1, 2, 4):
        (tmp_path / f"fold-{number}").mkdir()
    assert [fold.path.name for fold in RunFolder(tmp_path).folds] == ["fold-1", "fold-2"]
