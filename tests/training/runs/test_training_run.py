from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from napari_rocks2net.samples import load_samples, split_samples
from napari_rocks2net.training import (
    RunFolderError,
    TrainingConfig,
    compare_runs,
    list_runs,
    load_run,
    load_run_part,
    train,
)
from napari_rocks2net.training.runs.opening import open_run
from napari_rocks2net.training.runs.run_folder import RunFolder
from napari_rocks2net.training.runs.training_run import comparison_rows


@pytest.fixture
def make_run(samples, tiny_config, tmp_path):
    """Write the files of a finished run without training it."""

    def make(name, accuracy=0.5, seed=0, **changes):
        config = tiny_config(output=tmp_path / "runs" / name, seed=seed, **changes)
        folder = RunFolder(config.folder)
        open_run(folder, config, split_samples(samples, seed=seed))
        folder.model.touch()
        folder.history.write_text("epoch,train_loss\n1,0.5\n2,0.25\n")
        metrics = {
            "reported_on": "test",
            "accuracy": accuracy,
            "accuracy_interval": [0.25, 0.75],
            "samples": 4,
        }
        folder.metrics.write_text(json.dumps(metrics | {"log_loss": 1.5, "best_epoch": 2}))
        return folder

    return make


def test_a_run_is_read_as_training_gave_it(samples, tiny_config, tiny_network):
    run = train(tiny_config(), samples)
    again = load_run(str(run.folder))
    assert again == run
    assert again.history["epoch"].tolist() == [1, 2]
    assert again.config["properties"] == {"rock": ["granite", "schist à grenat"]}
    assert again.samples.properties == samples.properties
    pd.testing.assert_frame_equal(
        again.samples.frame,
        split_samples(samples).frame,
        check_dtype=False,
        check_index_type=False,
        check_like=True,
    )


def test_what_is_no_finished_run_is_refused(make_run, tmp_path):
    folder = make_run("a")
    with pytest.raises(RunFolderError, match=r"holds no metrics\.json"):
        load_run(tmp_path)
    folder.metrics.write_text("{")
    with pytest.raises(RunFolderError, match=r"metrics\.json is damaged"):
        load_run(folder.path)
    folder.metrics.unlink()
    with pytest.raises(RunFolderError, match="not finished; continue it"):
        load_run(folder.path)
    folder.samples.write_text("file,label\n")
    with pytest.raises(RunFolderError, match="has no column 'group'"):
        folder.read_samples()
    folder.samples.unlink()
    with pytest.raises(RunFolderError, match=r"samples\.csv is missing"):
        folder.read_samples()


def test_runs_are_listed_finished_or_not_and_other_folders_left_out(make_run, tmp_path):
    make_run("first", accuracy=0.25, size=96, epochs=7)
    make_run("second").metrics.unlink()
    broken = make_run("broken")
    broken.config.write_text('{"model": 3}')
    (tmp_path / "runs" / "photos").mkdir()
    (tmp_path / "runs" / "photos" / "config.json").write_text("[]")
    runs = {run.folder.name: run for run in list_runs(tmp_path / "runs")}
    assert set(runs) == {"first", "second"}
    first = runs["first"]
    assert (first.size, first.epochs_done, first.epochs, first.accuracy) == (96, 2, 7, 0.25)
    assert (first.properties, first.model, first.folds) == (("rock",), "densenet121", None)
    assert (first.finished, runs["second"].finished, runs["second"].accuracy) == (True, False, None)
    assert list_runs(tmp_path / "nowhere") == ()


def test_compared_runs_show_what_differs_and_what_came_of_it(make_run):
    a, b = make_run("a", accuracy=0.5), make_run("b", accuracy=0.75, size=96)
    table = compare_runs([b.path, str(a.path)])
    assert table.index.tolist() == ["b", "a"]
    assert table["size"].tolist() == [96, 64]
    assert table["accuracy"].tolist() == [0.75, 0.5]
    assert table["accuracy_low"].tolist() == [0.25, 0.25]
    assert table["same_samples"].tolist() == [True, True]
    assert not {"model", "output", "batch_size", "classes"} & set(table.columns)


def test_the_rows_of_a_comparison_are_words_and_figures(make_run):
    runs = [make_run(name) for name in "ab"]
    config = json.loads(runs[1].config.read_text())
    runs[1].config.write_text(json.dumps(config | {"properties": {"rock": ["mud", "silt"]}, "tta": True}))
    metrics = json.loads(runs[1].metrics.read_text())
    runs[1].metrics.write_text(json.dumps(metrics | {"best_epoch": None}))
    rows = {name: values for name, *values in comparison_rows(compare_runs([run.path for run in runs]))}
    assert rows["best epoch"] == [2, "–"]
    assert type(rows["best epoch"][0]) is int
    assert rows["same samples"] == ["yes", "yes"]
    assert rows["properties"][1] == "rock: mud, silt"


def test_settings_that_mean_nothing_to_a_network_are_not_compared(make_run):
    probes = [make_run(name, size=size, epochs=size, seed=size) for name, size in (("a", 64), ("b", 96))]
    for run in probes:
        config = json.loads(run.config.read_text())
        run.config.write_text(json.dumps(config | {"model": "probe"}))
    table = compare_runs([run.path for run in probes])
    assert table["seed"].tolist() == [64, 96]
    assert not {"size", "epochs"} & set(table.columns)
    network = make_run("c", size=256)
    table = compare_runs([probes[0].path, network.path])
    assert table["model"].tolist()[0] == "probe"
    assert "size" not in table


def test_runs_tested_on_other_samples_are_marked(make_run):
    a, b = make_run("a"), make_run("b", seed=5)
    assert set(a.read_samples().part("test")["file"]) != set(b.read_samples().part("test")["file"])
    table = compare_runs([a.path, b.path])
    assert table["same_samples"].tolist() == [True, False]
    assert table["seed"].tolist() == [0, 5]
    with pytest.raises(RunFolderError):
        compare_runs([a.path, a.path.parent])


def test_a_part_keeps_the_classes_of_its_run_in_their_order(labels_csv, tmp_path):
    table = pd.read_csv(labels_csv)
    table.loc[table["section"].isin(["g4", "g5"]), "rock"] = "basalt"
    table.to_csv(labels_csv, index=False)
    samples = split_samples(load_samples(labels_csv, "rock", "section"), seed=0)
    assert samples.only.classes == ("basalt", "granite", "schist à grenat")
    # No basalt is tested.
    frame = samples.frame.assign(
        split=["train" if label == "basalt" else "test" for label in samples.frame["rock"]]
    )
    folder = RunFolder(tmp_path / "run")
    open_run(
        folder,
        TrainingConfig(model="densenet121", size=64, output=folder.path),
        replace(samples, frame=frame),
    )
    part = load_run_part(folder.path, "test")
    assert set(part.frame["rock"]) == {"granite", "schist à grenat"}
    assert part.properties == samples.properties
    # A section of the test that someone has written into the training.
    edited = pd.read_csv(folder.samples)
    edited.loc[edited.index[edited["split"] == "test"][0], "split"] = "train"
    edited.to_csv(folder.samples, index=False)
    with pytest.raises(RunFolderError, match="is in more than one part"):
        load_run_part(folder.path, "test")
