"""The script for SLURM that the documentation shows, on a cluster in this process instead of SLURM's."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from napari_rocks2net.classify import RockClassifier

SCRIPT = Path(__file__).parents[1] / "docs" / "examples" / "run_on_slurm.py"


def test_the_script_runs_a_verb_on_the_workers_of_a_cluster(
    tmp_path: Path, model_path: Path, scheduler: str, write_photo: Callable[..., Path]
) -> None:
    photos = [write_photo(tmp_path / "photos" / f"{number}.png", seed=number) for number in range(3)]
    table = tmp_path / "predictions.csv"
    script = runpy.run_path(str(SCRIPT))
    with pytest.raises(SystemExit) as end:
        script["run"](
            SimpleNamespace(scheduler_address=scheduler),
            ["predict", str(model_path), str(tmp_path / "photos"), "--out", str(table)],
        )
    assert end.value.code == 0
    rows = pd.read_csv(table)
    assert rows["file"].tolist() == list(map(str, photos))
    expected = RockClassifier.load(model_path).predict(photos[2]).only
    assert rows["probability"][2] == pytest.approx(expected.probability, abs=1e-5)
