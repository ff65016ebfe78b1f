from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.imaging import read_image
from napari_rocks2net.model_file import read_card
from napari_rocks2net.samples import (
    Region,
    SampleError,
    ensure_split,
    sample_hashes,
    split_samples,
    table_from_rows,
)
from napari_rocks2net.samples.copies.training_pictures import without_thumbnails
from napari_rocks2net.training import (
    BatchFinished,
    EpochFinished,
    EvaluationStarted,
    ImagesRead,
    RunFolderError,
    TrainingFinished,
    TrainingStarted,
    TrainingStopped,
    ValidationBatchFinished,
    train,
)
from napari_rocks2net.training.network import dataset
from napari_rocks2net.training.runs.opening import open_run
from napari_rocks2net.training.runs.provenance import read_record, training_pictures
from napari_rocks2net.training.runs.run_folder import RunFolder

RUN_FILES = {
    *("model.safetensors", "metrics.json", "predictions.csv", "history.csv", "reliability.png"),
    *("config.json", "samples.csv", "record.json", "checkpoints", "training_pictures.txt"),
}
SCORES = ["train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "learning_rate"]


def stop_after(epoch, exception):
    """Return an event callback that raises once an epoch is finished."""

    def on_event(event):
        if isinstance(event, EpochFinished) and event.epoch == epoch:
            raise exception

    return on_event


def first_epoch(events):
    return next(event.first_epoch for event in events if isinstance(event, TrainingStarted))


def test_a_trained_network_classifies_and_is_the_start_of_another(samples, tiny_config, tmp_path):
    first = train(tiny_config(model="shufflenet_v2", epochs=1), samples)
    classifier = RockClassifier.load(first.model_path, device="cpu")
    prediction = classifier.predict(samples.frame["file"].iloc[0]).only
    assert classifier.properties == samples.properties
    assert prediction.probabilities.keys() == {"granite", "schist à grenat"}
    assert first.metrics["accuracy"] == first.metrics["test"]["accuracy"]
    again = tiny_config(
        model="shufflenet_v2", epochs=1, output=tmp_path / "second", start_from=first.model_path
    )
    second = train(again, samples)
    config = json.loads((second.folder / "config.json").read_text(encoding="utf-8"))
    assert config["start_from"] == str(first.model_path)
    assert config["learning_rate"] == pytest.approx(3e-4)


def test_a_model_trained_from_now_on_is_calibrated_and_knows_what_it_learned(tmp_path, tiny_config):
    sections = draw_plain_sections(tmp_path / "photos")
    config = tiny_config(
        model="efficientnet_lite0", start_from="imagenet", epochs=1, validation=0.34, batch_size=16
    )
    run = train(config, sections)
    card, report = read_card(run.model_path), run.metrics["calibration"]["rock"]
    assert report["fitted_on"] >= 30
    assert report["note"] is None
    assert card.temperatures == {"rock": report["temperature"]}
    assert card.metrics["calibration"] == run.metrics["calibration"]
    classifier = RockClassifier.load(run.model_path, device="cpu")
    tested = run.predictions[run.predictions["split"] == "test"]
    answers = [each.only for each in classifier.predict_many(tested["file"])]
    assert [each.probability for each in answers] == pytest.approx(tested["probability"].tolist(), abs=1e-4)
    assert sum(each.is_unfamiliar for each in answers) < len(answers) / 2
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[::4] = 0, 255, 255
    assert classifier.predict(stripes).only.is_unfamiliar


def draw_plain_sections(folder):
    """Draw 96 photos of noise around two colours, one a section."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    rows = []
    for number in range(96):
        colour, rock = ((150, 90, 60), "schist") if number % 2 else ((90, 90, 110), "granite")
        photo = np.clip(rng.normal(np.array(colour) + rng.normal(0, 8, 3), 12, (64, 64, 3)), 0, 255)
        file = folder / f"{number}.png"
        Image.fromarray(photo.astype(np.uint8)).save(file)
        rows.append({"file": str(file), "group": str(number), "rock": rock})
    return table_from_rows(pd.DataFrame(rows), "rock")


def test_events_and_the_run_folder_hold_what_they_promise(samples, tiny_config, tiny_network):
    events = []
    run = train(tiny_config(), samples, events.append)
    folder_is_whole(run, samples)
    events_come_in_order(events, run, samples)


def folder_is_whole(run, samples):
    assert {path.name for path in run.folder.iterdir()} == RUN_FILES
    assert (run.folder / "checkpoints" / "last.ckpt").is_file()
    metrics = json.loads((run.folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics == run.metrics
    assert metrics["reported_on"] == "test"
    table = pd.read_csv(run.folder / "samples.csv")
    for part in ("validation", "test"):
        assert metrics[part]["samples"] == (table["split"] == part).sum()
        assert sum(map(sum, metrics[part]["confusion_matrix"])) == metrics[part]["samples"]
    config = json.loads((run.folder / "config.json").read_text(encoding="utf-8"))
    assert config["properties"] == {"rock": list(samples.only.classes)}
    assert pd.read_csv(run.folder / "history.csv")["epoch"].tolist() == [1, 2]


def events_come_in_order(events, run, samples):
    kinds = [type(event) for event in events]
    reading = [ImagesRead] * len(samples)
    started = events[len(samples)]
    batches = events[len(samples) + 1].batches
    validations = next(event for event in events if isinstance(event, ValidationBatchFinished)).batches
    epoch = [BatchFinished] * batches + [ValidationBatchFinished] * validations + [EpochFinished]
    assert kinds == [*reading, TrainingStarted, *epoch, *epoch, EvaluationStarted, TrainingFinished]
    assert [event.read for event in events[: len(samples)]] == [*range(1, len(samples) + 1)]
    assert [event.batch for event in events if isinstance(event, BatchFinished)] == [
        *range(1, batches + 1)
    ] * 2
    evaluation, finished = events[-2:]
    assert (evaluation.validation, evaluation.test) == (started.validation, started.test)
    assert (started.first_epoch, started.epochs, started.device) == (1, 2, "cpu")
    assert started.train + started.validation + started.test == len(samples)
    assert (finished.model_path, finished.accuracy, finished.stopped) == (
        run.model_path,
        run.metrics["accuracy"],
        False,
    )
    losses = [event.validation_loss for event in events if isinstance(event, EpochFinished)]
    assert pd.read_csv(run.folder / "history.csv")["validation_loss"].tolist() == pytest.approx(losses)


def test_the_epoch_with_the_lowest_validation_loss_is_kept(samples, tiny_config, tiny_network):
    run = train(tiny_config(epochs=6, learning_rate=0.3), samples)
    history = pd.read_csv(run.folder / "history.csv")
    best = history.loc[history["validation_loss"].idxmin()]
    assert run.metrics["best_epoch"] == best["epoch"]
    assert run.metrics["validation"]["log_loss"] == pytest.approx(best["validation_loss"], rel=1e-4)
    assert run.metrics["validation"]["accuracy"] == pytest.approx(best["validation_accuracy"])


def test_the_same_seed_gives_the_same_history(samples, tiny_config, tiny_network, tmp_path):
    histories = [
        pd.read_csv(train(tiny_config(output=tmp_path / name, seed=seed), samples).folder / "history.csv")[
            SCORES
        ]
        for name, seed in (("a", 5), ("b", 5), ("c", 6))
    ]
    pd.testing.assert_frame_equal(histories[0], histories[1])
    assert not histories[0].equals(histories[2])


def test_a_killed_run_goes_on_as_if_nothing_had_happened(samples, tiny_config, tiny_network, tmp_path):
    straight = train(tiny_config(epochs=4, output=tmp_path / "straight"), samples)
    with pytest.raises(ZeroDivisionError):
        train(tiny_config(epochs=4), samples, stop_after(2, ZeroDivisionError("killed")))
    assert not (tmp_path / "run" / "model.safetensors").exists()
    events = []
    resumed = train(tiny_config(epochs=4, resume=True), samples, events.append)
    assert first_epoch(events) == 3
    histories = [pd.read_csv(run.folder / "history.csv") for run in (straight, resumed)]
    assert histories[1]["epoch"].tolist() == [1, 2, 3, 4]
    pd.testing.assert_frame_equal(histories[0][SCORES], histories[1][SCORES])


def test_resuming_where_nothing_was_trained_starts(samples, tiny_config, tiny_network):
    run = train(tiny_config(epochs=1, resume=True), samples)
    assert pd.read_csv(run.folder / "history.csv")["epoch"].tolist() == [1]


def test_a_finished_run_can_be_given_more_epochs(samples, tiny_config, tiny_network, tmp_path):
    train(tiny_config(epochs=1), samples)
    run = train(tiny_config(epochs=3, resume=True), samples)
    assert run.history["epoch"].tolist() == [1, 2, 3]
    straight = train(tiny_config(epochs=3, output=tmp_path / "straight"), samples)
    rates = [each.history["learning_rate"][1:].tolist() for each in (run, straight)]
    assert rates[0] == rates[1], "the added epochs take the rates of a run of that length"


def test_another_runs_folder_is_not_overwritten(samples, tiny_config, tiny_network):
    run = train(tiny_config(epochs=1), samples)
    before = run.model_path.read_bytes()
    with pytest.raises(RunFolderError, match="not empty"):
        train(tiny_config(epochs=1), samples)
    with pytest.raises(RunFolderError, match="seed=0, not 1"):
        train(tiny_config(epochs=1, seed=1, resume=True), samples)
    fewer = table_from_rows(samples.frame.iloc[1:], samples.names)
    with pytest.raises(RunFolderError, match="other samples"):
        train(tiny_config(epochs=1, resume=True), fewer)
    assert run.model_path.read_bytes() == before


def test_a_folder_without_a_run_cannot_be_resumed(samples, tiny_config, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="no run to resume"):
        train(tiny_config(resume=True), samples)


def test_stopping_finishes_with_the_best_epoch_so_far(samples, tiny_config, tiny_network):
    events = []

    def on_event(event):
        events.append(event)
        if isinstance(event, BatchFinished) and event.epoch == 3:
            raise TrainingStopped

    run = train(tiny_config(epochs=50), samples, on_event)
    assert events[-1].stopped
    assert run.metrics["best_epoch"] <= 2
    assert pd.read_csv(run.folder / "history.csv")["epoch"].tolist() == [1, 2]


def test_stopping_in_the_first_epoch_says_that_no_model_exists(samples, tiny_config, tiny_network, tmp_path):
    def on_event(event):
        if isinstance(event, BatchFinished):
            raise TrainingStopped

    with pytest.raises(TrainingStopped, match="there is no model"):
        train(tiny_config(), samples, on_event)
    assert not (tmp_path / "run" / "model.safetensors").exists()


def test_early_stopping_ends_a_run_that_no_longer_learns(samples, tiny_config, tiny_network):
    run = train(tiny_config(epochs=60, learning_rate=0.9, patience=2), samples)
    assert len(pd.read_csv(run.folder / "history.csv")) < 60


def test_without_a_test_part_the_validation_is_reported(samples, tiny_config, tiny_network):
    run = train(tiny_config(epochs=1, test=0), samples)
    assert run.metrics["reported_on"] == "validation"
    assert run.metrics["test"] is None
    assert run.metrics["accuracy"] == run.metrics["validation"]["accuracy"]


def test_unreadable_images_cost_a_line_each_and_not_the_training(samples, tiny_config, tiny_network, caplog):
    broken = samples.frame["file"].iloc[[3, 5]]
    for file in broken:
        Path(file).write_bytes(b"no picture")
    run = train(tiny_config(epochs=1), samples)
    assert set(run.samples.frame["file"]) == set(samples.frame["file"]) - set(broken)
    lines = [line for line in caplog.messages if line.startswith("Left out: ")]
    assert len(lines) == 2
    assert all(file in line for file, line in zip(broken, lines, strict=True))


def test_a_photo_that_is_gone_when_a_run_starts_costs_a_line(samples, tiny_config, tiny_network, caplog):
    """As in the child process of the Train widget, to which the split comes as a file of the run folder."""
    split = ensure_split(samples)
    config = tiny_config(epochs=1, resume=True)
    open_run(RunFolder(config.folder), config, split)
    gone = split.frame["file"][split.frame["split"] == "train"].iloc[0]
    Path(gone).unlink()
    run = train(config, RunFolder(config.folder).read_samples())
    assert set(run.samples.frame["file"]) == set(samples.frame["file"]) - {gone}
    assert [line.startswith(f"Left out: {gone}") for line in caplog.messages].count(True) == 1


def test_a_region_that_lies_on_nothing_costs_a_line(samples, tiny_config, tiny_network, caplog):
    regions = [Region.rectangle(900, 900, 999, 999), *[None] * (len(samples) - 1)]
    run = train(tiny_config(epochs=1), replace(samples, frame=samples.frame.assign(region=regions)))
    assert len(run.samples) == len(samples) - 1
    assert "holds no pixel" in caplog.text


def test_a_class_that_loses_all_its_photos_is_a_sentence(samples, tiny_config, tiny_network):
    [property] = samples.properties
    for file in samples.frame["file"][samples.frame[property.name] != property.classes[0]]:
        Path(file).write_bytes(b"no picture")
    with pytest.raises(SampleError, match="training needs two classes or more"):
        train(tiny_config(epochs=1), samples)


def test_images_too_many_for_memory_are_read_as_they_are_needed(samples, tiny_config, tiny_network, tmp_path):
    cached = train(tiny_config(output=tmp_path / "cached"), samples)
    read = train(tiny_config(output=tmp_path / "read", cache_bytes=0), samples)
    histories = [pd.read_csv(run.folder / "history.csv")[SCORES] for run in (cached, read)]
    pd.testing.assert_frame_equal(*histories)


def test_samples_that_are_split_keep_their_split(samples, tiny_config, tiny_network):
    mine = split_samples(samples, seed=11)
    assert not mine.frame.equals(split_samples(samples, seed=0).frame)
    run = train(tiny_config(epochs=1, seed=0), mine)
    assert run.samples.frame["split"].tolist() == mine.frame["split"].tolist()


def test_stopping_while_images_are_read_reads_no_more(samples, tiny_config, tiny_network, monkeypatch):
    read = []
    monkeypatch.setattr(dataset, "read_image", lambda file: read.append(file) or read_image(file))

    def on_event(event):
        if isinstance(event, ImagesRead):
            raise TrainingStopped

    with pytest.raises(TrainingStopped):
        train(tiny_config(), samples, on_event)
    assert len(read) <= len(samples) // 2


def test_time_that_the_caller_takes_is_not_the_epochs(samples, tiny_config, tiny_network):
    began, seconds = [], []

    def slow(event):
        if isinstance(event, TrainingStarted):
            began.append(time.monotonic())
        if isinstance(event, BatchFinished) and event.batch == 1:
            time.sleep(1)
        if isinstance(event, EpochFinished):
            seconds.append((event.seconds, time.monotonic() - began[0]))

    train(tiny_config(epochs=1), samples, slow)
    reported, passed = seconds[0]
    assert 0 < reported <= passed - 1


@pytest.mark.parametrize("in_memory", [True, False])
def test_record_and_card_know_the_training_photos_and_no_others(
    samples, tiny_config, tiny_network, in_memory
):
    config = tiny_config(cache_bytes=2**30 if in_memory else 0, epochs=1)
    run = train(config, samples)
    trained_on = read_card(run.model_path).trained_on
    assert read_record(RunFolder(run.folder))["trained_on"] == list(trained_on)

    def hashes(part):
        files = run.samples.part(part)["file"]
        return {digest for file in files for digest in sample_hashes(read_image(file), None)}

    assert training_pictures(run.model_path).hashes == hashes("train")
    assert set(trained_on) == set(without_thumbnails(hashes("train")))
    assert not hashes("test") & set(trained_on)
