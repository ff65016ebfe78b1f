"""Photos over a cluster: the answers of this computer, in order, whatever happens to workers and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.classify import CriticalArea, DistributedClassifier, RockClassifier, SharedFile
from napari_rocks2net.classify import distributed as distributed_module
from napari_rocks2net.cluster import ClusterError, connect
from napari_rocks2net.imaging import ImageError
from napari_rocks2net.views import Field, View

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def distributed(
    torch_classifier: RockClassifier, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DistributedClassifier]:
    monkeypatch.setattr(distributed_module, "PHOTOS_OF_TASK", 4)
    with connect(scheduler) as client, DistributedClassifier(torch_classifier, client) as distributed:
        yield distributed


@pytest.fixture
def photos(tmp_path: Path, write_photo: Callable[..., Path]) -> list[Path]:
    """Eleven photos, one of them no photo and one that is not there."""
    photos = [write_photo(tmp_path / f"{number}.png", seed=number) for number in range(10)]
    photos[3].write_bytes(b"no picture")
    return [*photos[:6], tmp_path / "missing.png", *photos[6:]]


def test_answers_are_those_of_this_computer_to_the_last_bit(
    torch_classifier: RockClassifier, distributed: DistributedClassifier, photos: list[Path]
) -> None:
    here: dict[int, ImageError] = {}
    remote_errors: dict[int, ImageError] = {}
    expected = list(torch_classifier.predict_many(photos, batch_size=3, on_error=here.__setitem__))
    answers = list(distributed.predict_many(photos, batch_size=3, on_error=remote_errors.__setitem__))
    assert [each and each.all for each in answers] == [each and each.all for each in expected]
    assert [index for index, each in enumerate(answers) if each is None] == [3, 6]
    assert {index: str(error) for index, error in remote_errors.items()} == {
        index: str(error) for index, error in here.items()
    }
    assert distributed.devices == {"Running on the CPU, as asked."}


def test_arrays_functions_and_critical_areas_go_too(
    torch_classifier: RockClassifier, distributed: DistributedClassifier, rgb: np.ndarray
) -> None:
    area = CriticalArea(0, 0, 30, 40)
    answers = list(distributed.predict_many([rgb, lambda: rgb[::-1]], critical_areas=[area, None]))
    assert answers[0].all == torch_classifier.predict(rgb, area).all
    assert answers[1].all == torch_classifier.predict(rgb[::-1]).all


def test_a_field_gets_its_one_answer(
    torch_classifier: RockClassifier,
    distributed: DistributedClassifier,
    photos: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Workers have another working folder: paths are sent whole.
    monkeypatch.chdir(photos[0].parent)
    fields = [Field((View("0.png", "PPL"), View(photos[1], "XPL"))), Field((View("3.png", "PPL"),))]
    expected = torch_classifier.predict(fields[0])
    errors: dict[int, ImageError] = {}
    answers = distributed.predict_many(fields, on_error=errors.__setitem__)
    first = next(answers)
    monkeypatch.chdir("/")
    assert first.all == expected.all
    assert next(answers) is None
    assert "3.png" in str(errors[1])


def test_without_a_handler_the_first_bad_photo_is_raised(
    distributed: DistributedClassifier, photos: list[Path]
) -> None:
    answers = distributed.predict_many(photos)
    assert [next(answers).only.label for _ in range(3)]
    with pytest.raises(ImageError, match=r"3\.png"):
        next(answers)
    with pytest.raises(ValueError, match="at least 1"):
        next(distributed.predict_many(photos, batch_size=0))


def test_a_file_that_differs_between_machines_is_refused(
    tmp_path: Path, write_photo: Callable[..., Path]
) -> None:
    photo = SharedFile.of(write_photo(tmp_path / "a.png"))
    assert photo().shape == (40, 50, 3)
    with pytest.raises(ImageError, match=r"bytes instead of 7 on .*same files under the same paths"):
        replace(photo, size=7)()
    Path(photo.path).unlink()
    with pytest.raises(ImageError, match="is not there on"):
        photo()


def test_a_plane_of_a_stack_is_read_where_it_is_needed(tmp_path: Path, rng: np.random.Generator) -> None:
    frames = [Image.fromarray(rng.integers(0, 256, (9, 8, 3), np.uint8)) for _ in range(3)]
    frames[0].save(tmp_path / "stack.tif", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(SharedFile.of(tmp_path / "stack.tif", (2,))(), np.asarray(frames[2]))


def test_a_device_that_workers_lack_is_one_sentence(
    torch_classifier: RockClassifier, scheduler: str, rgb: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch_classifier.models[0], "requested_device", "cuda:9")
    with (
        connect(scheduler) as client,
        DistributedClassifier(torch_classifier, client) as distributed,
        pytest.raises(ClusterError, match=r"On the worker .*cuda:9"),
    ):
        next(distributed.predict_many([rgb]))
