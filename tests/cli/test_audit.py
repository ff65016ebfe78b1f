"""The verb audit: one report of a collection, one line for a bad photo, nothing replaced unasked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.command_line import exit_code


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *name: str(tmp_path / "cache"))


def test_an_audit_of_two_observers(labels_csv: Path, tmp_path: Path, capsys) -> None:
    frame = pd.read_csv(labels_csv)
    frame["other"] = ["schist à grenat", *frame["rock"][1:]]
    frame.to_csv(labels_csv, index=False)
    (labels_csv.parent / frame["file"][5]).write_bytes(b"no picture")
    out = tmp_path / "report"
    command = ["audit", labels_csv, "--property", "rock", "--second", "other", "--group", "section"]
    assert exit_code(*command, "--out", out) == 0
    output = capsys.readouterr()
    assert output.err.count("Left out: ") == 1
    assert "Both agree on 96% of 24 photos: kappa 0.92" in output.out
    assert "50 more photos may add" in output.out
    assert len(pd.read_csv(out / "label_errors.csv")) == 23
    assert exit_code(*command, "--out", out) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert exit_code(*command[:4], "--group", "section", "--out", out, "--overwrite") == 0
    assert not (out / "disagreements.csv").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [(["--second", "light"], "--second needs --property"), (["--property", "colour"], "colour")],
)
def test_wrong_columns_cost_one_sentence(labels_csv: Path, tmp_path: Path, options, sentence, capsys) -> None:
    assert exit_code("audit", labels_csv, *options, "--out", tmp_path / "report") == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "report").exists()
