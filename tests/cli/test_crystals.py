"""`crystals` writes labels, a table and an overlay for every image it can use."""

from __future__ import annotations

import dataclasses
import inspect
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile
from PIL import Image

from napari_rocks2net.cli import main
from napari_rocks2net.cli.crystals import crystals as crystals_verb
from napari_rocks2net.crystals import (
    CrystalClassifier,
    SamSegmenter,
    SamSettings,
    SegmentationSettings,
    class_colours,
    measure_crystals,
    segment_crystals,
)
from napari_rocks2net.crystals.measuring.plots import save_histograms, save_rose_diagram
from napari_rocks2net.crystals.synthetic import SemImage, draw_sem_image
from napari_rocks2net.pixel_scale import read_pixel_size

Captured = pytest.CaptureFixture[str]
SIZE = 24


def exit_code(*arguments: object) -> int:
    """Run the command line and return its exit code."""
    with pytest.raises(SystemExit) as caught:
        main(["crystals", *(str(argument) for argument in arguments)])
    return int(caught.value.code or 0)


@pytest.fixture(scope="module")
def sem_image() -> SemImage:
    """A dozen crystals, 24 px across, with the instrument's bar."""
    return draw_sem_image((120, 144), diameter=SIZE, coverage=0.4, info_bar=True, seed=2)


@pytest.fixture
def photo(tmp_path: Path, sem_image: SemImage) -> Path:
    """The drawn image as a PNG, which says nothing of its scale."""
    path = tmp_path / "images" / "micrite [1].png"
    path.parent.mkdir()
    Image.fromarray(sem_image.image).save(path)
    return path


def test_the_files_hold_what_the_functions_return(tmp_path: Path, photo: Path, sem_image: SemImage) -> None:
    out = tmp_path / "out"
    assert exit_code(photo, "--size", SIZE, "--pixel-size", 0.02, "--out", out) == 0
    expected = segment_crystals(sem_image.image, SegmentationSettings(size=SIZE), 0.02)
    assert expected.max() > 3
    labels = tifffile.imread(out / "micrite [1]_labels.tif")
    assert labels.dtype == np.int32
    np.testing.assert_array_equal(labels, expected)
    table = pd.read_csv(out / "micrite [1]_crystals.csv")
    assert table.columns[:3].tolist() == ["file", "unit", "label"]
    assert set(table["file"]) == {str(photo)}
    assert set(table["unit"]) == {"µm"}
    measured = measure_crystals(expected, sem_image.image, 0.02, "µm")
    pd.testing.assert_frame_equal(
        table.drop(columns=["file", "unit"]), measured, check_dtype=False, rtol=1e-5, check_names=False
    )


def test_the_overlay_differs_from_the_image_inside_crystals_only(
    tmp_path: Path, photo: Path, sem_image: SemImage
) -> None:
    assert exit_code(photo, "--size", SIZE, "--out", tmp_path) == 0
    labels = tifffile.imread(tmp_path / "micrite [1]_labels.tif")
    overlay = np.asarray(Image.open(tmp_path / "micrite [1]_overlay.png"))
    assert overlay.shape == (*sem_image.image.shape, 3)
    coloured = (overlay != overlay[..., :1]).any(axis=2)
    assert set(np.unique(labels[coloured])) == set(range(1, labels.max() + 1))
    # Every pixel beside another label is on the line.
    beside = np.zeros_like(coloured)
    beside[:, 1:] = (labels[:, 1:] != labels[:, :-1]) & (labels[:, 1:] > 0)
    assert coloured[beside].all()


def test_the_scale_of_the_file_is_used_and_handed_on(
    tmp_path: Path, sem_image: SemImage, capsys: Captured
) -> None:
    path = tmp_path / "scaled.tif"
    pixels = 1e4 / sem_image.pixel_size
    deep = sem_image.image.astype(np.uint16) * 100
    tifffile.imwrite(path, deep, resolution=(pixels, pixels), resolutionunit="CENTIMETER")
    size = SIZE * sem_image.pixel_size
    assert exit_code(path, "--size", size, "--size-unit", "micrometre", "--out", tmp_path / "out") == 0
    written = read_pixel_size(tmp_path / "out" / "scaled_labels.tif")
    assert written is not None
    assert written.micrometres == pytest.approx(sem_image.pixel_size, rel=1e-4)
    table = pd.read_csv(tmp_path / "out" / "scaled_crystals.csv")
    assert table["equivalent_diameter"].median() == pytest.approx(size, rel=0.4)
    # Intensities are those of the sixteen bits.
    labels = tifffile.imread(tmp_path / "out" / "scaled_labels.tif")
    assert table["intensity_mean"][0] == pytest.approx(deep[labels == 1].mean(), rel=1e-4)
    output = capsys.readouterr().out
    assert "TIFF resolution" in output
    assert f"{len(table)} crystals in 1 of 1 images." in output


def test_the_options_are_the_settings() -> None:
    options = inspect.signature(crystals_verb).parameters
    for field in dataclasses.fields(SegmentationSettings):
        assert options[field.name].default == field.default


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (["--no-crop-info-bar"], {"crop_info_bar": False}),
        (["--no-keep-border"], {"keep_border": False}),
        (["--dark"], {"dark": True}),
        (["--splitting", 0.9, "--sensitivity", 0.8], {"splitting": 0.9, "sensitivity": 0.8}),
        (["--size-range", 0.5, 1.6, "--denoising", 2], {"size_range": (0.5, 1.6), "denoising": 2.0}),
    ],
)
def test_every_setting_reaches_the_segmentation(
    tmp_path: Path, photo: Path, sem_image: SemImage, options: list[object], settings: dict[str, object]
) -> None:
    assert exit_code(photo, "--size", SIZE, "--levels", 3, *options, "--out", tmp_path) == 0
    expected = segment_crystals(sem_image.image, SegmentationSettings(size=SIZE, levels=3, **settings))
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "micrite [1]_labels.tif"), expected)


def test_an_image_without_crystals_gets_an_empty_table(tmp_path: Path, capsys: Captured) -> None:
    Image.fromarray(np.full((40, 40), 90, np.uint8)).save(tmp_path / "even.png")
    assert exit_code(tmp_path / "even.png", "--out", tmp_path / "out") == 0
    assert "even.png: no crystals (no pixel size)." in capsys.readouterr().out
    table = pd.read_csv(tmp_path / "out" / "even_crystals.csv")
    assert table.empty
    assert "area" in table.columns


def test_a_region_over_most_of_the_image_is_doubted(tmp_path: Path, capsys: Captured) -> None:
    y, x = np.ogrid[-120:120, -120:120]
    Image.fromarray(np.where(y**2 + x**2 < 100**2, 200, 20).astype(np.uint8)).save(tmp_path / "ground.png")
    assert exit_code(tmp_path / "ground.png", "--out", tmp_path / "out") == 0
    assert "One region covers 5" in " ".join(capsys.readouterr().out.split())


def test_a_bad_image_costs_one_line_not_the_batch(tmp_path: Path, photo: Path, capsys: Captured) -> None:
    folder = photo.parent
    (folder / "broken.tif").write_bytes(b"II*\0 no more")
    (folder / "empty.png").touch()
    Image.fromarray(np.zeros((4, 50), np.uint8)).save(folder / "flat.png")
    assert exit_code(folder, folder / "gone.tif", "--size", SIZE, "--out", tmp_path / "out") == 0
    captured = capsys.readouterr()
    lines = [line for line in captured.err.splitlines() if line.startswith("Left out: ")]
    assert len(lines) == 4
    for name in ("broken.tif", "empty.png", "flat.png", "gone.tif"):
        assert sum(name in line for line in lines) == 1
    assert "in 1 of 5 images, 4 left out." in captured.out
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_files_of_an_earlier_run_are_replaced_on_request_only(
    tmp_path: Path, photo: Path, capsys: Captured
) -> None:
    table = tmp_path / "micrite [1]_crystals.csv"
    table.write_text("corrected by hand", encoding="utf-8")
    arguments = (photo, "--size", SIZE, "--out", tmp_path)
    assert exit_code(*arguments) == 2
    assert table.read_text(encoding="utf-8") == "corrected by hand"
    assert "micrite [1]_crystals.csv exists already; replace it with --overwrite." in capsys.readouterr().err
    assert not (tmp_path / "micrite [1]_labels.tif").exists()
    assert exit_code(*arguments, "--overwrite") == 0
    assert table.read_text(encoding="utf-8").startswith("file,unit,label,")


@pytest.mark.parametrize("end", ["labels.tif", "crystals.csv", "overlay.png"])
def test_an_image_of_which_a_killed_run_has_written_one_file_is_done_again(
    tmp_path: Path, photo: Path, capsys: Captured, end: str
) -> None:
    arguments = (photo, "--size", SIZE, "--levels", 2, "--out", tmp_path / "out")
    assert exit_code(*arguments) == 0
    complete = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    for name in complete:
        if not name.endswith(end):
            (tmp_path / "out" / name).unlink()
    assert exit_code(*arguments) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == complete
    assert exit_code(*arguments) == 2, "now it is finished"
    assert "exists already" in capsys.readouterr().err


def test_a_run_that_ends_between_two_files_is_made_good_by_the_next(
    tmp_path: Path, photo: Path, crystal_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_rocks2net.crystals import files

    arguments = (photo, "--size", SIZE, "--levels", 2, "--model", crystal_model, "--out", tmp_path / "out")
    with monkeypatch.context() as killed:
        killed.setattr(files, "atomic_write_png", lambda *_: os.kill(os.getpid(), signal.SIGINT))
        with pytest.raises((SystemExit, KeyboardInterrupt)):
            main(["crystals", *map(str, arguments)])
    assert not (tmp_path / "out" / "micrite [1]_overlay.png").exists()
    assert exit_code(*arguments) == 0
    ends = {path.name.rpartition("_")[2] for path in (tmp_path / "out").iterdir()}
    assert ends == {"labels.tif", "crystals.csv", "overlay.png", "classes.csv"}


def test_classes_given_by_hand_are_no_leftover_of_a_killed_run(
    tmp_path: Path, photo: Path, capsys: Captured
) -> None:
    arguments = (photo, "--size", SIZE, "--levels", 2, "--out", tmp_path)
    assert exit_code(*arguments) == 0
    path = tmp_path / "micrite [1]_crystals.csv"
    pd.read_csv(path).assign(**{"class": "rhombic"}).to_csv(path, index=False)
    named = path.read_bytes()
    (tmp_path / "micrite [1]_overlay.png").unlink()
    assert exit_code(*arguments) == 2
    assert path.read_bytes() == named
    assert "micrite [1]_crystals.csv exists already" in capsys.readouterr().err


def test_what_a_killed_process_has_left_half_written_is_removed(tmp_path: Path, photo: Path) -> None:
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True)
    for name in (f".a_labels.tif.{int(dead.stdout)}.part", f".a_labels.tif.{os.getpid()}.part", "notes.part"):
        (tmp_path / name).write_bytes(b"half")
    assert exit_code(photo, "--size", SIZE, "--levels", 1, "--out", tmp_path) == 0
    left = {path.name for path in tmp_path.glob("*.part")} | {path.name for path in tmp_path.glob(".*.part")}
    assert left == {f".a_labels.tif.{os.getpid()}.part", "notes.part"}, "another run, and a person's file"


def test_a_name_of_240_characters_costs_one_line(tmp_path: Path, photo: Path, capsys: Captured) -> None:
    """Field case 21."""
    long = photo.with_name("m" * 236 + ".png")
    long.write_bytes(photo.read_bytes())
    out = tmp_path / "out"
    assert exit_code(photo.parent, "--size", SIZE, "--levels", 1, "--out", out) == 0
    captured = capsys.readouterr()
    (line,) = (line for line in captured.err.splitlines() if line.startswith("Left out: "))
    assert "too long" in line
    assert "in 1 of 2 images, 1 left out." in captured.out
    assert sorted(path.name for path in out.iterdir()) == [
        f"micrite [1]_{end}" for end in ("crystals.csv", "labels.tif", "overlay.png")
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="names are text there")
def test_a_name_that_is_no_text_costs_one_line(tmp_path: Path, photo: Path, capsys: Captured) -> None:
    (photo.parent / os.fsdecode(b"a\xff.png")).write_bytes(photo.read_bytes())
    assert exit_code(photo.parent, "--size", SIZE, "--levels", 1, "--out", tmp_path / "out") == 0
    captured = capsys.readouterr()
    assert "no text in UTF-8" in captured.err
    assert "in 1 of 2 images, 1 left out." in captured.out


@pytest.mark.skipif(sys.platform == "win32", reason="links need a permission there")
def test_links_in_a_circle_and_too_little_memory_cost_a_line_each(
    tmp_path: Path, photo: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_rocks2net.crystals import files
    from napari_rocks2net.crystals import segment_crystals as segment

    circle, large = photo.with_name("circle.png"), photo.with_name("large.png")
    circle.symlink_to(circle)
    large.write_bytes(photo.read_bytes())
    sizes = iter([True, False])

    def segment_or_fail(*arguments: object) -> object:
        if next(sizes):
            raise MemoryError
        return segment(*arguments)

    monkeypatch.setattr(files, "segment_crystals", segment_or_fail)
    arguments = (circle, large, photo, "--size", SIZE, "--levels", 1, "--out", tmp_path / "out")
    assert exit_code(*arguments) == 0
    captured = capsys.readouterr()
    lines = [line for line in captured.err.splitlines() if line.startswith("Left out: ")]
    assert len(lines) == 2
    assert "circle.png" in lines[0]
    assert "large.png needs more memory than there is" in lines[1]
    assert "in 1 of 3 images, 2 left out." in captured.out


def test_results_are_never_taken_for_sem_images(tmp_path: Path, photo: Path, capsys: Captured) -> None:
    """Field case 20."""
    sem, arguments = photo.parent, ("--size", SIZE, "--levels", 1)
    assert exit_code(sem, *arguments, "--out", sem / "first") == 0
    table = measure_crystals(np.eye(9, dtype=int))
    save_histograms(table, sem / "first" / "micrite [1]_histograms.png", ["area"])
    save_rose_diagram(table, sem / "first" / "micrite [1]_rose.png")
    capsys.readouterr()
    assert exit_code(sem, *arguments, "--out", sem / "second") == 0
    captured = capsys.readouterr()
    assert "in 1 of 1 images." in captured.out
    assert "4 files passed over" in captured.err
    assert "micrite [1]_overlay.png (result of this program)" in " ".join(captured.err.split())
    assert len(list((sem / "second").iterdir())) == 3
    labels = sem / "first" / "micrite [1]_labels.tif"
    assert exit_code(photo, labels, *arguments, "--out", tmp_path / "third") == 0
    assert "micrite [1]_labels.tif is a result of this program" in " ".join(capsys.readouterr().err.split())
    assert exit_code(labels, *arguments, "--out", tmp_path / "fourth") == 2
    assert "give the SEM images" in capsys.readouterr().err


def test_a_photo_with_the_name_of_a_result_is_a_photo(tmp_path: Path, photo: Path) -> None:
    named = photo.rename(photo.with_name("shell_overlay.png"))
    assert exit_code(named, "--size", SIZE, "--levels", 1, "--out", tmp_path / "out") == 0
    assert (tmp_path / "out" / "shell_overlay_labels.tif").exists()


def test_images_of_one_name_get_files_of_their_own(tmp_path: Path, sem_image: SemImage) -> None:
    paths = [tmp_path / "a" / "1.png", tmp_path / "b" / "1.png", tmp_path / "b" / "1.tif"]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(sem_image.image).save(path)
    arguments = ("--size", SIZE, "--levels", 1)
    assert exit_code(*paths[:2], paths[0], *arguments, "--out", tmp_path / "two") == 0
    tables = sorted(path.name for path in (tmp_path / "two").glob("*.csv"))
    assert tables == ["a_1_crystals.csv", "b_1_crystals.csv"]
    assert exit_code(*paths, *arguments, "--out", tmp_path / "three") == 0
    tables = sorted(path.name for path in (tmp_path / "three").glob("*.csv"))
    assert tables == ["a_1.png_crystals.csv", "b_1.png_crystals.csv", "b_1.tif_crystals.csv"]


def test_an_image_is_never_replaced_by_what_is_written(
    tmp_path: Path, sem_image: SemImage, capsys: Captured
) -> None:
    first, second = tmp_path / "x.tif", tmp_path / "x_labels.tif"
    for path in (first, second):
        Image.fromarray(sem_image.image).save(path)
    assert exit_code(first, second, "--out", tmp_path, "--overwrite") == 2
    assert "x_labels.tif is one of the images and would be replaced" in capsys.readouterr().err
    np.testing.assert_array_equal(tifffile.imread(second), sem_image.image)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--splitting", 2], "--splitting"),
        (["--size", -3], "The crystal size is -3.0"),
        (["--pixel-size", 0], "The pixel size (given) is 0"),
        (["--size", 5, "--size-unit", "micrometre"], "the pixel size is not known"),
        (["--size-unit", "inch"], "inch"),
        (["--size-range", 2, 3], "The size range is (2.0, 3.0)"),
    ],
)
def test_wrong_options_are_bad_input(
    tmp_path: Path, photo: Path, capsys: Captured, options: list[object], named: str
) -> None:
    assert exit_code(photo, *options, "--out", tmp_path / "out") == 2
    error = capsys.readouterr().err
    assert named in error
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


def test_a_model_names_the_crystals_in_table_overlay_and_shares(
    tmp_path: Path, photo: Path, crystal_model: Path, capsys: Captured
) -> None:
    assert exit_code(photo, "--size", SIZE, "--levels", 3, "--model", crystal_model, "--out", tmp_path) == 0
    table = pd.read_csv(tmp_path / "micrite [1]_crystals.csv", index_col="label")
    labels = tifffile.imread(tmp_path / "micrite [1]_labels.tif")
    expected = CrystalClassifier.load(crystal_model).classify(np.asarray(Image.open(photo)), labels)
    assert table["class"].to_dict() == expected["class"].to_dict()
    np.testing.assert_allclose(table["p_rounded"], expected["p_rounded"], rtol=1e-4, atol=1e-6)
    shares = pd.read_csv(tmp_path / "micrite [1]_classes.csv")
    assert shares["class"].tolist() == ["rhombic", "rounded", "framboid"]
    assert shares["count"].sum() == len(table)
    assert shares["area_percent"].sum() == pytest.approx(100, abs=0.01)
    overlay = np.asarray(Image.open(tmp_path / "micrite [1]_overlay.png"))
    # A legend stands below the picture.
    assert overlay.shape[0] > labels.shape[0]
    assert overlay.shape[1] == labels.shape[1]
    colours = class_colours(expected["class"].unique())
    seen = {f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in overlay.reshape(-1, 3)}
    assert set(colours.values()) <= seen
    assert "rounded" in capsys.readouterr().out
    # Shares of another run do not stay beside a table without classes.
    assert exit_code(photo, "--size", SIZE, "--levels", 1, "--out", tmp_path, "--overwrite") == 0
    assert not (tmp_path / "micrite [1]_classes.csv").exists()


def test_sam_segments_with_its_settings(
    tmp_path: Path, photo: Path, sam_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[SamSettings] = []
    segment = SamSegmenter.segment

    def spy(self: SamSegmenter, embedding: object, settings: SamSettings, *rest: object) -> np.ndarray:
        seen.append(settings)
        return segment(self, embedding, settings, *rest)

    monkeypatch.setattr(SamSegmenter, "segment", spy)
    options = ["--points-per-side", 2, "--predicted-iou", 0, "--stability", 0, "--no-keep-border"]
    sam = ("--segmenter", "sam", "--checkpoint", sam_folder)
    assert exit_code(photo, *sam, *options, "--out", tmp_path) == 0
    assert seen == [SamSettings(points_per_side=2, predicted_iou=0, stability=0, drop_border=True)]
    assert tifffile.imread(tmp_path / "micrite [1]_labels.tif").dtype == np.int32


def test_the_options_of_sam_are_its_settings() -> None:
    options = inspect.signature(crystals_verb).parameters
    for field in dataclasses.fields(SamSettings):
        if field.name != "drop_border":
            assert options[field.name].default == field.default


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--segmenter", "sam"], "--segmenter sam needs a --checkpoint"),
        (["--checkpoint", "facebook/sam-vit-base"], "is for --segmenter sam"),
        (["--segmenter", "sam", "--checkpoint", "gone"], "There is no folder gone with a SAM checkpoint"),
        (["--model", "gone.safetensors"], "There is no model file gone.safetensors"),
    ],
)
def test_missing_models_are_bad_input(
    tmp_path: Path, photo: Path, capsys: Captured, options: list[str], named: str
) -> None:
    assert exit_code(photo, *options, "--out", tmp_path / "out") == 2
    assert named in " ".join(capsys.readouterr().err.replace("│", " ").split())
