from __future__ import annotations

import json
import os

import pandas as pd
import pytest

from napari_rocks2net.samples import load_samples, split_samples
from napari_rocks2net.training import RunFolderError
from napari_rocks2net.training.run_folder import RunFolder, finished_runs, read_history, write_json


@pytest.fixture
def samples(labels_csv):
    return split_samples(load_samples(labels_csv, property="rock", group="section"))


def test_opening_records_what_is_to_be_done(samples, tiny_config):
    config = tiny_config()
    folder = RunFolder(config.folder)
    folder.open(config, samples)
    pd.testing.assert_frame_equal(pd.read_csv(folder.samples), samples.frame, check_dtype=False)
    recorded = json.loads(folder.config.read_text(encoding="utf-8"))
    assert recorded["property"] == "rock"
    assert recorded["learning_rate"] == config.learning_rate


def test_a_file_is_no_run_folder(samples, tiny_config, tmp_path):
    (tmp_path / "run").write_text("a file")
    with pytest.raises(RunFolderError, match="is a file"):
        RunFolder(tmp_path / "run").open(tiny_config(), samples)


def test_a_damaged_record_is_not_resumed(samples, tiny_config):
    config = tiny_config(resume=True)
    folder = RunFolder(config.folder)
    folder.open(config, samples)
    folder.config.write_text('{"model": ')
    with pytest.raises(RunFolderError, match=r"config\.json is damaged"):
        folder.open(config, samples)


@pytest.mark.parametrize("change", [{"epochs": 9}, {"num_workers": 2}, {"precision": "bf16-mixed"}])
def test_what_does_not_change_the_learning_may_change_on_resume(samples, tiny_config, change):
    folder = RunFolder(tiny_config().folder)
    folder.open(tiny_config(), samples)
    folder.open(tiny_config(resume=True, **change), samples)
    assert json.loads(folder.config.read_text(encoding="utf-8")).items() >= change.items()


@pytest.mark.parametrize(
    "change", [{"size": 96}, {"batch_size": 6}, {"learning_rate": 0.5}, {"model": "gdnet"}]
)
def test_what_changes_the_learning_may_not(samples, tiny_config, change):
    folder = RunFolder(tiny_config().folder)
    folder.open(tiny_config(), samples)
    with pytest.raises(RunFolderError, match=f"was trained with {next(iter(change))}="):
        folder.open(tiny_config(resume=True, **change), samples)


def test_history_after_the_checkpoint_is_forgotten(tmp_path):
    path = tmp_path / "history.csv"
    assert read_history(path, 5) == []
    path.write_text("epoch,train_loss\n1,0.5\n2,0.4\n3,0.3\n")
    assert [row["epoch"] for row in read_history(path, 3)] == [1, 2]


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


def test_finished_runs_are_found_the_newest_first(make_run, unfinished_run):
    first, second = make_run("first"), make_run("second")
    unfinished_run()
    os.utime(second / "metrics.json", (1, 1))
    assert [run.path for run in finished_runs(first.parent)] == [first, second]
    assert finished_runs(first.parent / "nowhere") == []


def test_the_folds_that_were_begun_are_in_order(tmp_path):
    for number in (1, 2, 4):
        (tmp_path / f"fold-{number}").mkdir()
    assert [fold.path.name for fold in RunFolder(tmp_path).folds] == ["fold-1", "fold-2"]
