"""The command line: what it writes, what it says, and its exit codes."""

from __future__ import annotations

import dataclasses
import inspect
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tifffile
import torch
from PIL import Image
from tests.command_line import exit_code

from napari_rocks2net import model_file, training
from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.cli import main
from napari_rocks2net.cli.train import train as train_verb
from napari_rocks2net.demo import DEMO_MODEL, demo_sections
from napari_rocks2net.imaging import list_images, read_image
from napari_rocks2net.model_file import built_in_models, read_card, resolve_model
from napari_rocks2net.training import CrossValidation, FoldStarted, TrainingConfig, load_run_part

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three photos whose names are awkward, one of them grey."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "photos of [Übersee]"
    folder.mkdir()
    shapes = {"a photo.png": (50, 80, 3), "b,1.tif": (90, 40), "sub.jpg": (64, 64, 3)}
    for name, shape in shapes.items():
        Image.fromarray(rng.integers(0, 256, shape, np.uint8)).save(folder / name)
    return sorted(folder.iterdir())


def test_predict_writes_what_the_classifier_says(
    tmp_path: Path, model_path: Path, photos: list[Path], capsys: Captured
) -> None:
    out = tmp_path / "new" / "predictions.csv"
    assert exit_code("predict", model_path, *photos, "--out", out, "--device", "cpu") == 0
    table = pd.read_csv(out)
    assert table.columns[:9].tolist() == [
        *["file", "property", "label", "probability", "unfamiliar"],
        *["area_y0", "area_x0", "area_y1", "area_x1"],
    ]
    assert table["file"].tolist() == [str(photo) for photo in photos]
    classifier = RockClassifier.load(model_path, device="cpu")
    for (_, row), photo in zip(table.iterrows(), photos, strict=True):
        expected = classifier.predict(photo).only
        assert row["label"] == expected.label
        for name, probability in expected.probabilities.items():
            assert row[f"p_{name}"] == pytest.approx(probability, abs=1e-4)
        assert expected.critical_area is not None
        assert row[["area_y0", "area_x0", "area_y1", "area_x1"]].tolist() == pytest.approx(
            expected.critical_area.box, rel=1e-4
        )
    captured = capsys.readouterr()
    assert "3 of 3 images classified" in captured.out
    assert "CPU" in captured.err


def test_predict_takes_folders_and_several_models(
    tmp_path: Path, model_path: Path, one_stream_model_path: Path, photos: list[Path]
) -> None:
    out = tmp_path / "predictions.csv"
    assert (
        exit_code("predict", model_path, photos[0].parent, "--also", one_stream_model_path, "--out", out) == 0
    )
    table = pd.read_csv(out)
    assert table["file"].tolist() == [str(photo) for photo in photos for _ in range(2)]
    assert table["property"].tolist() == ["lithology", "matrix"] * 3
    assert table.loc[table["property"] == "matrix", "area_y0"].isna().all()


def test_turns_are_asked_for_by_one_option(
    tmp_path: Path, one_stream_model_path: Path, photos: list[Path]
) -> None:
    arguments = ["predict", one_stream_model_path, photos[0], "--device", "cpu", "--backend", "torch"]
    assert exit_code(*arguments, "--tta", "--out", tmp_path / "turned.csv") == 0
    turning = RockClassifier.load(one_stream_model_path, device="cpu", backend="torch", tta=True)
    answer = pd.read_csv(tmp_path / "turned.csv").iloc[0]
    assert answer["probability"] == pytest.approx(turning.predict(photos[0]).only.probability, abs=1e-4)
    once = RockClassifier.load(one_stream_model_path, device="cpu", backend="torch").predict(photos[0]).only
    assert answer[f"p_{once.label}"] != pytest.approx(once.probability, abs=1e-4)


def test_predict_says_what_it_passes_over(
    tmp_path: Path, model_path: Path, photos: list[Path], capsys: Captured
) -> None:
    folder = photos[0].parent
    (folder / "phone.heic").touch()
    assert exit_code("predict", model_path, folder, "--out", tmp_path / "predictions.csv") == 0
    notes = " ".join(capsys.readouterr().err.split())
    assert "1 file passed over: phone.heic (HEIC: export it as JPEG, PNG or TIFF)." in notes


def test_predict_gives_every_page_and_plane_a_row(
    tmp_path: Path, model_path: Path, rng: np.random.Generator, capsys: Captured
) -> None:
    folder, pages = tmp_path / "stacks", rng.integers(0, 256, (3, 40, 50, 3), np.uint8)
    folder.mkdir()
    tifffile.imwrite(folder / "a pages.tif", pages, photometric="rgb")
    # Red, green and blue in three pages are one photo.
    tifffile.imwrite(
        folder / "b channels.ome.tif", np.moveaxis(pages[0], -1, 0), photometric="minisblack",
        metadata={"axes": "CYX"},
    )  # fmt: skip
    tifffile.imwrite(
        folder / "c hyper.ome.tif", pages[..., 0].repeat(2, axis=0).reshape(3, 2, 40, 50),
        photometric="minisblack", metadata={"axes": "TZYX"},
    )  # fmt: skip
    frames = [Image.fromarray(page).quantize(64) for page in pages[:2]]
    frames[0].save(folder / "d turning.gif", save_all=True, append_images=frames[1:])
    Image.fromarray(pages[0]).save(folder / "e photo.png")
    out = tmp_path / "out.csv"
    assert exit_code("predict", model_path, folder, "--out", out, "--device", "cpu") == 0
    table = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert table.groupby("file", sort=True)["plane"].agg(list).tolist() == [
        ["0", "1", "2"], [""], ["0,0", "0,1", "1,0", "1,1", "2,0", "2,1"], ["0", "1"], [""]
    ]  # fmt: skip
    assert "13 of 13 images classified" in " ".join(capsys.readouterr().out.split())
    classifier = RockClassifier.load(model_path, device="cpu")
    for page, (_, row) in zip(pages, table.iterrows(), strict=False):
        assert float(row["probability"]) == pytest.approx(classifier.predict(page).only.probability, abs=1e-4)
    whole = out.read_bytes()
    lines = whole.splitlines(keepends=True)
    out.write_bytes(b"".join(lines[:3]) + lines[3][:30])
    assert exit_code("predict", model_path, folder, "--out", out, "--device", "cpu", "--resume") == 0
    assert out.read_bytes() == whole


def test_a_damaged_page_costs_one_line(tmp_path: Path, model_path: Path, capsys: Captured) -> None:
    stack, out = tmp_path / "stack.tif", tmp_path / "out.csv"
    pages = np.random.default_rng(0).integers(0, 256, (3, 40, 50, 3), np.uint8)
    tifffile.imwrite(stack, pages, photometric="rgb", compression="zlib")
    with tifffile.TiffFile(stack) as file:
        at, size = file.pages[1].dataoffsets[0], file.pages[1].databytecounts[0]
    content = stack.read_bytes()
    stack.write_bytes(content[:at] + b"\xff" * size + content[at + size :])
    assert exit_code("predict", model_path, stack, "--out", out) == 0
    assert pd.read_csv(out)["plane"].tolist() == [0, 2]
    shown = capsys.readouterr()
    assert "stack.tif, plane (1,)" in shown.err
    assert "2 of 3 images classified, 1 left out" in " ".join(shown.out.split())


def test_a_changed_model_is_not_gone_on_with(
    tmp_path: Path, model_path: Path, photos: list[Path], capsys: Captured
) -> None:
    model, out = tmp_path / "model.safetensors", tmp_path / "out.csv"
    shutil.copy(model_path, model)
    network, card = model_file.load_model(model_path)
    assert exit_code("predict", model, photos[0], "--out", out) == 0
    before = out.read_bytes()
    with torch.no_grad():
        next(network.parameters()).mul_(1.01)
    model_file.save_model(model, network, card)
    assert exit_code("predict", model, *photos, "--out", out, "--resume") == 2
    assert "begun with another model" in " ".join(capsys.readouterr().err.split())
    assert out.read_bytes() == before
    shutil.copy(model_path, model)
    # The same model under another name is the same.
    renamed = model.rename(tmp_path / "renamed.safetensors")
    assert exit_code("predict", renamed, *photos, "--out", out, "--resume") == 0
    assert len(pd.read_csv(out)) == 3


def test_predict_finishes_the_others_and_lists_a_bad_image(
    tmp_path: Path, model_path: Path, photos: list[Path], capsys: Captured
) -> None:
    photos[1].write_bytes(photos[1].read_bytes()[:100])
    out, gone = tmp_path / "predictions.csv", tmp_path / "gone.png"
    assert exit_code("predict", model_path, gone, *photos, "--out", out) == 0
    assert pd.read_csv(out)["file"].tolist() == [str(photos[0]), str(photos[2])]
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Left out: ")]
    assert len(lines) == 2
    assert str(gone) in lines[0]
    assert str(photos[1]) in lines[1]


def test_predict_without_a_readable_image_is_bad_input(
    tmp_path: Path, model_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "predictions.csv"
    assert exit_code("predict", model_path, tmp_path / "gone.png", "--out", out) == 2
    assert not out.exists()
    assert "Error: None of the images could be read." in capsys.readouterr().err


def test_predict_interrupted_leaves_no_table(
    tmp_path: Path, model_path: Path, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(LoadedModel, "predict_rgb", interrupted)
    assert exit_code("predict", model_path, *photos, "--out", tmp_path / "out" / "predictions.csv") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "nothing.safetensors", "a.png"], "nothing.safetensors"),
        (["predict", "MODEL", "EMPTY"], "holds no image"),
        (["predict", "MODEL", "a.png", "--device", "abacus"], "abacus"),
        (["predict", "PICKLE", "a.png"], "pickle"),
        (["evaluate", "MODEL", "nothing.csv"], "nothing.csv"),
        (["evaluate", "MODEL", "EMPTY", "--split", "test"], "it is no run"),
        (["train", "nothing.csv", "--epochs", "1"], "nothing.csv"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    model_path: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model_file, "built_in_models", lambda: {DEMO_MODEL: model_path})
    empty, pickle = tmp_path / "empty", tmp_path / "model.pt"
    empty.mkdir()
    pickle.write_bytes(b"\x80\x04 a pickle")
    places = {"MODEL": model_path, "EMPTY": empty, "PICKLE": pickle}
    assert exit_code(*(places.get(argument, argument) for argument in arguments)) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if "Running on" not in line]
    assert len(errors) == 1, errors
    assert errors[0].startswith("Error: ")
    assert message in errors[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ["predict"],
        ["predict", "model"],
        ["classify"],
        ["predict", "m", "i", "--batch-size", "0"],
        ["train", "data", "--epochs", "0"],
        ["train", "data", "--size", "100"],
        ["train", "data", "--model", "vgg"],
        ["train", "data", "--localization", "nowhere"],
        ["train", "data", "--validation", "0.6", "--test", "0.5"],
    ],
)
def test_bad_arguments_are_refused_with_exit_code_two(arguments: list[str], capsys: Captured) -> None:
    assert exit_code(*arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_fault_of_the_program_is_neither_done_nor_bad_input(
    model_path: Path, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(LoadedModel, "predict_rgb", fault)
    # Python prints the traceback and leaves with 1.
    with pytest.raises(ZeroDivisionError):
        main(["predict", str(model_path), str(photos[0])])


def test_memory_that_runs_out_is_exit_code_one(
    model_path: Path, photos: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(LoadedModel, "predict_rgb", exhausted)
    assert exit_code("predict", model_path, photos[0]) == 1
    assert "Error: Memory ran out" in capsys.readouterr().err


def test_models_lists_networks_and_built_in_models(
    model_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(model_file, "built_in_models", lambda: {"lithology": model_path})
    assert exit_code("models") == 0
    shown = capsys.readouterr().out
    for expected in ("rocks2net", "s2dnet", "dcnet", "gdnet", "densenet121", "Übergang fein", "64 px"):
        assert expected in shown


def test_models_says_when_none_is_built_in(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr(model_file, "built_in_models", dict)
    assert exit_code("models") == 0
    assert "Built-in models: none" in capsys.readouterr().out


def test_demo_writes_a_table_and_a_picture_of_each_section(tmp_path: Path, capsys: Captured) -> None:
    assert exit_code("demo", "--out", tmp_path / "demo") == 0
    table = pd.read_csv(tmp_path / "demo" / "predictions.csv")
    properties = [each.name for each in read_card(resolve_model(DEMO_MODEL)).properties]
    sections = demo_sections(properties)
    assert len(table) == len(sections) * len(properties)
    assert table["property"].tolist() == properties * len(sections)
    pictures = sorted((tmp_path / "demo").glob("*.png"))
    assert set(table["file"]) == {picture.name for picture in pictures}
    for picture in pictures:
        rgb = read_image(picture)
        assert rgb.shape[0] > rgb.shape[1], "the caption stands below the square section"
    assert list_images(tmp_path / "demo") == [], "what was drawn upon is no photo"
    shown = capsys.readouterr().out
    right = int(shown.split(f" of {len(sections)} right")[0].split()[-1])
    answers = table["label"].to_numpy().reshape(len(sections), len(properties))
    assert right == sum(
        answer[properties.index(name)] == section.recipe
        for answer, (name, section) in zip(answers, sections, strict=True)
    )
    assert right >= len(sections) // 2, "by chance one in seven would be right"


def test_train_then_evaluate_then_predict(tmp_path: Path, capsys: Captured) -> None:
    rng = np.random.default_rng(0)
    for label, level in (("bright", 190), ("dark fein", 60)):
        (tmp_path / "data" / label).mkdir(parents=True)
        for index in range(12):
            grey = rng.integers(level - 50, level + 50, (70, 80, 3)).astype(np.uint8)
            Image.fromarray(grey).save(tmp_path / "data" / label / f"s{index // 2}_{index}.png")
    run, report = tmp_path / "run", tmp_path / "report"
    settings = [
        "--model",
        "shufflenet_v2",
        "--size",
        64,
        "--epochs",
        2,
        "--batch-size",
        4,
        "--accelerator",
        "cpu",
    ]
    pattern = r"(s\d+)_"
    assert (
        exit_code(
            "train", tmp_path / "data", "--property", "tone", "--group", pattern, "--out", run, *settings
        )
        == 0
    )
    shown = capsys.readouterr().out
    assert "Epoch 2/2" in shown
    assert str(run / "model.safetensors") in shown.replace("\n", "")

    evaluated = [
        "evaluate",
        run / "model.safetensors",
        run / "samples.csv",
        "--split",
        "test",
        "--out",
        report,
    ]
    assert exit_code(*evaluated) == 0
    figures = json.loads((report / "metrics.json").read_text())
    test_figures = json.loads((run / "metrics.json").read_text())["test"]
    assert figures["confusion_matrix"] == test_figures["confusion_matrix"]
    assert figures["log_loss"] == pytest.approx(test_figures["log_loss"], abs=1e-3)

    whole = tmp_path / "whole"
    assert exit_code("evaluate", run / "model.safetensors", tmp_path / "data", "--out", whole) == 0
    shown = " ".join(capsys.readouterr().out.split())
    trained = len(load_run_part(run, "train"))
    assert f"trained on {trained} of these 24 samples" in shown
    assert shown.index("trained on") < shown.index("Accuracy")
    assert "On the samples that it was trained on: accuracy" in shown
    assert json.loads((whole / "metrics.json").read_text())["samples"] == 24 - trained
    assert pd.read_csv(whole / "predictions.csv")["trained_on"].sum() == trained

    out = tmp_path / "predictions.csv"
    capsys.readouterr()
    assert exit_code("predict", run / "model.safetensors", tmp_path / "data", "--out", out) == 0
    assert len(pd.read_csv(out)) == 24
    noted = " ".join(capsys.readouterr().err.split())
    assert f"The model was trained on {trained} of these 24 photos" in noted

    again = tmp_path / "again"
    assert exit_code("train", "--repeat", run, "--out", again) == 0
    assert (again / "metrics.json").read_bytes() == (run / "metrics.json").read_bytes()
    capsys.readouterr()
    assert exit_code("train", "--repeat", run, "--out", tmp_path / "third", "--epochs", 9) == 2
    assert "epochs cannot be given" in " ".join(capsys.readouterr().err.replace("│", " ").split())
    shutil.rmtree(run / "checkpoints")
    assert exit_code("train", tmp_path / "data", "--out", run, *settings) == 2


def test_train_wants_data_or_a_run_to_repeat(tmp_path: Path, capsys: Captured) -> None:
    assert exit_code("train", "--out", tmp_path / "run") == 2
    assert "--repeat RUN" in capsys.readouterr().err
    assert exit_code("train", "--repeat", tmp_path, "--out", tmp_path / "run") == 2
    assert "so it is no run" in capsys.readouterr().err.replace("\n", " ")


def test_folds_show_each_accuracy_and_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    asked = []

    def cross_validate(config: TrainingConfig, samples: object, folds: int, on_event: Any) -> CrossValidation:
        asked.append((config.folder, folds))
        on_event(FoldStarted(1, folds, config.folder / "fold-1"))
        figures = {
            "accuracy": 0.75,
            "accuracy_interval": [0.5, 0.875],
            "samples": 8,
            "mean": {"accuracy": 0.76},
            "standard_deviation": {"accuracy": 0.12},
            "folds": [{"accuracy": 0.675}, {"accuracy": 0.845}],
        }
        return CrossValidation(config.folder, (), figures)

    monkeypatch.setattr(training, "cross_validate", cross_validate)
    for level, name in enumerate(("granite/a.png", "basalt/b.png")):
        (tmp_path / "data" / name).parent.mkdir(parents=True)
        Image.fromarray(np.full((9, 9), level, np.uint8)).save(tmp_path / "data" / name)
    assert exit_code("train", tmp_path / "data", "--out", tmp_path / "run", "--folds", 2) == 0
    shown = capsys.readouterr().out
    assert asked == [(tmp_path / "run", 2)]
    for text in ("Fold 1 of 2", "0.675", "0.845", "0.750 (95 % interval 0.500 to 0.875, 8 samples)", "0.120"):
        assert text in shown


def test_interrupted_training_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "train", interrupted)
    for level, name in enumerate(("granite/a.png", "basalt/b.png")):
        (tmp_path / name).parent.mkdir()
        Image.fromarray(np.full((9, 9), level, np.uint8)).save(tmp_path / name)
    assert exit_code("train", tmp_path, "--out", tmp_path / "run") == 1
    assert "--resume" in capsys.readouterr().err


def test_every_training_option_is_a_field_of_the_configuration() -> None:
    options = inspect.signature(train_verb).parameters
    fields = {field.name: field.default for field in dataclasses.fields(TrainingConfig)}
    own = {"context", "data", "property", "group", "encoding", "folds", "repeat"}
    # What describes crops of crystals is filled in by the command that makes them.
    assert set(options) - own == set(fields) - {"cache_bytes", "crop", "data"}
    for name in set(options) - own - {"output", "devices"}:
        assert options[name].default == fields[name], name
    assert str(options["output"].default) == str(fields["output"])
    assert options["devices"].default == str(fields["devices"])


def test_help_is_quick_because_torch_stays_out() -> None:
    code = (
        "import sys\nfrom napari_rocks2net.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "sys.exit(any(name in sys.modules for name in ('torch', 'pandas', 'lightning', 'napari', 'numpy')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for verb in ("predict", "train", "evaluate", "models", "demo"):
        assert verb in done.stdout


def test_the_package_runs_as_the_command_line() -> None:
    command = [sys.executable, "-m", "napari_rocks2net", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("napari-rocks2net 0")


def test_version_is_printed(capsys: Captured) -> None:
    assert exit_code("--version") == 0
    assert capsys.readouterr().out.startswith("napari-rocks2net 0")


def test_built_in_model_can_be_named(tmp_path: Path, photos: list[Path]) -> None:
    for name, path in built_in_models().items():
        assert exit_code("predict", name, photos[0], "--out", tmp_path / "predictions.csv") == 0
        named = [each.name for each in read_card(path).properties]
        assert pd.read_csv(tmp_path / "predictions.csv")["property"].tolist() == named
