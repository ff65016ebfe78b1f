"""Several properties on the command line: train one network, measure it, use it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.command_line import exit_code

from napari_rocks2net.cli.options import property_names


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Photos of eight sections; half of them say the tone, half the hue, and one both."""
    rng, rows = np.random.default_rng(0), []
    for section in range(8):
        for photo in range(2):
            grey = rng.integers(40, 90, (64, 64, 3)) + 100 * (section % 2)
            name = f"s{section}_{photo}.png"
            Image.fromarray(grey.astype(np.uint8)).save(tmp_path / name)
            tone, hue = "dark" if section % 2 else "bright", "red" if section // 2 % 2 else "others"
            rows.append({"file": name, "tone": tone, "hue": hue if photo else "", "section": section})
    path = tmp_path / "labels.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (None, None),
        ("grain", "grain"),
        ("all", "all"),
        ("grain, basic category", ("grain", "basic category")),
    ],
)
def test_properties_are_separated_by_commas(text: str | None, names: object) -> None:
    assert property_names(text) == names


def test_train_then_evaluate_then_predict(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, settings = tmp_path / "run", ["--group", "section", "--size", 64, "--epochs", 1, "--batch-size", 4]
    train = ["train", table, "--property", "tone,hue", "--model", "rocks2net_joint", "--out", run]
    assert exit_code(*train, *settings, "--accelerator", "cpu") == 0
    figures = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    assert set(figures["test"]["properties"]) == {"tone", "hue"}
    out = capsys.readouterr().out
    for name, one in figures["test"]["properties"].items():
        low, high = (100 * limit for limit in one["accuracy_interval"])
        right = round(one["accuracy"] * one["samples"])
        assert f"test, {name}: {right} of {one['samples']} test images" in out
        assert f"expect {low:.0f} to {high:.0f} % (95 % interval)" in " ".join(out.split())

    model, report = run / "model.safetensors", tmp_path / "report"
    measure = ["evaluate", model, run / "samples.csv", "--split", "test", "--out", report, "--device", "cpu"]
    assert exit_code(*measure) == 0
    for name, expected in figures["test"]["properties"].items():
        metrics = json.loads((report / name / "metrics.json").read_text(encoding="utf-8"))
        assert metrics["confusion_matrix"] == expected["confusion_matrix"]
        assert metrics["classes"] == expected["classes"]

    assert exit_code("evaluate", model, table, "--property", "hue", "--out", tmp_path / "one") == 0
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["hue"]
    assert exit_code("evaluate", model, table, "--property", "grain", "--out", tmp_path / "no") == 2
    assert "choose one of tone, hue" in " ".join(capsys.readouterr().err.split())

    photos = sorted(tmp_path.glob("s0_*.png"))
    assert exit_code("predict", model, *photos, "--out", tmp_path / "p.csv", "--device", "cpu") == 0
    predicted = pd.read_csv(tmp_path / "p.csv")
    assert predicted["property"].tolist() == ["tone", "hue"] * 2
    assert predicted[predicted["property"] == "hue"]["p_dark"].isna().all()


def test_a_network_of_one_property_says_which_to_take(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("train", table, "--property", "tone,hue", "--size", 64, "--out", tmp_path / "run") == 2
    assert "choose the network rocks2net_joint" in " ".join(capsys.readouterr().err.split())
