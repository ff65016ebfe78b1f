"""Maps on disk: the same bytes after a kill, nothing replaced unasked, one sentence where it cannot be."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from napari_rocks2net import MapSettings, RockClassifier, Slide, map_slide
from napari_rocks2net.imaging import is_own_output
from napari_rocks2net.slides import SlideError, map_record, row_store

SETTINGS = MapSettings(field=64, stride=32)
ROOT = str(Path(__file__).parents[2])


def bytes_of(folder: Path) -> dict[str, str]:
    """Return the name and a hash of every file in a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_store_is_zarr_with_the_answers(
    tmp_path: Path, colours: RockClassifier, two_halves: np.ndarray
) -> None:
    zarr = pytest.importorskip("zarr")
    result = map_slide(colours, Slide.of_arrays(two_halves), SETTINGS, out=tmp_path / "map")
    store = zarr.open_group(tmp_path / "map" / "map.zarr", mode="r")
    np.testing.assert_array_equal(store["0/probabilities"][:], result["colour"].probabilities)
    np.testing.assert_array_equal(store["0/critical_areas"][:], result["colour"].critical_areas)
    np.testing.assert_array_equal(store["states"][:], result.states)
    assert store["0/probabilities"].attrs["classes"] == ["red", "blue"]


def test_the_tables_say_what_the_map_says(
    tmp_path: Path, colours: RockClassifier, two_halves: np.ndarray
) -> None:
    result = map_slide(colours, Slide.of_arrays(two_halves), SETTINGS, out=tmp_path)
    cells = pd.read_csv(tmp_path / "cells.csv")
    assert len(cells) == 91
    cell = cells[(cells["row"] == 3) & (cells["column"] == 5)].iloc[0]
    assert cell[["y0", "x0", "y1", "x1"]].tolist() == list(result.grid.window(3, 5))
    assert cell["label"] == "red"
    assert cell["p_red"] == pytest.approx(result["colour"].probabilities[3, 5, 0], rel=1e-5)
    assert cell["area_y0"] == pytest.approx(cell["y0"] + 0.4 * 64)
    assert pd.read_csv(tmp_path / "areas.csv")["cells"].sum() == 91
    overview = tmp_path / "colour_overview.png"
    assert is_own_output(overview)
    with Image.open(overview) as picture:
        left, right = picture.getpixel((20, 20)), picture.getpixel((1180, 20))
    # Red under the palette's blue, blue under its orange.
    assert left != right


def test_a_map_that_stopped_goes_on_to_the_same_bytes(
    tmp_path: Path, colours: RockClassifier, two_halves: np.ndarray
) -> None:
    def stop(done: int, total: int) -> None:
        if done == 40:
            raise KeyboardInterrupt

    slide = Slide.of_arrays(two_halves)
    map_slide(colours, slide, SETTINGS, out=tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        map_slide(colours, slide, SETTINGS, out=tmp_path / "parts", on_progress=stop)
    asked: list[int] = []
    map_slide(
        colours, slide, SETTINGS, out=tmp_path / "parts", resume=True,
        on_progress=lambda done, _: asked.append(done),
    )  # fmt: skip
    assert asked[0] == 3 * 13 + 1
    assert bytes_of(tmp_path / "parts") == bytes_of(tmp_path / "whole")


KILLED = """
import sys
from tests.slides.test_map_folder import map_noise
map_noise(*sys.argv[1:])
"""


def map_noise(model: str | Path, out: str | Path, resume: bool = False) -> None:
    """Map a slide of noise, row after row."""
    slide = Slide.of_arrays(np.random.default_rng(0).integers(0, 256, (400, 96, 3), np.uint8))
    settings = MapSettings(field=64, stride=16)
    map_slide(RockClassifier.load(model, device="cpu"), slide, settings, out=Path(out), resume=resume)


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills by a signal")
def test_a_map_that_was_killed_goes_on_to_the_same_bytes(tmp_path: Path, one_stream_model_path: Path) -> None:
    map_noise(one_stream_model_path, tmp_path / "whole")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([ROOT, *sys.path]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", KILLED, str(one_stream_model_path), str(tmp_path / "killed")]
    process = subprocess.Popen(command, env=environment)
    states = tmp_path / "killed" / "map.zarr" / "states"
    while not (states / "2.0").exists() and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    map_noise(one_stream_model_path, tmp_path / "killed", resume=True)
    assert bytes_of(tmp_path / "killed") == bytes_of(tmp_path / "whole")


def test_nothing_is_replaced_unasked(tmp_path: Path, colours: RockClassifier, two_halves: np.ndarray) -> None:
    map_slide(colours, Slide.of_arrays(two_halves), SETTINGS, out=tmp_path)
    before = bytes_of(tmp_path)
    with pytest.raises(SlideError, match="holds a map already"):
        map_slide(colours, Slide.of_arrays(two_halves), SETTINGS, out=tmp_path)
    assert bytes_of(tmp_path) == before


@pytest.mark.parametrize("change", ["slide", "grid", "region", "model"])
def test_a_map_of_something_else_is_not_gone_on_with(
    tmp_path: Path, colours: RockClassifier, two_halves: np.ndarray, change: str
) -> None:
    map_slide(colours, Slide.of_arrays(two_halves), SETTINGS, out=tmp_path)
    settings, region = SETTINGS, None
    if change == "slide":
        two_halves = two_halves[:, ::-1].copy()
    if change == "grid":
        settings = MapSettings(field=64, stride=16)
    if change == "region":
        region = [np.array([[0, 0], [200, 0], [0, 200]])]
    if change == "model":
        next(colours.models[0].network.parameters()).data += 1
    words = "setting" if change == "grid" else change
    with pytest.raises(SlideError, match=f"begun with another {words}"):
        map_slide(colours, Slide.of_arrays(two_halves), settings, region=region, out=tmp_path, resume=True)


def test_a_full_disk_is_one_sentence_and_keeps_what_is_done(
    tmp_path: Path, colours: RockClassifier, two_halves: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_rocks2net.atomic_write import atomic_write

    def full(path: Path, content: bytes) -> Path:
        if path.name.startswith("4."):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return atomic_write(path, content)

    slide = Slide.of_arrays(two_halves)
    monkeypatch.setattr(row_store, "atomic_write", full)
    with pytest.raises(
        SlideError, match=r"cannot be written \(No space left on device\): what is done is kept"
    ):
        map_slide(colours, slide, SETTINGS, out=tmp_path / "full")
    monkeypatch.undo()
    map_slide(colours, slide, SETTINGS, out=tmp_path / "full", resume=True)
    map_slide(colours, slide, SETTINGS, out=tmp_path / "whole")
    assert bytes_of(tmp_path / "full") == bytes_of(tmp_path / "whole")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"slide": "'])
def test_a_damaged_record_is_one_sentence(
    tmp_path: Path, colours: RockClassifier, two_halves: np.ndarray, text: str
) -> None:
    map_slide(colours, Slide.of_arrays(two_halves), SETTINGS, out=tmp_path)
    (tmp_path / map_record.RECORD).write_text(text)
    with pytest.raises(SlideError, match=r"cannot be read|another"):
        map_slide(colours, Slide.of_arrays(two_halves), SETTINGS, out=tmp_path, resume=True)


def test_the_record_says_what_the_map_is_of(
    tmp_path: Path, colours: RockClassifier, two_halves: np.ndarray
) -> None:
    map_slide(colours, Slide.of_arrays(two_halves, name="scan", um_per_pixel=2.5), SETTINGS, out=tmp_path)
    record = json.loads((tmp_path / map_record.RECORD).read_text())
    assert record["slide"]["um_per_pixel"] == 2.5
    assert record["grid"]["field"] == 64
    assert record["properties"] == {"colour": ["red", "blue"]}
