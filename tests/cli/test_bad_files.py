"""One bad file costs one line in every verb that reads photos, and the others are done."""

from __future__ import annotations

import json
import os
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tifffile
from PIL import Image
from tests.command_line import exit_code
from tests.training.conftest import TinyNetwork

from napari_rocks2net.benchmark import cost
from napari_rocks2net.models.catalog import MODELS

PIXELS = np.random.default_rng(7).integers(0, 256, (40, 50, 3), np.uint8)


def png(path: Path) -> bytes:
    # No two of them are the same picture, which a model would know again.
    pixels = np.random.default_rng(len(path.name)).permutation(PIXELS)
    Image.fromarray(pixels).save(path, "PNG")
    return path.read_bytes()


def declares_a_giant(path: Path) -> None:
    content = png(path)
    head = b"IHDR" + struct.pack(">II", 200_000, 200_000) + content[24:29]
    path.write_bytes(content[:12] + head + struct.pack(">I", zlib.crc32(head)) + content[33:])


def tiff_declares_a_giant(path: Path) -> None:
    Image.fromarray(PIXELS).save(path, "TIFF")
    content = path.read_bytes()
    for tag, side in ((256, 50), (257, 40)):
        old = struct.pack("<HHII", tag, 4, 1, side)
        assert old in content
        content = content.replace(old, struct.pack("<HHII", tag, 4, 1, 200_000))
    path.write_bytes(content)


def has_bad_tags(path: Path) -> None:
    Image.fromarray(PIXELS).save(path, "TIFF")
    content = bytearray(path.read_bytes())
    (place,) = struct.unpack("<I", content[4:8])
    (entries,) = struct.unpack("<H", content[place : place + 2])
    for entry in range(entries):
        at = place + 2 + 12 * entry
        content[at + 2 : at + 12] = struct.pack("<HII", 99, 0xFFFFFFFF, 0xFFFFFFF0)
    path.write_bytes(content)


BAD: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "header of 200,000 x 200,000, PNG": ("giant.png", declares_a_giant),
    "header of 200,000 x 200,000, TIFF": ("giant.tif", tiff_declares_a_giant),
    "bad tags": ("tags.tif", has_bad_tags),
    "zero size": ("empty.jpg", Path.touch),
    "truncated": ("cut.png", lambda path: path.write_bytes(png(path)[:200])),
    "PostScript": ("script.jpg", lambda path: path.write_text("%!PS-Adobe-3.0 EPSF-3.0\n{} loop\n")),
    "noise": ("noise.bmp", lambda path: path.write_bytes(bytes(range(256)))),
    "without permission": ("locked.png", png),
}
# These are read like any other, or are no files: nothing is said of a folder.
HARMLESS = {"a folder named as a photo": ("folder.jpg", Path.mkdir), "long name": ("x" * 240 + ".png", png)}
if sys.platform == "linux":
    BAD["name that is not UTF-8"] = (os.fsdecode(b"caf\xe9.png"), png)


@pytest.fixture
def data(tmp_path: Path, write_photo: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two classes of eight good photos, and every bad file in the first."""
    folder = tmp_path / "data"
    for label, colour in (("granite", (170, 110, 110)), ("basalt", (110, 110, 170))):
        for number in range(8):
            write_photo(folder / label / f"{number}.png", colour, seed=hash(colour) % 1000 + number)
    for name, make in (BAD | HARMLESS).values():
        make(folder / "granite" / name)
    opened = Path.open

    def open_unless_locked(path: Path, *arguments: Any, **options: Any) -> Any:
        # Whoever runs the tests may open any file.
        if path.name == "locked.png":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", open_unless_locked)
    return folder


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make "densenet121" a network of moments."""
    from dataclasses import replace

    builder = lambda classes, **arguments: TinyNetwork(classes)  # noqa: E731
    monkeypatch.setitem(MODELS, "densenet121", replace(MODELS["densenet121"], builder=builder))
    monkeypatch.setattr(cost, "SECONDS", 0.01)


SETTINGS = ("--size", 64, "--epochs", 1, "--batch-size", 4, "--accelerator", "cpu", "--start-from", "random")


def lines_about_bad_files(error: str) -> list[str]:
    return [line for line in error.splitlines() if line.startswith("Left out: ")]


def require_a_line_each(error: str, expected: dict[str, tuple[str, Any]]) -> None:
    lines = lines_about_bad_files(error)
    for name, _ in expected.values():
        shown = name.encode("utf-8", "backslashreplace").decode()
        assert len([line for line in lines if shown in line]) == 1, (name, lines)
    assert len(lines) == len(expected)
    assert "Traceback" not in error
    # Nor do the libraries that read images add lines of theirs.
    assert "tifffile" not in error


def test_predict(
    data: Path, tmp_path: Path, one_stream_model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # A name that is no text is stored with escapes.
    expected = {kind: bad for kind, bad in BAD.items() if "UTF-8" not in kind}
    out = tmp_path / "out.csv"
    assert exit_code("predict", one_stream_model_path, data, "--out", out) == 0
    require_a_line_each(capsys.readouterr().err, expected)
    assert len(pd.read_csv(out)) == 17 + len(BAD) - len(expected)


def test_train_and_evaluate(
    data: Path, tmp_path: Path, tiny: None, capsys: pytest.CaptureFixture[str]
) -> None:
    run, report = tmp_path / "run", tmp_path / "report"
    assert exit_code("train", data, "--model", "densenet121", *SETTINGS, "--out", run) == 0
    require_a_line_each(capsys.readouterr().err, BAD)
    samples = pd.read_csv(run / "samples.csv")
    assert len(samples) == 17
    assert exit_code("evaluate", run / "model.safetensors", data, "--out", report) == 0
    expected = {kind: bad for kind, bad in BAD.items() if "UTF-8" not in kind}
    require_a_line_each(capsys.readouterr().err, expected)
    figures = json.loads((report / "metrics.json").read_text())
    seen = figures["trained_on"]["samples"]
    assert seen == (samples["split"] == "train").sum()
    assert figures["samples"] == 17 + len(BAD) - len(expected) - seen


def test_cross_validation(data: Path, tmp_path: Path, tiny: None, capsys: pytest.CaptureFixture[str]) -> None:
    settings = ("--model", "densenet121", *SETTINGS, "--folds", 2, "--out", tmp_path / "folds")
    assert exit_code("train", data, *settings) == 0
    require_a_line_each(capsys.readouterr().err, BAD)


def test_benchmark(data: Path, tmp_path: Path, tiny: None, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "benchmark"
    settings = ("--models", "densenet121", "--seeds", 1, *SETTINGS)
    assert exit_code("benchmark", data, *settings, "--out", out) == 0
    require_a_line_each(capsys.readouterr().err, BAD)
    assert pd.read_csv(out / "table.csv")["failure"].isna().all()
    # The same command goes on.
    assert exit_code("benchmark", data, *settings, "--out", out) == 0


def test_a_folder_of_bad_files_alone_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for label in ("granite", "basalt"):
        (tmp_path / "data" / label).mkdir(parents=True)
        (tmp_path / "data" / label / "a.jpg").touch()
    assert exit_code("train", tmp_path / "data", *SETTINGS, "--out", tmp_path / "run") == 2
    assert "can be used" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "run").exists()


def test_training_and_evaluation_say_that_of_pages_the_first_is_used(
    data: Path, tmp_path: Path, tiny: None, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = np.random.default_rng(0).integers(0, 256, (5, 40, 50, 3), np.uint8)
    tifffile.imwrite(data / "basalt" / "turntable.tif", pages, photometric="rgb")
    # Red, green and blue in three pages are one photo.
    photo = data / "basalt" / "channels.ome.tif"
    tifffile.imwrite(photo, np.moveaxis(pages[1], -1, 0), photometric="minisblack", metadata={"axes": "CYX"})
    run = tmp_path / "run"
    assert exit_code("train", data, "--model", "densenet121", *SETTINGS, "--out", run) == 0
    sentence = "Of files with several pages the first is used: turntable.tif (first of 5)."
    assert sentence in capsys.readouterr().err.splitlines()
    assert exit_code("evaluate", run / "model.safetensors", data, "--out", tmp_path / "report") == 0
    assert sentence in capsys.readouterr().err.splitlines()
