"""A probe trained on files: its run folder, and that it works like every other model's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.command_line import exit_code

from napari_rocks2net.classify import CriticalArea, RockClassifier
from napari_rocks2net.features import DescriptorCache
from napari_rocks2net.imaging import read_image
from napari_rocks2net.model_file import read_card
from napari_rocks2net.samples import SampleError, SampleTable, load_samples, sample_hashes
from napari_rocks2net.training import (
    EvaluationStarted,
    ImagesRead,
    RunFolderError,
    TrainingConfig,
    TrainingFinished,
    TrainingStarted,
    TrainingStopped,
    cross_validate,
    list_runs,
    repeat_run,
    train,
)
from napari_rocks2net.training.probe import run as probe_run
from napari_rocks2net.training.probe.describing import OtherMagnifications, PhotoDescriber
from napari_rocks2net.training.runs.learned_photos import LearnedPhotos, thumbnail
from napari_rocks2net.training.runs.provenance import read_record, training_pictures
from napari_rocks2net.training.runs.run_folder import RunFolder

FILES = {
    "model.safetensors",
    "metrics.json",
    "predictions.csv",
    "config.json",
    "samples.csv",
    "record.json",
    "learned_photos.npz",
    "training_pictures.txt",
}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the descriptors of a test to itself."""
    folder = tmp_path / "descriptors"
    describer = PhotoDescriber(DescriptorCache(folder))
    monkeypatch.setattr(probe_run, "PhotoDescriber", lambda: describer)
    return folder


@pytest.fixture
def samples(labels_csv: Path) -> SampleTable:
    return load_samples(labels_csv, "rock", "section")


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., TrainingConfig]:
    return lambda **changes: TrainingConfig(**({"model": "probe", "output": tmp_path / "run"} | changes))


def hashes_of(file: str) -> frozenset[str]:
    return sample_hashes(read_image(file), None)


def test_train_predict_and_evaluate_at_the_command_line(labels_csv: Path, tmp_path: Path) -> None:
    out, table = tmp_path / "run", tmp_path / "predictions.csv"
    settings = ["--model", "probe", "--property", "rock", "--group", "section"]
    assert exit_code("train", labels_csv, *settings, "--out", out) == 0
    assert {path.name for path in out.iterdir()} == FILES
    assert exit_code("predict", out / "model.safetensors", labels_csv.parent, "--out", table) == 0
    rows = pd.read_csv(table)
    assert rows["unfamiliar"].between(0, 1).all()
    assert rows["area_y0"].notna().all()
    assert (
        exit_code("evaluate", out / "model.safetensors", out, "--split", "test", "--out", tmp_path / "r") == 0
    )
    evaluated = json.loads((tmp_path / "r" / "metrics.json").read_text(encoding="utf-8"))
    trained = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert trained["accuracy"] == trained["test"]["accuracy"] == evaluated["accuracy"]
    assert trained["test"]["log_loss"] == pytest.approx(evaluated["log_loss"], abs=1e-4)
    assert trained["probe"]["descriptors"]


def test_a_run_says_what_happens_in_order(
    samples: SampleTable, config: Callable[..., TrainingConfig]
) -> None:
    events: list[Any] = []
    run = train(config(), samples, events.append)
    reading = [ImagesRead] * len(samples)
    assert list(map(type, events)) == [*reading, TrainingStarted, EvaluationStarted, TrainingFinished]
    read = [event.read for event in events if isinstance(event, ImagesRead)]
    assert read == [*range(1, len(samples) + 1)]
    assert run.metrics["reported_on"] == "test"
    assert run.history.empty
    [overview] = list_runs(run.folder.parent)
    assert (overview.epochs_done, overview.epochs, overview.can_continue) == (0, 0, False)
    unfamiliar = run.predictions.set_index("split")["unfamiliar"]
    assert unfamiliar.between(0, 1).all()
    # What was learned from is held against photos of other thin sections: against itself it would be 0.
    assert unfamiliar["validation"].any()
    card = read_card(run.model_path)
    start = "texture and ImageNet activations of EfficientNet-Lite0"
    assert events[len(samples)].start == start
    assert card.data.endswith(f"from {start}")
    assert read_record(RunFolder(run.folder))["start"] == "imagenet"
    learned = run.samples.frame["split"] != "test"
    expected = {each for file in run.samples.frame["file"][learned] for each in hashes_of(file)}
    assert training_pictures(run.model_path).hashes == expected
    kept = LearnedPhotos.read(RunFolder(run.folder))
    np.testing.assert_array_equal(kept.rows, np.flatnonzero(learned))
    photo = run.samples.frame["file"].iloc[kept.rows[1]]
    features = RockClassifier.load(run.model_path, device="cpu").features(photo, samples.only.name)
    np.testing.assert_allclose(features, kept.features[1], rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(kept.thumbnails[1], thumbnail(read_image(photo)))
    assert card.metrics["probe"] == run.metrics["probe"]


def test_a_run_is_repeated_with_the_same_figures(
    samples: SampleTable, config: Callable[..., TrainingConfig], tmp_path: Path
) -> None:
    run = train(config(start_from="random"), samples)
    assert repeat_run(run.folder, tmp_path / "again").metrics == run.metrics


def test_its_file_classifies_photos_of_any_size_and_a_persons_area(
    samples: SampleTable, config: Callable[..., TrainingConfig], rng: np.random.Generator
) -> None:
    classifier = RockClassifier.load(train(config(), samples).model_path, device="cpu")
    sizes = [(40, 50, 3), (9, 700, 3), (900, 1200, 3)]
    photos = [rng.integers(0, 256, size, np.uint8) for size in sizes]
    for photo, predictions in zip(photos, classifier.predict_many(photos), strict=True):
        prediction = predictions.only
        assert sum(prediction.probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert prediction.is_unfamiliar
        y0, x0, y1, x1 = prediction.critical_area.box
        assert y0 >= -1e-3
        assert x1 <= photo.shape[1] + 1e-3
        assert (y1 - y0) / photo.shape[0] == pytest.approx((x1 - x0) / photo.shape[1], abs=1e-4)
    photo = read_image(samples.frame["file"].iloc[0])
    own, moved = classifier.predict(photo).only, classifier.predict(photo, CriticalArea(0, 0, 20, 25)).only
    assert moved.critical_area.box == pytest.approx((0, 0, 20, 25), abs=1e-3)
    assert moved.global_probabilities == pytest.approx(own.global_probabilities)
    assert not own.is_unfamiliar


def test_the_same_samples_give_the_same_figures_from_the_cache(
    samples: SampleTable, config: Callable[..., TrainingConfig], tmp_path: Path, own_cache: Path
) -> None:
    first = train(config(), samples)
    kept = sorted(own_cache.iterdir())
    again = train(config(output=tmp_path / "again"), samples)
    assert kept == sorted(own_cache.iterdir())
    assert again.metrics == first.metrics


def test_a_cache_that_cannot_be_written_costs_no_result(
    samples: SampleTable, config: Callable[..., TrainingConfig], own_cache: Path
) -> None:
    own_cache.write_text("a file in place of the folder")
    run = train(config(), samples)
    assert run.model_path.is_file()
    assert len(run.predictions) == run.metrics["validation"]["samples"] + run.metrics["test"]["samples"]


def test_a_stopped_run_leaves_no_model_and_goes_on_when_asked(
    samples: SampleTable, config: Callable[..., TrainingConfig]
) -> None:
    def stop(event: object) -> None:
        if isinstance(event, ImagesRead) and event.read == 3:
            raise TrainingStopped

    with pytest.raises(TrainingStopped, match="before there was a model"):
        train(config(), samples, stop)
    assert not (config().folder / "model.safetensors").exists()
    with pytest.raises(RunFolderError, match="not empty"):
        train(config(), samples)
    run = train(config(resume=True), samples)
    assert train(config(resume=True), samples).metrics == run.metrics


def test_folds_test_every_photo_once(samples: SampleTable, config: Callable[..., TrainingConfig]) -> None:
    whole = cross_validate(config(), samples, folds=3)
    assert whole.metrics["samples"] == len(samples)
    assert len(whole.folds) == 3


def test_a_photo_that_cannot_be_read_costs_a_line(
    samples: SampleTable, config: Callable[..., TrainingConfig], caplog: pytest.LogCaptureFixture
) -> None:
    broken = samples.frame["file"].iloc[5]
    Path(broken).write_bytes(b"no photo")
    run = train(config(), samples)
    assert set(run.samples.frame["file"]) == set(samples.frame["file"]) - {broken}
    assert f"Left out: {broken}" in caplog.text


def test_one_class_one_section_and_a_single_photo_get_their_sentence(
    labels_csv: Path, config: Callable[..., TrainingConfig]
) -> None:
    table = pd.read_csv(labels_csv)
    table[table["rock"] == "granite"].to_csv(labels_csv, index=False)
    with pytest.raises(SampleError, match="class"):
        train(config(), load_samples(labels_csv, "rock", "section"))
    table.assign(section="one").to_csv(labels_csv, index=False)
    with pytest.raises(SampleError, match="section"):
        train(config(), load_samples(labels_csv, "rock", "section"))
    table[(table["rock"] == "granite") | (table.index == len(table) - 1)].to_csv(labels_csv, index=False)
    with pytest.raises(SampleError, match="has one sample only"):
        train(config(), load_samples(labels_csv, "rock", "section"))


def test_other_magnifications_are_learned_where_the_scale_is_known(
    labels_csv: Path, config: Callable[..., TrainingConfig]
) -> None:
    table = pd.read_csv(labels_csv)
    table.assign(pixel_size_um=2.0).to_csv(labels_csv, index=False)
    samples = load_samples(labels_csv, "rock", "section")
    run = train(config(other_magnifications=True), samples)
    card = read_card(run.model_path)
    assert "also at half and double their magnification" in card.data
    learned = (run.samples.frame["split"] != "test").sum()
    assert len(LearnedPhotos.read(RunFolder(run.folder)).rows) == learned
    photo = samples.frame["file"].iloc[0]
    classifier = RockClassifier.load(run.model_path, device="cpu")
    for pixel_size in (1.0, 2.0, 4.0):
        assert classifier.predict(photo, pixel_size=pixel_size).only.label in samples.only.classes


def test_other_magnifications_than_an_unknown_one_are_refused(
    samples: SampleTable, config: Callable[..., TrainingConfig]
) -> None:
    with pytest.raises(SampleError, match=r"less than 90 % of these do: set it .* pixel_size_um"):
        train(config(other_magnifications=True), samples)


def test_what_weaker_and_stronger_objectives_leave_of_a_photo(rng: np.random.Generator) -> None:
    rgb = rng.integers(0, 256, (50, 81, 3), np.uint8)
    half, double = OtherMagnifications.of(rgb)
    assert half.shape == rgb.shape
    np.testing.assert_array_equal(double, rgb[12:38, 20:61])
    # Half the resolution keeps a quarter of the pixels, and so about a quarter of the variance of noise.
    assert half.var() < 0.5 * rgb.var()
    for shape in ((1, 1, 3), (1, 7, 3), (2, 2, 3)):
        assert all(each.size for each in OtherMagnifications.of(np.zeros(shape, np.uint8)))
