from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, log_loss

from napari_rocks2net.evaluation import grouped_interval
from napari_rocks2net.training import (
    CrossValidationFinished,
    EpochFinished,
    FoldFinished,
    FoldStarted,
    RunFolderError,
    TrainingFinished,
    TrainingProcess,
    TrainingStopped,
    cross_validate,
    cross_validation,
    list_runs,
    load_cross_validation,
    repeat_run,
    train,
)
from napari_rocks2net.training.process import child_lines
from napari_rocks2net.training.process.child import train_folder
from napari_rocks2net.training.runs.run_folder import RunFolder


@pytest.fixture
def count_trainings(monkeypatch):
    """Count the folds that are trained."""
    trained = []

    def counted(config, *others):
        trained.append(config.folder.name)
        return train(config, *others)

    monkeypatch.setattr(cross_validation, "train", counted)
    return trained


def test_the_figures_of_the_whole_are_those_of_all_tested_samples(samples, tiny_config, tiny_network):
    events = []
    whole = cross_validate(tiny_config(epochs=1), samples, 3, events.append)
    table = pd.read_csv(whole.folder / "predictions.csv")
    assert sorted(table["file"]) == sorted(samples.frame["file"]), "every sample is tested once"
    probabilities = table[[f"p_{name}" for name in samples.only.classes]].to_numpy()
    chosen = np.array(samples.only.classes)[probabilities.argmax(axis=1)]
    metrics = whole.metrics
    assert metrics["accuracy"] == accuracy_score(table["true_label"], chosen)
    assert metrics["log_loss"] == pytest.approx(
        log_loss(table["true_label"], probabilities / probabilities.sum(axis=1, keepdims=True)), rel=1e-4
    )
    right = (table["true_label"] == chosen).to_numpy()
    assert metrics["accuracy_interval"] == pytest.approx(grouped_interval(right, table["group"]))
    accuracies = [run.metrics["test"]["accuracy"] for run in whole.folds]
    assert metrics["mean"]["accuracy"] == pytest.approx(np.mean(accuracies))
    assert metrics["standard_deviation"]["accuracy"] == pytest.approx(np.std(accuracies, ddof=1))
    assert [fold["accuracy"] for fold in metrics["folds"]] == accuracies
    assert json.loads((whole.folder / "metrics.json").read_text()) == metrics

    assert [run.folder.name for run in whole.folds] == ["fold-1", "fold-2", "fold-3"]
    outline = [event for event in events if isinstance(event, FoldStarted | FoldFinished | TrainingFinished)]
    assert [type(event) for event in outline] == [FoldStarted, TrainingFinished, FoldFinished] * 3
    assert [event.fold for event in outline if isinstance(event, FoldFinished)] == [1, 2, 3]
    assert events[-1] == CrossValidationFinished(
        whole.folder, metrics["accuracy"], metrics["standard_deviation"]["accuracy"]
    )
    again = load_cross_validation(whole.folder)
    assert (again.folds, again.metrics) == (whole.folds, whole.metrics)
    [listed] = list_runs(whole.folder.parent)
    assert (listed.folds, listed.accuracy) == (3, metrics["accuracy"])
    with pytest.raises(RunFolderError, match="repeat one of its folds"):
        repeat_run(whole.folder, whole.folder.with_name("again"))


def test_a_stopped_cross_validation_goes_on_without_training_folds_twice(
    samples, tiny_config, tiny_network, count_trainings
):
    seen = []

    def stop(event):
        seen.append(event)
        if isinstance(event, EpochFinished) and sum(isinstance(one, FoldStarted) for one in seen) == 2:
            raise TrainingStopped

    with pytest.raises(TrainingStopped, match="stopped in fold 2 of 3"):
        cross_validate(tiny_config(), samples, 3, stop)
    folder = tiny_config().folder
    assert (folder / "fold-1" / "metrics.json").is_file()
    assert not (folder / "fold-2" / "metrics.json").exists(), "half a training counts for nothing"
    assert not (folder / "metrics.json").exists()
    del count_trainings[:]
    whole = cross_validate(tiny_config(resume=True), samples, 3)
    assert count_trainings == ["fold-2", "fold-3"]
    assert whole.folds[1].history["epoch"].tolist() == [1, 2]


def test_another_cross_validation_is_not_mixed_with_the_first(samples, tiny_config, tmp_path):
    config = tiny_config()
    cross_validation.open_folder(config, samples, 3)
    for changes, folds, reason in (
        ({"resume": False}, 3, "not empty"),
        ({"epochs": 9}, 3, "epochs=2, not 9"),
        ({}, 4, "folds=3, not 4"),
    ):
        with pytest.raises(RunFolderError, match=reason):
            cross_validation.open_folder(tiny_config(**({"resume": True} | changes)), samples, folds)


def test_a_process_of_its_own_learns_of_the_folds(samples, tiny_config, tiny_network, monkeypatch):
    monkeypatch.setattr(child_lines, "CHILD", ("-c", "print('{}')"))
    running = TrainingProcess.start(tiny_config(epochs=1), samples, folds=2)
    running.close()

    class Silent:
        def report(self, event):
            pass

    assert train_folder(RunFolder(running.folder), Silent()) == 0
    whole = load_cross_validation(running.folder)
    assert len(whole.folds) == 2
    assert whole.metrics["samples"] == len(samples)
