"""The verb "map": what it writes and says, and what it leaves out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile
from filelock import FileLock
from PIL import Image
from tests.command_line import exit_code

from napari_rocks2net.slides.map_folder import LOCK

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def slide(tmp_path: Path, rng: np.random.Generator) -> Path:
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, rng.integers(0, 256, (128, 192, 3), np.uint8), photometric="rgb", tile=(64, 64))
    return path


def test_map_writes_a_folder_for_each_slide_and_leaves_out_the_others(
    tmp_path: Path, model_path: Path, slide: Path, capsys: Captured
) -> None:
    small, broken = tmp_path / "small.png", tmp_path / "broken.tif"
    Image.fromarray(np.zeros((50, 50, 3), np.uint8)).save(small)
    broken.write_bytes(slide.read_bytes()[:500])
    out = tmp_path / "maps"
    command = ("map", model_path, slide, small, broken, "--out", out, "--field", 64, "--stride", 64)
    assert exit_code(*command) == 0
    text = capsys.readouterr()
    assert "scan: 6 windows of 64 x 64 pixels (pixel size not known) every 64 pixels" in text.err
    assert "less than one window" in text.err
    assert "broken.tif" in text.err
    assert "6 cells: 6 answered" in text.out
    assert "1 of 3 slides mapped" in text.out
    assert {path.name for path in out.iterdir()} == {"scan"}
    assert len(pd.read_csv(out / "scan" / "cells.csv")) == 6
    assert exit_code(*command[:3], *command[5:]) == 2
    assert "--resume" in capsys.readouterr().err
    assert exit_code(*command[:3], *command[5:], "--resume") == 0
    assert exit_code(*command[:3], *command[5:], "--overwrite") == 0


def test_map_names_the_chosen_properties_only(tmp_path: Path, slide: Path, capsys: Captured) -> None:
    command = ("map", "five_properties", slide, "--field", 128, "--stride", 128, "--out", tmp_path / "maps")
    assert exit_code(*command, "--property", "grain, mixture") == 0
    cells = pd.read_csv(tmp_path / "maps" / "scan" / "cells.csv")
    assert set(cells["property"]) == {"grain", "mixture"}
    assert set(cells["way"]) == {"exact"}
    assert exit_code(*command, "--overwrite", "--property", "colour") == 2
    assert "'colour'" in capsys.readouterr().err


def test_map_takes_micrometres_and_a_region(tmp_path: Path, model_path: Path, slide: Path) -> None:
    region = tmp_path / "region.geojson"
    region.write_text('{"type": "Polygon", "coordinates": [[[0, 0], [100, 0], [100, 128], [0, 128]]]}')
    common = ("map", model_path, slide, "--field", 128, "--unit", "micrometre")
    assert exit_code(*common, "--out", tmp_path / "a") == 2
    assert exit_code(
        *common, "--um-per-pixel", 2, "--stride", 128, "--region", region, "--out", tmp_path / "a"
    ) == 0  # fmt: skip
    cells = pd.read_csv(tmp_path / "a" / "scan" / "cells.csv")
    assert cells["x1"].max() - cells["x0"].min() == 128


@pytest.mark.parametrize("option", [("--field", 0), ("--stride", 100), ("--region", "none.geojson")])
def test_map_refuses_what_cannot_be(
    tmp_path: Path, model_path: Path, slide: Path, option: tuple[str, object], capsys: Captured
) -> None:
    assert exit_code("map", model_path, slide, "--out", tmp_path / "a", *option) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_nothing_of_a_person_is_replaced_by_a_map(
    tmp_path: Path, model_path: Path, slide: Path, capsys: Captured
) -> None:
    out, elsewhere = tmp_path / "maps", tmp_path / "elsewhere"
    (out / "scan").mkdir(parents=True)
    elsewhere.mkdir()
    (elsewhere / "theirs.txt").write_text("precious")
    command = ("map", model_path, slide, "--out", out, "--field", 64, "--stride", 64)
    (out / "scan" / "cells.csv").write_text("precious")
    assert exit_code(*command) == 2
    assert "cells.csv exists already" in capsys.readouterr().err
    assert (out / "scan" / "cells.csv").read_text() == "precious"
    # A link is replaced, not what it leads to.
    (out / "scan" / "map.zarr").symlink_to(elsewhere)
    assert exit_code(*command, "--overwrite") == 0
    assert [path.name for path in elsewhere.iterdir()] == ["theirs.txt"]
    assert len(pd.read_csv(out / "scan" / "cells.csv")) == 6


def test_rows_that_another_map_has_left_are_not_taken_for_done(
    tmp_path: Path, model_path: Path, slide: Path
) -> None:
    command = ("map", model_path, slide, "--out", tmp_path, "--field", 64, "--stride", 64)
    assert exit_code(*command) == 0
    tables = {path: path.read_bytes() for path in (tmp_path / "scan").glob("*.csv")}
    tifffile.imwrite(slide, np.zeros((128, 192, 3), np.uint8), photometric="rgb", tile=(64, 64))
    (tmp_path / "scan" / "map.json").unlink()
    assert exit_code(*command) == 2
    assert exit_code(*command, "--overwrite") == 0
    assert all(path.read_bytes() != before for path, before in tables.items() if path.name == "cells.csv")


def test_a_map_is_not_written_into_its_slide_or_where_another_process_writes(
    tmp_path: Path, model_path: Path, slide: Path, capsys: Captured
) -> None:
    zarr = tmp_path / "section"
    zarr.mkdir()
    assert exit_code("map", model_path, zarr, "--out", tmp_path) == 2
    assert "is in a slide" in " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert not list(zarr.iterdir())
    (tmp_path / "scan").mkdir()
    with FileLock(tmp_path / "scan" / LOCK):
        assert exit_code("map", model_path, slide, "--out", tmp_path, "--field", 64, "--stride", 64) == 2
    assert "written by another process" in capsys.readouterr().err
