"""A benchmark: same splits for all, figures that are those of the runs, interruptions, failures."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from napari_rocks2net.benchmark import BenchmarkError, BenchmarkRunStarted, benchmark
from napari_rocks2net.benchmark.report import HEADINGS
from napari_rocks2net.samples import load_samples, split_samples
from napari_rocks2net.training import (
    EpochFinished,
    RunFolderError,
    TrainingStarted,
    TrainingStopped,
    load_run,
)

UNTIMED = ["model", "accuracy", "accuracy_low", "accuracy_high", "balanced_accuracy", "parameters", "failure"]


NETWORKS = ["darknet53", "small", "wide"]


def runs_of(output, model, seeds=2):
    return [load_run(output / f"{model}-seed-{seed}") for seed in range(seeds)]


@pytest.fixture(scope="module")
def finished(samples, settings, tmp_path_factory):
    """The folder of a benchmark of a network that misses its library and two others, and its table."""
    output = tmp_path_factory.mktemp("finished") / "out"
    return output, benchmark(samples, NETWORKS, 2, output, **settings)


@pytest.fixture
def copied(finished, tmp_path):
    """A copy of it, to go on with."""
    return shutil.copytree(finished[0], tmp_path / "out", copy_function=shutil.copy2)


def raising(exception, model, seed):
    """Return an event callback that raises after the first epoch of one run."""
    now = []

    def on_event(event):
        if isinstance(event, BenchmarkRunStarted):
            now[:] = [event.model, event.seed]
        if isinstance(event, EpochFinished) and now == [model, seed]:
            raise exception

    return on_event


def test_every_network_is_measured_on_the_same_splits(samples, finished):
    output, table = finished
    assert table["model"].tolist() == NETWORKS
    for seed in range(2):
        expected = split_samples(samples, seed=seed).frame["split"].tolist()
        for model in ("small", "wide"):
            assert runs_of(output, model)[seed].samples.frame["split"].tolist() == expected
    trained = table[1:]
    assert (trained["failure"] == "").all()
    assert trained["parameters"].tolist() == sorted(trained["parameters"])
    assert (trained["images_per_second"] > 0).all()


@pytest.mark.usefixtures("own_cache")
def test_a_network_of_fields_is_timed_on_fields(folder, settings, tmp_path):
    files = sorted(folder.rglob("*.png"))
    sections = [file.stem.partition("_")[0] for file in files]
    lights = ["XPL" if file.stem.endswith("1") else "PPL" for file in files]
    columns = {"file": files, "rock": [file.parent.name for file in files]}
    columns |= {"section": sections, "field": sections, "light": lights, "angle": [""] * len(files)}
    pd.DataFrame(columns).to_csv(tmp_path / "fields.csv", index=False)
    samples = load_samples(tmp_path / "fields.csv", "rock", "section")
    [row] = benchmark(samples, ["probe"], 1, tmp_path / "out", **settings).to_dict("records")
    assert row["failure"] == ""
    assert row["samples"] == row["sections"]
    assert row["images_per_second"] > 0


def test_the_figures_are_those_of_the_runs(finished):
    output, table = finished
    row, runs = table.iloc[1], runs_of(output, "small")
    accuracies = [run.metrics["test"]["accuracy"] for run in runs]
    assert row["accuracy"] == pytest.approx(np.mean(accuracies))
    assert row["training_seconds"] == pytest.approx(np.mean([sum(run.history["seconds"]) for run in runs]))
    tested = pd.concat([run.samples.part("test") for run in runs])
    assert (row["samples"], row["sections"]) == (len(tested), tested["group"].nunique())
    correct = pd.concat([run.predictions.query("split == 'test'") for run in runs])["correct"]
    assert 0 <= row["accuracy_low"] <= correct.mean() <= row["accuracy_high"] <= 1


def test_networks_are_held_against_the_first_that_could_be_trained(finished):
    output, table = finished
    assert table["gain"].isna().tolist() == [True, True, False]
    parts = [
        pd.concat([run.predictions.query("split == 'test'") for run in runs_of(output, name)])
        for name in ("small", "wide")
    ]
    small, wide = (part["correct"].to_numpy(float) for part in parts)
    row = table.iloc[2]
    assert row["gain"] == pytest.approx((wide - small).mean())
    assert -1 <= row["gain_low"] <= row["gain"] <= row["gain_high"] <= 1
    lines = (output / "table.md").read_text(encoding="utf-8").splitlines()
    cells = [line.split("|")[4].strip() for line in lines[2:5]]
    assert cells[:2] == ["", ""]
    assert cells[2].startswith(f"{row['gain']:+.3f} (")


def test_the_table_is_written_for_programs_pages_and_the_eye(finished):
    output, table = finished
    read = pd.read_csv(output / "table.csv")
    assert read.columns.tolist() == table.columns.tolist()
    assert read["accuracy"].tolist() == pytest.approx(table["accuracy"].tolist(), rel=1e-5, nan_ok=True)
    lines = (output / "table.md").read_text(encoding="utf-8").splitlines()
    assert [len(line.split("|")) for line in lines[:5]] == [len(HEADINGS) + 2] * 5
    assert f"{table['parameters'][1]:,}" in lines[3]
    assert (output / "table.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("exception", [ZeroDivisionError, TrainingStopped])
def test_an_interrupted_benchmark_goes_on_where_it_was(
    samples, settings, finished, copied, tmp_path, exception
):
    for run in copied.glob("wide-seed-*"):
        shutil.rmtree(run)
    with pytest.raises(exception):
        benchmark(samples, ["small", "wide"], 2, copied, raising(exception, "wide", 0), **settings)
    events = []
    resumed = benchmark(samples, ["small", "wide"], 2, copied, events.append, **settings)
    begun = [(event.model, event.seed) for event in events if isinstance(event, BenchmarkRunStarted)]
    assert begun == [("wide", 0), ("wide", 1)], "what is finished is read"
    assert [event.first_epoch for event in events if isinstance(event, TrainingStarted)] == [2, 1]
    pd.testing.assert_frame_equal(resumed[UNTIMED], finished[1][1:].reset_index(drop=True)[UNTIMED])


def test_a_finished_benchmark_is_read(samples, settings, finished, copied):
    events = []
    read = benchmark(samples, ["small", "wide"], 2, copied, events.append, **settings)
    pd.testing.assert_frame_equal(read, finished[1][1:].reset_index(drop=True))
    assert events == []


def test_a_network_that_fails_costs_one_line(finished):
    output, table = finished
    assert "darknet53 needs timm" in table["failure"][0]
    assert table["failure"][1] == ""
    assert table["accuracy"].isna().tolist() == [True, False, False]
    text = (output / "table.md").read_text(encoding="utf-8")
    assert "| darknet53 | failed |" in text
    assert "\ndarknet53 failed: darknet53 needs timm" in text


def test_where_every_network_fails_an_error_follows(samples, settings, tmp_path):
    with pytest.raises(BenchmarkError, match=r"No network could be trained\. darknet53: .* needs timm"):
        benchmark(samples, ["darknet53"], 1, tmp_path / "out", **settings)


def test_the_target_goes_to_the_network_that_adapts(samples, folder, settings, tmp_path):
    table = benchmark(samples, ["small", "dsan"], 1, tmp_path / "out", target=folder, **settings)
    assert (table["failure"] == "").all()
    targets = [runs_of(tmp_path / "out", model, 1)[0].config["target"] for model in ("small", "dsan")]
    assert targets == [None, str(folder)]


@pytest.mark.parametrize("change", [{"epochs": 3}, {"size": 96}])
def test_runs_with_other_settings_are_not_mixed(samples, settings, copied, change):
    shutil.rmtree(copied / "wide-seed-0")
    before = (copied / "table.csv").read_bytes()
    with pytest.raises(RunFolderError, match=f"was trained with {next(iter(change))}="):
        benchmark(samples, ["wide", "small"], 1, copied, **(settings | change))
    assert (copied / "table.csv").read_bytes() == before
    assert not (copied / "wide-seed-0").exists(), "refused before anything is trained"


@pytest.mark.parametrize(
    ("models", "seeds", "change", "message"),
    [
        (["small", "vgg"], 1, {}, "no network 'vgg'"),
        ([], 1, {}, "0 networks and 1 seeds"),
        (["small"], 0, {}, "1 networks and 0 seeds"),
        (["small"], 1, {"test": 0}, "test=0"),
        (["small"], 1, {"size": 100}, "100"),
        (["small", "dsan"], 1, {}, "'dsan' adapts to another microscope"),
    ],
)
def test_what_cannot_be_compared_is_refused_at_once(
    samples, settings, tmp_path, models, seeds, change, message
):
    with pytest.raises(BenchmarkError, match=message):
        benchmark(samples, models, seeds, tmp_path / "out", **(settings | change))
    assert not (tmp_path / "out").exists()
