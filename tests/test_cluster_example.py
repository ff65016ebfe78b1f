"""The script for many machines that the documentation shows, on workers of this process."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from distributed import LocalCluster
from PIL import Image

from napari_rocks2net.classify import RockClassifier

SCRIPT = Path(__file__).parents[1] / "docs" / "examples" / "classify_on_a_cluster.py"


@pytest.fixture
def scheduler() -> Any:
    """The address of a scheduler with one worker."""
    options = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with LocalCluster(**options, protocol="tcp", host="127.0.0.1") as cluster:
        yield cluster.scheduler_address


def test_every_photo_is_in_a_table_and_tables_are_made_once(
    tmp_path: Path, model_path: Path, scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    rng = np.random.default_rng(0)
    for number in range(4):
        Image.fromarray(rng.integers(0, 256, (50, 60, 3), np.uint8)).save(photos / f"{number}.png")
    (photos / "9.png").write_bytes(b"no picture")
    script = runpy.run_path(str(SCRIPT))
    script["main"].__globals__["PHOTOS_AT_ONCE"] = 2
    script["main"](str(model_path), str(photos), str(tmp_path / "out"), scheduler)

    tables = sorted((tmp_path / "out").glob("*.csv"))
    rows = pd.concat([pd.read_csv(table) for table in tables], ignore_index=True)
    assert len(tables) == 3
    assert rows["file"].tolist() == [str(photos / f"{number}.png") for number in range(4)]
    expected = RockClassifier.load(model_path).predict(photos / "3.png").only
    assert rows["label"][3] == expected.label
    assert rows["probability"][3] == pytest.approx(expected.probability, abs=1e-5)
    assert "9.png" in capsys.readouterr().err

    tables[0].write_text("kept")
    tables[1].unlink()
    script["main"](str(model_path), str(photos), str(tmp_path / "out"), scheduler)
    assert tables[0].read_text() == "kept"
    assert len(pd.read_csv(tables[1])) == 2
