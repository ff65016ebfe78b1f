"""How long a training takes here: one timed step, remembered."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from napari_rocks2net.samples import SampleTable, ensure_split, load_samples
from napari_rocks2net.training import TrainingConfig, duration_sentence, estimate_duration, train
from napari_rocks2net.training.duration import estimate as duration
from napari_rocks2net.training.duration.timed_step import seconds_of_describing


def test_a_step_is_timed_once_and_remembered(
    samples: SampleTable,
    tiny_config: Callable[..., TrainingConfig],
    remembered: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = tiny_config(model="shufflenet_v2")
    seconds = estimate_duration(config, samples)
    assert seconds > 0
    assert remembered.is_file()
    monkeypatch.setattr(duration, "seconds_of_step", lambda *_: pytest.fail("timed again"))
    assert estimate_duration(config, samples) == seconds


def test_a_step_that_was_timed_yesterday_is_timed_again(
    samples: SampleTable, tiny_config: Callable[..., TrainingConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = [0.5, 5.0]
    monkeypatch.setattr(duration, "seconds_of_step", lambda *_: times.pop(0))
    busy = estimate_duration(tiny_config(), samples)
    assert estimate_duration(tiny_config(), samples) == busy
    today = time.time()
    monkeypatch.setattr("napari_rocks2net.training.duration.estimate.time.time", lambda: today + 25 * 3600)
    assert estimate_duration(tiny_config(), samples) > 5 * busy
    assert times == []


def test_epochs_that_were_trained_correct_the_estimate(
    samples: SampleTable, tiny_config: Callable[..., TrainingConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duration, "seconds_of_step", lambda *_: 5.0)
    config, split = tiny_config(epochs=10), ensure_split(samples, 0.2, 0.2, 0)
    busy = estimate_duration(config, samples)
    duration.remember_epochs(config, split, [90.0, 2.0, 1.0])
    corrected = estimate_duration(config, samples)
    assert 10 * 2.0 < corrected < 15 * 2.0 < busy
    duration.remember_epochs(config, split, [])
    assert estimate_duration(config, samples) == corrected


def test_a_training_corrects_the_estimate(
    labels_csv: Path, tiny_network: None, tiny_config: Callable[..., TrainingConfig], remembered: Path
) -> None:
    samples = load_samples(labels_csv, property="rock", group="section")
    train(tiny_config(epochs=1), samples)
    [(seconds, when)] = json.loads(remembered.read_text()).values()
    assert 0 < seconds < 60
    assert when <= time.time()


def test_time_grows_with_the_epochs(
    samples: SampleTable, tiny_config: Callable[..., TrainingConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duration, "seconds_of_step", lambda *_: 0.5)
    short, long = (estimate_duration(tiny_config(epochs=epochs), samples) for epochs in (2, 12))
    split = 24 * (1 - 0.2)
    assert long - short == pytest.approx(10 * 0.5 * split, rel=0.25)


@pytest.mark.parametrize("content", ["", "[]", '{"a": "b"}', "half a {", '{"a": 1}', '{"a": [1, "b"]}'])
def test_a_damaged_memory_is_timed_again(
    content: str,
    samples: SampleTable,
    tiny_config: Callable[..., TrainingConfig],
    remembered: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    remembered.parent.mkdir(parents=True)
    remembered.write_text(content)
    monkeypatch.setattr(duration, "seconds_of_step", lambda *_: 0.5)
    assert estimate_duration(tiny_config(), samples) > 0


def test_what_cannot_be_timed_or_remembered_stops_nothing(
    samples: SampleTable, tiny_config: Callable[..., TrainingConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> float:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(duration, "atomic_write", lambda *_: (_ for _ in ()).throw(OSError("read-only")))
    monkeypatch.setattr(duration, "seconds_of_step", lambda *_: 0.5)
    assert estimate_duration(tiny_config(), samples) > 0
    monkeypatch.setattr(duration, "seconds_of_step", full)
    assert estimate_duration(tiny_config(), samples) is None


def test_a_network_that_is_fitted_takes_the_time_of_describing_photos(
    samples: SampleTable, tiny_config: Callable[..., TrainingConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duration, "seconds_of_step", lambda *_: pytest.fail("timed a step"))
    monkeypatch.setattr(duration, "seconds_of_describing", lambda: 0.5)
    seconds = estimate_duration(tiny_config(model="probe"), samples)
    assert seconds is not None
    assert seconds - duration.FITTED_SECONDS == pytest.approx(len(samples.frame) * 0.5, rel=0.2)


def test_photos_are_described_to_time_it() -> None:
    assert 0 < seconds_of_describing() < 60


def test_a_long_training_says_what_is_shorter(
    samples: SampleTable, tiny_config: Callable[..., TrainingConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duration, "seconds_of_step", lambda *_: 0.5)
    config = tiny_config(epochs=2)
    assert duration_sentence(config, samples).endswith(" s here.")
    long = duration_sentence(tiny_config(epochs=200), samples)
    assert "fewer epochs than 200" in long
    assert "the network probe" in long
    assert "no folds" in duration_sentence(tiny_config(epochs=200), samples, 5)
    monkeypatch.setattr(duration, "estimate_duration", lambda *_: None)
    assert duration_sentence(config, samples) == ""
