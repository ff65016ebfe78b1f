"""`benchmark` on the command line."""

from __future__ import annotations

import inspect
import re

import pandas as pd
import pytest

from napari_rocks2net.benchmark import BenchmarkError
from napari_rocks2net.cli import main
from napari_rocks2net.cli.benchmark import benchmark
from napari_rocks2net.cli.train import train
from napari_rocks2net.features import DescriptorCache
from napari_rocks2net.training.probe import run as probe_run
from napari_rocks2net.training.probe.describing import PhotoDescriber


def exit_code(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["benchmark", *map(str, arguments)])
    return int(caught.value.code or 0)


def test_it_compares_networks_and_writes_the_table(folder, tmp_path, capsys):
    options = ["--size", 64, "--epochs", 1, "--batch-size", 4, "--accelerator", "cpu", "--group", r"(\w+\d)_"]
    arguments = [folder, "--models", "small, darknet53", "--seeds", 1, "--out", tmp_path / "out", *options]
    assert exit_code(*arguments) == 0
    shown, notes = capsys.readouterr()
    assert "small, seed 0" in shown
    assert re.search(r"small +[01]\.\d{3} +[01]\.\d{3}–[01]\.\d{3} +[01]\.\d{3} +[\d,]+ +[\d.]+ +\d+", shown)
    assert "darknet53 failed: darknet53 needs timm" in notes
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"table.csv", "table.md", "table.png"}


def test_a_probe_is_compared_with_networks_whatever_those_start_from(folder, tmp_path, monkeypatch, capsys):
    cache = DescriptorCache(tmp_path / "descriptors")
    monkeypatch.setattr(probe_run, "PhotoDescriber", lambda: PhotoDescriber(cache))
    options = ["--size", 64, "--epochs", 1, "--accelerator", "cpu", "--start-from", "random", "--seeds", 1]
    arguments = [folder, "--models", "small,probe", "--group", r"(\w+\d)_", "--out", tmp_path / "out"]
    assert exit_code(*arguments, *options) == 0
    table = pd.read_csv(tmp_path / "out" / "table.csv").set_index("model")
    assert table["failure"].isna().all()
    assert table.loc["probe", ["accuracy", "gain", "images_per_second"]].notna().all()
    capsys.readouterr()
    assert exit_code(*arguments, *options) == 0
    assert "seed 0 (of" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--models", "vgg"], "no network 'vgg'"), (["--models", "dsan"], "--target"), (["--size", 100], "100")],
)
def test_bad_arguments_are_one_line_and_exit_code_two(folder, tmp_path, capsys, options, message):
    assert exit_code(folder, "--out", tmp_path / "out", *options) == 2
    shown = capsys.readouterr().err
    assert message in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("localization", ["gap", "evidence"])
def test_the_localisation_of_the_networks_can_be_chosen(folder, tmp_path, monkeypatch, localization):
    asked = []

    def refuse(samples, models, seeds, output, on_event, **settings):
        asked.append(settings)
        raise BenchmarkError("Seen.")

    monkeypatch.setattr("napari_rocks2net.benchmark.benchmark", refuse)
    assert exit_code(folder, "--out", tmp_path / "out", "--localization", localization, "--size", 96) == 2
    assert [(one["localization"], one["size"]) for one in asked] == [(localization, 96)]
    assert exit_code(folder, "--localization", "heat map") == 2
    assert len(asked) == 1


def test_what_train_also_takes_has_the_same_default():
    own, trains = (inspect.signature(verb).parameters for verb in (benchmark, train))
    for name in own.keys() & trains.keys() - {"data"}:
        assert own[name].default == trains[name].default, name
