"""`synthesize` draws collections that `train` reads, and slides of any size."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile

from napari_rocks2net.cli import main
from napari_rocks2net.imaging import list_images
from napari_rocks2net.samples import load_samples
from napari_rocks2net.synthetic import draw_section, draw_slide


def exit_code(*arguments: object) -> int:
    """Run the command line and return its exit code."""
    with pytest.raises(SystemExit) as caught:
        main(["synthesize", *(str(argument) for argument in arguments)])
    return int(caught.value.code or 0)


def test_a_collection_is_a_labelled_data_set_with_section_groups(tmp_path: Path) -> None:
    out = tmp_path / "sections"
    arguments = ("--property", "mixture", "--per-class", 2, "--photos", 2, "--size", 16, "--out", out)
    assert exit_code(*arguments) == 0
    table = pd.read_csv(out / "labels.csv")
    assert len(table) == 7 * 2 * 2
    assert table.groupby("section").size().unique().tolist() == [2]
    samples = load_samples(out / "labels.csv", property="mixture", group="section")
    assert set(samples.only.classes) == set(table["mixture"])


def test_a_slide_is_written_with_its_truth(tmp_path: Path) -> None:
    arguments = ("--slide", "40x50", "--property", "basic category", "--recipe", "slate", "--seed", 2)
    assert exit_code(*arguments, "--out", tmp_path) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        f"slate_{kind}.tif" for kind in ("ppl", "xpl", "grains")
    }
    grains = tifffile.imread(tmp_path / "slate_grains.tif")
    assert (grains == draw_section("slate", size=(40, 50), seed=2).identities).all()
    photos = [path.name for path in list_images(tmp_path)]
    assert photos == ["slate_ppl.tif", "slate_xpl.tif"], "the grain map is no photo"
    xpl = tifffile.imread(tmp_path / "slate_xpl.tif")
    assert xpl.shape == (40, 50, 3)
    assert xpl.dtype == np.uint8
    with tifffile.TiffFile(tmp_path / "slate_xpl.tif") as file:
        numerator, denominator = file.pages[0].tags["XResolution"].value
    assert numerator / denominator == pytest.approx(2500, rel=1e-3)


def test_flaws_are_rendered_where_they_are_asked_for(tmp_path: Path) -> None:
    slide = ("--slide", "40x50", "--recipe", "fine crystal", "--um-per-pixel", 30, "--seed", 10)
    for name, flags in (("with", ["--flaws"]), ("without", [])):
        assert exit_code(*slide, *flags, "--out", tmp_path / name) == 0
    flawed, plain = (
        tifffile.imread(tmp_path / name / "fine_crystal_ppl.tif") for name in ("with", "without")
    )
    assert (
        flawed == draw_slide("fine crystal", size=(40, 50), um_per_pixel=30, seed=10, flaws=True).ppl()
    ).all()
    assert (flawed != plain).any()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--slide", "400"), "400"),
        (("--slide", "4x5"), "4 x 5"),
        (("--property", "colour"), "colour"),
        (("--slide", "40x40", "--recipe", "huge crystal"), "huge crystal"),
        (("--slide", "40x40", "--um-per-pixel", "0"), "0.0"),
        (("--per-class", "0"), "greater than"),
    ],
)
def test_what_cannot_be_rendered_is_reported_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*arguments, "--out", tmp_path / "new") == 2
    complaint = capsys.readouterr().err
    assert named in complaint
    assert "Traceback" not in complaint
    assert not (tmp_path / "new").exists()


def test_a_disk_without_room_costs_a_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(path: Path, *_: object, **__: object) -> None:
        """Write a part, as a disk does that becomes full."""
        path.write_bytes(b"II*")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tifffile, "imwrite", write)
    assert (
        exit_code("--slide", "40x50", "--recipe", "slate", "--property", "basic category", "--out", tmp_path)
        == 2
    )
    assert "No space left on device: free some, or name an output elsewhere." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
