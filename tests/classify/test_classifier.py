"""One model at work on images."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from napari_rocks2net.classify import CriticalArea, RockClassifier
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.classify.side_by_side import photos_at_once
from napari_rocks2net.imaging import ImageError
from napari_rocks2net.model_file import ModelFileError, load_model
from napari_rocks2net.samples import remembered, sample_hashes
from napari_rocks2net.torch_threads import torch_threads
from napari_rocks2net.views import Field, View


@pytest.fixture(scope="module")
def classifier(model_path: Path) -> RockClassifier:
    return RockClassifier.load(model_path, device="cpu")


def test_a_prediction_is_what_the_network_says(
    classifier: RockClassifier, model_path: Path, rgb: np.ndarray
) -> None:
    network, card = load_model(model_path)
    with torch.inference_mode():
        output = network(card.preprocessing(rgb)[None])
    prediction = classifier.predict(rgb).only
    expected = output.log_probabilities[0].exp().tolist()
    assert list(prediction.probabilities.values()) == pytest.approx(expected, abs=1e-5)
    assert list(prediction.probabilities) == list(card.properties[0].classes)
    assert prediction.label == card.properties[0].classes[int(np.argmax(expected))]
    assert prediction.probability == max(prediction.probabilities.values())
    assert sum(prediction.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert prediction.property == "lithology"
    y0, x0, y1, x1 = (output.critical_area[0] * torch.tensor([70, 100, 70, 100])).tolist()
    assert prediction.critical_area.box == pytest.approx((y0, x0, y1, x1), abs=1e-3)


def test_an_answer_about_a_training_photo_is_marked(model_path: Path, rgb: np.ndarray) -> None:
    network, card = load_model(model_path)
    other = 255 - rgb
    knowing = replace(card, trained_on=remembered([sample_hashes(rgb, None)]))
    classifier = RockClassifier([LoadedModel(network, knowing, "cpu")])
    answers = list(classifier.predict_many([rgb, other, np.rot90(rgb)]))
    assert [each.only.trained_on for each in answers] == [True, False, True]
    field = Field((View(other, "PPL"), View(rgb, "XPL")))
    assert classifier.predict(field).only.trained_on
    assert not RockClassifier([LoadedModel(network, card, "cpu")]).predict(rgb).only.trained_on


def test_global_and_local_probabilities_average_to_the_fused(
    classifier: RockClassifier, rgb: np.ndarray
) -> None:
    prediction = classifier.predict(rgb).only
    for name, fused in prediction.probabilities.items():
        parts = prediction.global_probabilities[name], prediction.local_probabilities[name]
        assert fused == pytest.approx(sum(parts) / 2, abs=1e-5)


def test_with_turns_a_turned_photo_gets_the_same_answer(
    classifier: RockClassifier, model_path: Path, rgb: np.ndarray
) -> None:
    square = np.ascontiguousarray(rgb[:64, :64])
    whole = CriticalArea(0, 0, 64, 64)
    turning = RockClassifier.load(model_path, device="cpu", tta=True)
    upright, turned = (
        turning.predict(np.ascontiguousarray(photo), whole).only for photo in (square, np.rot90(square))
    )
    assert turned.probabilities == pytest.approx(upright.probabilities, abs=1e-4)
    once = classifier.predict(square, whole).only
    assert once.probabilities != pytest.approx(upright.probabilities, abs=1e-4)
    own, again = (each.predict(square).only for each in (classifier, turning))
    assert own.critical_area == again.critical_area


def test_giving_back_the_networks_own_area_changes_nothing(
    classifier: RockClassifier, rgb: np.ndarray
) -> None:
    own = classifier.predict(rgb).only
    again = classifier.predict(rgb, critical_area=own.critical_area).only
    assert again.probability == pytest.approx(own.probability, abs=1e-5)
    assert again.critical_area.box == pytest.approx(own.critical_area.box, abs=1e-3)


def test_a_persons_area_changes_the_local_stream_only(classifier: RockClassifier, rgb: np.ndarray) -> None:
    own = classifier.predict(rgb).only
    area = CriticalArea(0, 0, 30, 40)
    moved = classifier.predict(rgb, critical_area=area).only
    assert moved.global_probabilities == pytest.approx(own.global_probabilities, abs=1e-5)
    assert moved.local_probabilities != pytest.approx(own.local_probabilities, abs=1e-5)
    assert moved.critical_area.box == pytest.approx(area.box, abs=1e-3)


@pytest.mark.parametrize("most_at_once", [1, 8])
@pytest.mark.parametrize("batch_size", [1, 3, 8])
def test_batches_do_not_change_the_answer(
    classifier: RockClassifier,
    rng: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
    batch_size: int,
    most_at_once: int,
) -> None:
    monkeypatch.setattr(classifier.models[0], "most_at_once", most_at_once)
    images = [rng.integers(0, 256, (64 + 9 * i, 80, 3), dtype=np.uint8) for i in range(5)]
    areas = [None, CriticalArea(0, 0, 20, 20), None, None, CriticalArea(5, 5, 60, 60)]
    many = list(classifier.predict_many(images, batch_size=batch_size, critical_areas=areas))
    alone = [classifier.predict(image, area) for image, area in zip(images, areas, strict=True)]
    for each, expected in zip(many, alone, strict=True):
        assert each is not None
        one, other = each.only, expected.only
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-4)
        assert one.critical_area.box == pytest.approx(other.critical_area.box, abs=1e-2)


@pytest.mark.parametrize(("threads", "most"), [(1, 4), (2, 12)])
def test_images_are_read_as_results_are_asked_for_or_a_little_ahead(
    classifier: RockClassifier, rgb: np.ndarray, threads: int, most: int
) -> None:
    read = []

    def images() -> object:
        for index in range(100):
            read.append(index)
            yield rgb

    with torch_threads(threads):
        answers = classifier.predict_many(images(), batch_size=2)
        next(answers)
    assert 2 <= len(read) <= most


def threads_of_a_new_thread() -> int:
    with ThreadPoolExecutor(1) as later:
        return later.submit(torch.get_num_threads).result()


def test_photos_side_by_side_get_the_answers_of_one_thread_and_leave_the_threads_as_they_were(
    classifier: RockClassifier,
) -> None:
    images = [np.random.default_rng(seed).integers(0, 256, (40, 50, 3), np.uint8) for seed in range(30)]
    with torch_threads(1):
        expected = list(classifier.predict_many(images))
    elsewhere = threads_of_a_new_thread()
    with torch_threads(3):
        assert classifier.photos_at_once == 3
        answers = list(classifier.predict_many(images))
        assert torch.get_num_threads() == 3
        assert threads_of_a_new_thread() == elsewhere
    assert answers == expected


def test_answers_that_are_not_asked_for_to_the_end_leave_the_threads_as_they_were(
    classifier: RockClassifier, rgb: np.ndarray
) -> None:
    elsewhere = threads_of_a_new_thread()
    with torch_threads(3):
        answers = classifier.predict_many([rgb] * 20)
        next(answers)
        assert threads_of_a_new_thread() == elsewhere
    before = torch.get_num_threads()
    del answers
    assert torch.get_num_threads() == before


def test_large_inputs_go_side_by_side_as_far_as_memory_allows() -> None:
    with torch_threads(16):
        assert [photos_at_once(side**2) for side in (64, 512, 1024, 4096)] == [8, 8, 2, 1]
    with torch_threads(1):
        assert photos_at_once(64**2) == 1


def test_when_memory_runs_out_the_photos_side_by_side_end_too(
    classifier: RockClassifier, rgb: np.ndarray
) -> None:
    def too_large() -> np.ndarray:
        raise MemoryError("a photo of 200,000 x 200,000 pixels")

    before = threading.active_count()
    with torch_threads(2), pytest.raises(MemoryError, match="200,000"):
        list(classifier.predict_many([rgb] * 50 + [too_large] + [rgb] * 50))
    assert threading.active_count() == before


def test_a_bad_image_costs_its_place_and_not_the_batch(
    classifier: RockClassifier, rgb: np.ndarray, tmp_path: Path
) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"not a picture")
    images = [rgb, tmp_path / "bad.jpg", rgb, tmp_path / "missing.png"]
    errors: dict[int, Exception] = {}
    results = list(classifier.predict_many(images, batch_size=3, on_error=errors.__setitem__))
    assert [result is None for result in results] == [False, True, False, True]
    assert set(errors) == {1, 3}
    assert "bad.jpg" in str(errors[1])
    with pytest.raises(ImageError, match=r"bad\.jpg"):
        list(classifier.predict_many(images))


def test_a_function_that_cannot_read_costs_its_place_and_memory_that_runs_out_ends_the_work(
    classifier: RockClassifier, rgb: np.ndarray
) -> None:
    def failing(error: Exception) -> Callable[[], np.ndarray]:
        def read() -> np.ndarray:
            raise error

        return read

    errors: dict[int, Exception] = {}
    images = [failing(OSError("the disk is gone")), lambda: rgb, failing(ImageError("no picture"))]
    results = list(classifier.predict_many(images, on_error=errors.__setitem__))
    assert [result is None for result in results] == [True, False, True]
    assert [str(error) for error in errors.values()] == ["the disk is gone", "no picture"]
    with pytest.raises(MemoryError):
        list(classifier.predict_many([failing(MemoryError())], on_error=errors.__setitem__))


def test_a_one_stream_model_has_no_area(one_stream_model_path: Path, rgb: np.ndarray) -> None:
    prediction = RockClassifier.load(one_stream_model_path, device="cpu").predict(rgb).only
    assert prediction.critical_area is None
    assert prediction.global_probabilities is None
    assert prediction.local_probabilities is None


def test_no_image_gives_no_result(classifier: RockClassifier) -> None:
    assert list(classifier.predict_many([])) == []


@pytest.mark.parametrize("batch_size", [0, -1])
def test_an_empty_batch_is_refused(classifier: RockClassifier, rgb: np.ndarray, batch_size: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        list(classifier.predict_many([rgb], batch_size=batch_size))


def test_a_missing_model_is_a_sentence() -> None:
    with pytest.raises(ModelFileError, match="no model file nowhere"):
        RockClassifier.load("nowhere")


def test_a_batch_that_does_not_fit_is_halved_and_reported(
    classifier: RockClassifier,
    rgb: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    forward = classifier.models[0].forward
    sizes = []

    def small_memory(images: torch.Tensor, boxes: torch.Tensor | None) -> object:
        sizes.append(len(images))
        if len(images) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(images, boxes)

    monkeypatch.setattr(classifier.models[0], "most_at_once", 8)
    monkeypatch.setattr(classifier.models[0], "forward", small_memory)
    assert len(list(classifier.predict_many([rgb] * 8, batch_size=8))) == 8
    assert sizes == [8, 4, 2, 2, 2, 2] or sizes == [8, 4, 2, 2, 4, 2, 2]
    assert "going on with 4" in caplog.text
