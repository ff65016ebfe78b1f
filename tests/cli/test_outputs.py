"""Outputs are never lost: refused where something is there, whole after a kill, gone on with."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.command_line import exit_code

from napari_rocks2net.model_file import load_model, save_model
from napari_rocks2net.process_lock import process_lock


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of forty photos."""
    folder, rng = tmp_path / "photos", np.random.default_rng(0)
    folder.mkdir()
    for number in range(40):
        Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8)).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture
def refusal(
    tmp_path: Path,
    photos: Path,
    one_stream_model_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[[list[str]], str]:
    """Return what a command that is refused says; MODEL and PHOTOS in it are files of the test."""
    monkeypatch.chdir(tmp_path)
    places = {"MODEL": one_stream_model_path, "PHOTOS": photos}

    def refuse(arguments: list[str]) -> str:
        assert exit_code(*(places.get(argument, argument) for argument in arguments)) == 2
        return " ".join(capsys.readouterr().err.replace("│", " ").split())

    return refuse


@pytest.mark.parametrize(
    ("arguments", "existing"),
    [
        (["predict", "MODEL", "PHOTOS", "--out", "out.csv"], "out.csv"),
        (["evaluate", "MODEL", "PHOTOS", "--out", "out"], "out/wrong.csv"),
        (["demo", "--out", "out"], "out/anything.png"),
        (["synthesize", "--out", "out"], "out/labels.csv"),
        (["synthesize", "--slide", "40x40", "--out", "out"], "out/coarse_crystal_xpl.tif"),
        (["audit", "PHOTOS", "--out", "out"], "out/audit.json"),
        (["benchmark", "PHOTOS", "--out", "out"], "out/table.md"),
        (["import-keras", "weights.h5", "--out", "out.safetensors"], "out.safetensors"),
    ],
)  # fmt: skip
def test_what_exists_is_not_replaced(
    arguments: list[str], existing: str, tmp_path: Path, refusal: Callable[[list[str]], str]
) -> None:
    (tmp_path / existing).parent.mkdir(exist_ok=True)
    (tmp_path / existing).write_text("precious")
    assert "--overwrite" in refusal(arguments)
    assert (tmp_path / existing).read_text() == "precious"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["predict", "MODEL", "PHOTOS", "--out", "file.txt/out.csv"], "file.txt is no folder"),
        (["predict", "MODEL", "PHOTOS", "--out", "PHOTOS", "--overwrite"], "is a folder"),
        (["evaluate", "MODEL", "PHOTOS", "--out", "file.txt"], "file.txt is no folder"),
        (["audit", "PHOTOS", "--out", "file.txt", "--overwrite"], "file.txt is no folder"),
        (["crystals", "PHOTOS", "--out", "file.txt"], "file.txt is no folder"),
        (["demo", "--out", "file.txt", "--overwrite"], "file.txt is no folder"),
        (["synthesize", "--out", "dangling"], "dangling is no folder"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_work(
    arguments: list[str], sentence: str, tmp_path: Path, refusal: Callable[[list[str]], str]
) -> None:
    (tmp_path / "file.txt").write_text("precious")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    assert sentence in refusal(arguments)
    assert (tmp_path / "file.txt").read_text() == "precious"


def test_an_input_is_never_replaced(
    photos: Path, one_stream_model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = photos / "00.png"
    before = photo.read_bytes()
    assert exit_code("predict", one_stream_model_path, photo, "--out", photo, "--overwrite") == 2
    assert "is an input" in " ".join(capsys.readouterr().err.split())
    assert photo.read_bytes() == before


def test_a_table_that_exists_is_replaced_when_asked_for(
    tmp_path: Path, photos: Path, one_stream_model_path: Path
) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    assert exit_code("predict", one_stream_model_path, photos / "00.png", "--out", out, "--overwrite") == 0
    assert pd.read_csv(out)["file"].tolist() == [str(photos / "00.png")]


@pytest.mark.slow
def test_a_killed_prediction_leaves_whole_rows_and_goes_on(
    tmp_path: Path, photos: Path, one_stream_model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, killed = tmp_path / "whole.csv", tmp_path / "killed.csv"
    command = ["predict", str(one_stream_model_path), str(photos), "--batch-size", "1", "--device", "cpu"]
    assert exit_code(*command, "--out", whole) == 0
    lines = whole.read_bytes().splitlines(keepends=True)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    child = subprocess.Popen(
        [sys.executable, "-m", "napari_rocks2net", *command, "--out", str(killed)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while child.poll() is None and not (killed.exists() and killed.read_bytes().count(b"\n") > 5):
        time.sleep(0.005)
    child.kill()
    child.wait()
    written = killed.read_bytes()
    assert whole.read_bytes().startswith(written)
    # A file system may lose the end of what was written.
    killed.write_bytes(written[:-9])
    assert exit_code(*command, "--out", killed) == 2
    assert "--resume" in capsys.readouterr().err
    assert exit_code(*command, "--out", killed, "--resume") == 0
    assert killed.read_bytes() == b"".join(lines)


def test_a_table_of_another_model_is_not_gone_on_with(
    tmp_path: Path,
    photos: Path,
    model_path: Path,
    one_stream_model_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    network, card = load_model(one_stream_model_path)
    out, photo = tmp_path / "out.csv", photos / "00.png"
    assert exit_code("predict", one_stream_model_path, photo, "--out", out) == 0
    before = out.read_bytes()
    other = type(card.properties[0])("matrix", ("one", "two", "three"))
    card = type(card)((other,), card.architecture, card.preprocessing)
    changed = save_model(tmp_path / "other.safetensors", network, card)
    assert exit_code("predict", changed, photo, "--out", out, "--resume") == 2
    assert "is of another model" in capsys.readouterr().err
    assert exit_code("predict", one_stream_model_path, photo, "--out", out, "--resume", "--tta") == 2
    assert "begun with another model" in capsys.readouterr().err
    assert out.read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_of_all_kinds_cost_no_more_than_a_line(
    tmp_path: Path, photos: Path, one_stream_model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = photos / os.fsdecode(b"caf\xe9 \x1b[2J.png")
    (photos / "00.png").rename(strange)
    long = photos / ("x" * 300 + ".png")
    out = tmp_path / "out.csv"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert (
        exit_code("predict", one_stream_model_path, long, strange, empty, photos / "01.png", "--out", out)
        == 0
    )
    shown = capsys.readouterr()
    assert "\x1b" not in shown.out + shown.err
    assert shown.err.count("Left out") == 2
    table = pd.read_csv(out, encoding="utf-8")
    assert table["file"].tolist() == [str(photos / "caf") + "\\udce9 \x1b[2J.png", str(photos / "01.png")]


def test_the_built_in_model_says_what_it_was_trained_on(
    tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("predict", "five_properties", photos / "00.png", "--out", tmp_path / "out.csv") == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("The model: "))
    assert "synthetic thin sections" in line
    assert "It has seen no real rock" in line


def test_a_table_that_another_process_writes_is_left_alone(
    tmp_path: Path, photos: Path, one_stream_model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.csv"
    for more in ((), ("--overwrite",), ("--resume",)):
        with process_lock(tmp_path / ".out.csv.lock", ValueError()):
            assert exit_code("predict", one_stream_model_path, photos / "00.png", "--out", out, *more) == 2
        assert "written by another process" in capsys.readouterr().err
    assert exit_code("predict", one_stream_model_path, photos / "00.png", "--out", out) == 0
    assert not (tmp_path / ".out.csv.lock").exists()
