"""A model's report on labelled samples."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image, ImageOps

from napari_rocks2net.classify import DeviceChoice, Prediction, Predictions, RockClassifier
from napari_rocks2net.classify.loaded_model import ImageWithArea
from napari_rocks2net.evaluation import EvaluationError, classification_metrics, evaluate
from napari_rocks2net.evaluation.calibration import calibration_figures
from napari_rocks2net.imaging import Preprocessing, read_image
from napari_rocks2net.model_file import ModelCard
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import Region, SampleTable, sample_hashes

CLASSES = ("dark", "bright")


class BrightnessModel:
    """Tells dark from bright by the mean grey, so that a test knows every answer."""

    properties = (RockProperty("tone", CLASSES),)
    device = DeviceChoice(torch.device("cpu"), "", torch.float32)

    def __init__(self, trained_on: Iterable[str] = ()) -> None:
        self.card = ModelCard(
            self.properties, "densenet121", Preprocessing(size=64), trained_on=tuple(trained_on)
        )

    def batch_size(self, asked: int = 2) -> int:
        return min(asked, 2)

    def predict_rgb(self, inputs: Sequence[ImageWithArea]) -> list[Predictions]:
        return [self._predict(image) for image, _ in inputs]

    def _predict(self, image: np.ndarray) -> Predictions:
        bright = float(image.mean() / 255)
        probabilities = {"dark": 1 - bright, "bright": bright}
        label = max(probabilities, key=probabilities.__getitem__)
        return Predictions((Prediction("tone", label, probabilities[label], probabilities),))


@pytest.fixture
def classifier() -> RockClassifier:
    model: Any = BrightnessModel()
    return RockClassifier([model])


def samples_of(folder: Path, rows: list[tuple[int, str, str]]) -> SampleTable:
    """Write grey pictures and return them as samples (grey level, label, group)."""
    files = [str(folder / f"{index} grey {level}.png") for index, (level, _, _) in enumerate(rows)]
    for file, (level, _, _) in zip(files, rows, strict=True):
        Image.fromarray(np.full((4, 6), level, np.uint8)).save(file)
    frame = pd.DataFrame(
        {
            "file": files,
            "region": None,
            "group": [row[2] for row in rows],
            "tone": [row[1] for row in rows],
        }
    )
    return SampleTable(frame, (RockProperty("tone", CLASSES),))


ROWS = [
    (10, "dark", "a"),
    (51, "bright", "b"),
    (204, "bright", "b"),
    (230, "dark", "c"),
    (153, "dark", "d"),
    (240, "bright", "d"),
]


def test_metrics_are_those_of_the_predictions(tmp_path: Path, classifier: Any) -> None:
    evaluation = evaluate(classifier, samples_of(tmp_path, ROWS))
    bright = np.array([row[0] for row in ROWS]) / 255
    expected = classification_metrics(
        [row[1] for row in ROWS], np.stack([1 - bright, bright], axis=1), CLASSES, [row[2] for row in ROWS]
    )
    table = evaluation.table
    calibration = calibration_figures(table["probability"], table["correct"], table["group"].tolist())
    assert evaluation.metrics == expected | {"calibration": calibration}
    assert evaluation.metrics["accuracy"] == 0.5


def test_single_photos_of_sections_get_wilsons_interval(tmp_path: Path, classifier: Any) -> None:
    rows = [(level, label, str(index)) for index, (level, label, _) in enumerate(ROWS)]
    evaluation = evaluate(classifier, samples_of(tmp_path, rows))
    assert evaluation.metrics["accuracy_interval"] == pytest.approx([0.1876, 0.8124], abs=1e-4)


def test_wrong_ones_are_listed_most_confident_first(tmp_path: Path, classifier: Any) -> None:
    wrong = evaluate(classifier, samples_of(tmp_path, ROWS)).wrong
    assert wrong["probability"].tolist() == pytest.approx([230 / 255, 204 / 255, 153 / 255])
    assert wrong["true_label"].tolist() == ["dark", "bright", "dark"]
    assert wrong["label"].tolist() == ["bright", "dark", "bright"]


def test_report_folder_holds_figures_picture_and_tables(tmp_path: Path, classifier: Any) -> None:
    evaluation = evaluate(classifier, samples_of(tmp_path, ROWS), tmp_path / "new" / "report")
    folder = tmp_path / "new" / "report"
    names = {"metrics.json", "confusion_matrix.png", "reliability.png", "predictions.csv", "wrong.csv"}
    assert {path.name for path in folder.iterdir()} == names
    assert json.loads((folder / "metrics.json").read_text(encoding="utf-8")) == evaluation.metrics
    assert len(pd.read_csv(folder / "predictions.csv")) == 6
    assert pd.read_csv(folder / "wrong.csv")["correct"].tolist() == [False] * 3


def test_nothing_wrong_gives_an_empty_table(tmp_path: Path, classifier: Any) -> None:
    evaluate(classifier, samples_of(tmp_path, [(0, "dark", "a"), (255, "bright", "b")]), tmp_path / "report")
    table = pd.read_csv(tmp_path / "report" / "wrong.csv")
    assert table.empty
    assert "true_label" in table


def test_regions_are_cut_out(tmp_path: Path, classifier: Any) -> None:
    half = np.zeros((10, 20), np.uint8)
    half[:, 10:] = 255
    Image.fromarray(half).save(tmp_path / "half.png")
    frame = pd.DataFrame(
        {"file": [str(tmp_path / "half.png")] * 2, "tone": ["dark", "bright"], "group": ["a", "a"]}
    ).assign(region=[Region.rectangle(0, 0, 10, 10), Region.rectangle(0, 10, 10, 20)])
    evaluation = evaluate(classifier, SampleTable(frame, (RockProperty("tone", CLASSES),)))
    assert evaluation.metrics["accuracy"] == 1


def test_unreadable_images_are_left_out_and_listed(tmp_path: Path, classifier: Any) -> None:
    samples = samples_of(tmp_path, ROWS)
    broken = Path(samples.frame["file"][2])
    broken.write_bytes(broken.read_bytes()[:20])
    seen: list[tuple[int, int]] = []
    evaluation = evaluate(classifier, samples, on_progress=lambda done, total: seen.append((done, total)))
    assert list(evaluation.unreadable) == [str(broken)]
    assert evaluation.metrics["samples"] == 5
    assert evaluation.table["true_label"].tolist() == ["dark", "bright", "dark", "dark", "bright"]
    assert seen[-1] == (6, 6)


def test_only_unreadable_images_are_refused(tmp_path: Path, classifier: Any) -> None:
    samples = samples_of(tmp_path, ROWS[:1])
    Path(samples.frame["file"][0]).write_text("no picture")
    with pytest.raises(EvaluationError, match="No image could be read"):
        evaluate(classifier, samples)


def test_class_unknown_to_the_model_is_named(tmp_path: Path, classifier: Any) -> None:
    samples = samples_of(tmp_path, [(5, "dark", "a"), (9, "medium", "b")])
    with pytest.raises(EvaluationError, match=r"'medium'.*'dark', 'bright'"):
        evaluate(classifier, samples, tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_a_model_file_is_evaluated(tmp_path: Path, model_path: Path) -> None:
    classifier = RockClassifier.load(model_path, device="cpu")
    samples = samples_of(tmp_path, [(10, "granite", "a"), (99, "basalt", "b"), (200, "Übergang fein", "b")])
    evaluation = evaluate(classifier, samples, batch_size=2)
    predicted = [classifier.predict(file).only.label for file in samples.frame["file"]]
    assert evaluation.table["label"].tolist() == predicted
    assert evaluation.metrics["classes"] == list(classifier.properties[0].classes)


def knowing(samples: SampleTable, rows: Sequence[int]) -> RockClassifier:
    """A model that was trained on some of the samples."""
    known = samples.frame.iloc[list(rows)]
    pairs = zip(known["file"], known["region"], strict=True)
    hashes = [sample_hashes(read_image(file), region) for file, region in pairs]
    model: Any = BrightnessModel(frozenset[str]().union(*hashes))
    return RockClassifier([model])


def test_photos_that_the_model_was_trained_on_stand_apart(tmp_path: Path) -> None:
    samples = samples_of(tmp_path, ROWS)
    evaluation = evaluate(knowing(samples, [0, 2, 5]), samples, tmp_path / "report")
    others = SampleTable(samples.frame.iloc[[1, 3, 4]], samples.properties)
    assert evaluation.table["trained_on"].tolist() == [True, False, True, False, False, True]
    seen = evaluation.metrics["trained_on"]
    assert (seen["samples"], seen["accuracy"]) == (3, 1.0)
    bare = {
        name: each for name, each in evaluation.metrics.items() if name not in ("trained_on", "measured_on")
    }
    model: Any = BrightnessModel()
    assert bare == evaluate(RockClassifier([model]), others).metrics
    assert evaluation.metrics["measured_on"] == "unseen"
    assert "trained on 3 of these 6 samples" in evaluation.familiarity
    written = pd.read_csv(tmp_path / "report" / "predictions.csv")
    assert written["trained_on"].tolist() == [True, False, True, False, False, True]
    assert (
        json.loads((tmp_path / "report" / "metrics.json").read_text(encoding="utf-8")) == evaluation.metrics
    )


def test_a_copy_under_another_name_and_format_is_known_again(tmp_path: Path) -> None:
    samples = samples_of(tmp_path, ROWS[:2])
    classifier = knowing(samples, [0])
    copy = tmp_path / "renamed.bmp"
    Image.open(samples.frame["file"][0]).convert("RGB").save(copy)
    evaluation = evaluate(
        classifier,
        SampleTable(samples.frame.assign(file=[str(copy), samples.frame["file"][1]]), samples.properties),
    )
    assert evaluation.table["trained_on"].tolist() == [True, False]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("worse.jpg", lambda image: image),
        ("half.png", lambda image: image.resize((160, 120), Image.Resampling.LANCZOS)),
        ("darker.png", lambda image: image.point(lambda level: int(0.8 * level))),
        ("cropped.png", lambda image: image.crop((70, 40, 270, 190))),
        ("framed.png", lambda image: ImageOps.expand(image, (0, 0, 0, 60), "white")),
    ],
)
def test_a_photo_that_was_saved_anew_is_known_by_its_look(tmp_path: Path, name: str, change: Any) -> None:
    rng = np.random.default_rng(1)
    photos = [
        Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)).resize((320, 240))
        for _ in range(2)
    ]
    for number, photo in enumerate(photos):
        photo.save(tmp_path / f"{number}.png")
    frame = pd.DataFrame({"file": [str(tmp_path / f"{n}.png") for n in (0, 1)], "group": list("ab")})
    frame = frame.assign(tone=["dark", "bright"], region=None)
    samples = SampleTable(frame, (RockProperty("tone", CLASSES),))
    change(photos[0]).save(tmp_path / name, quality=60)
    copies = frame.assign(file=[str(tmp_path / name), frame["file"][1]])
    steps: list[tuple[int, int]] = []
    evaluation = evaluate(
        knowing(samples, [0]),
        SampleTable(copies, samples.properties),
        on_progress=lambda *step: steps.append(step),
    )
    assert evaluation.table["trained_on"].tolist() == [True, False]
    assert evaluation.near_copies == 1
    compared = steps[2:]
    assert compared == [(done, len(compared)) for done in range(1, len(compared) + 1)]
    assert "Of them 1 look like a photo of the training" in evaluation.familiarity
    assert "cannot be told" not in evaluation.familiarity


def test_a_model_that_keeps_no_thumbnails_does_not_imply_that_there_are_no_copies(tmp_path: Path) -> None:
    samples = samples_of(tmp_path, ROWS)
    model: Any = BrightnessModel(frozenset({"0123456789abcdef"}))
    sentence = evaluate(RockClassifier([model]), samples).familiarity
    assert "on none of these 6 samples. Without its run folder it cannot be told" in sentence


def test_another_region_of_a_photo_and_the_region_as_a_file_are_known_again(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    Image.fromarray(pixels[2:12, 3:18]).save(tmp_path / "cut out.png")
    other = np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    Image.fromarray(other).save(tmp_path / "other.png")
    files = [str(tmp_path / name) for name in ("photo.png", "photo.png", "cut out.png", "other.png")]
    regions = [
        Region.rectangle(2, 3, 12, 18),
        Region.rectangle(0, 0, 9, 9),
        None,
        Region.rectangle(2, 3, 12, 18),
    ]
    frame = pd.DataFrame({"file": files, "group": list("aabc"), "tone": "dark"}).assign(region=regions)
    samples = SampleTable(frame, (RockProperty("tone", CLASSES),))
    evaluation = evaluate(knowing(samples, [0]), samples)
    assert evaluation.table["trained_on"].tolist() == [True, True, True, False]


def test_where_all_are_training_photos_the_report_says_that_figures_measure_memory(tmp_path: Path) -> None:
    samples = samples_of(tmp_path, ROWS)
    evaluation = evaluate(knowing(samples, range(6)), samples)
    assert evaluation.metrics["measured_on"] == "trained_on"
    assert evaluation.metrics["samples"] == 6
    assert "memory" in evaluation.familiarity


def test_a_model_that_does_not_know_its_training_photos_says_so(tmp_path: Path, classifier: Any) -> None:
    evaluation = evaluate(classifier, samples_of(tmp_path, ROWS))
    assert evaluation.table["trained_on"].isna().all()
    assert "does not say which photos it was trained on" in evaluation.familiarity


def test_new_photos_are_reported_as_new(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    classifier = knowing(samples_of(tmp_path / "old", [(7, "dark", "z")]), [0])
    evaluation = evaluate(classifier, samples_of(tmp_path, ROWS))
    assert evaluation.table["trained_on"].tolist() == [False] * 6
    assert evaluation.familiarity.startswith("The model was trained on none of these 6 samples.")
    assert "trained_on" not in evaluation.metrics
