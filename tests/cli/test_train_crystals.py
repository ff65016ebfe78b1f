"""`train-crystals` trains on the tables of `crystals` with classes filled in."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import tifffile
from PIL import Image
from tests.crystals.classification.conftest import squares

from napari_rocks2net.cli import main
from napari_rocks2net.model_file import read_card

Captured = pytest.CaptureFixture[str]


def exit_code(*arguments: object) -> int:
    """Run the command line and return its exit code."""
    with pytest.raises(SystemExit) as caught:
        main(["train-crystals", *(str(argument) for argument in arguments)])
    return int(caught.value.code or 0)


@pytest.fixture
def tables(tmp_path: Path) -> list[Path]:
    """Three images of eight crystals with tables and labels as `crystals` writes them."""
    paths = []
    for number in range(3):
        item = squares(f"mount {number}", 4, number)
        Image.fromarray(item.image).save(tmp_path / f"{item.name}.png")
        tifffile.imwrite(tmp_path / f"{item.name}_labels.tif", item.labels)
        rows = pd.DataFrame(
            {"file": f"{item.name}.png", "label": list(item.classes), "class": item.classes.values()}
        )
        paths.append(tmp_path / f"{item.name}_crystals.csv")
        rows.to_csv(paths[-1], index=False)
    return paths


def test_tables_become_a_model(tmp_path: Path, tables: list[Path], capsys: Captured) -> None:
    run = tmp_path / "run"
    options = ["--model", "microcrystalnet_deposited", "--epochs", 1, "--margin", 0.3, "--zero-background"]
    (tmp_path / "text.csv").write_text("no table", encoding="utf-8")
    bad = (tmp_path / "text.csv", tmp_path / "gone.csv", tmp_path)
    assert exit_code(*bad, *tables, *options, "--accelerator", "cpu", "--out", run) == 0
    card = read_card(run / "model.safetensors")
    assert card.architecture == "microcrystalnet_deposited"
    assert card.properties[0].classes == ("bright", "dim")
    assert card.crop == {"margin": 0.3, "zero_background": True}
    assert "=" not in (run / "training_pictures.txt").read_text(encoding="utf-8")
    assert card.data == "24 crystals of 3 SEM images, split by image"
    split = pd.read_csv(run / "samples.csv").groupby("group")["split"].nunique()
    assert split.to_dict() == {f"mount {number}.png": 1 for number in range(3)}
    lines = capsys.readouterr().err
    assert "24 crystals of 3 SEM images" in lines
    assert lines.count("Left out: ") == len(bad)
    # The folder holds a run now.
    assert exit_code(*tables, *options, "--out", run) == 2


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--model", "resnet"], "There is no network 'resnet'"),
        (["--margin", "3"], "--margin"),
        (["--size", "50"], "--size"),
    ],
)
def test_wrong_options_are_bad_input(
    tmp_path: Path, tables: list[Path], capsys: Captured, options: list[str], named: str
) -> None:
    assert exit_code(*tables, *options, "--out", tmp_path / "run") == 2
    assert named in " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert not (tmp_path / "run").exists()


def test_tables_without_classes_are_bad_input(tmp_path: Path, tables: list[Path], capsys: Captured) -> None:
    for table in tables:
        pd.read_csv(table).assign(**{"class": ""}).to_csv(table, index=False)
    assert exit_code(*tables, "--out", tmp_path / "run") == 2
    assert "No crystal has a class" in capsys.readouterr().err
