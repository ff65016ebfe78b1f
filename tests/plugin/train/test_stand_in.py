"""The scripted training holds to what the real one does."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.plugin.train.conftest import ScriptedProcess

from napari_rocks2net.samples import load_samples
from napari_rocks2net.training import (
    BatchFinished,
    EpochFinished,
    TrainingConfig,
    TrainingEvent,
    TrainingPaused,
    TrainingProcess,
    TrainingResumed,
    TrainingStarted,
)
from napari_rocks2net.training.process.training_process import OVER

PATIENCE_SECONDS = 120


class Training:
    """A training that is followed to an event or to its end."""

    def __init__(self, process: Any, end: Callable[[], None]) -> None:
        self.process: Any = process
        self.end = end
        self.events: list[TrainingEvent] = []

    def follow(self, until: Callable[[], bool]) -> None:
        patience = time.monotonic() + PATIENCE_SECONDS
        while not until():
            events = self.process.poll()
            self.events += events
            if not events:
                self.end()
                time.sleep(0.01)
            assert time.monotonic() < patience, self.process.error

    def has(self, kind: type) -> bool:
        return any(isinstance(event, kind) for event in self.events)

    @property
    def over(self) -> bool:
        return self.process.state in OVER


@pytest.fixture(params=["stand-in", "real"])
def training(
    request: pytest.FixtureRequest, labels_csv: Path, tmp_path: Path, make_run: Callable[..., Path]
) -> Any:
    """One short training, once played and once computed."""
    real = request.param == "real"
    config = TrainingConfig(
        model="microcrystalnet", epochs=1, batch_size=4, accelerator="cpu", output=tmp_path / "run"
    )
    process_class: Any = TrainingProcess if real else ScriptedProcess
    process = process_class.start(config, load_samples(labels_csv, "rock", "section"))

    def end() -> None:
        """Let the played training end once everything is told."""
        if not real and process.state == "running":
            process.finish(make_run())

    yield Training(process, end)
    process.close()


def public(kind: type) -> dict[str, Any]:
    return {name: member for name, member in vars(kind).items() if not name.startswith("_")}


def test_every_method_of_the_process_takes_the_same() -> None:
    for name, member in public(TrainingProcess).items():
        stand_in = public(ScriptedProcess).get(name)
        if isinstance(member, property) or name in ("wait", "pid"):
            continue
        assert stand_in is not None, name
        real, played = (inspect.signature(getattr(kind, name)) for kind in (TrainingProcess, ScriptedProcess))
        assert list(real.parameters) == list(played.parameters), name


def test_events_come_in_order_and_the_run_after_them(training: Training) -> None:
    before = training.process.run
    training.follow(lambda: training.over)
    kinds = [type(event) for event in training.events]
    assert kinds.index(TrainingStarted) < kinds.index(BatchFinished) < kinds.index(EpochFinished)
    assert (training.process.state, training.process.error) == ("finished", None)
    assert before is None
    assert training.process.run.model_path.is_file()
    assert training.process.poll() == []


def test_a_pause_emits_an_event_and_the_training_continues(training: Training) -> None:
    training.follow(lambda: training.has(TrainingStarted))
    training.process.pause()
    training.follow(lambda: training.has(TrainingPaused) or training.over)
    assert training.process.state == "paused"
    training.process.resume()
    training.follow(lambda: training.over)
    assert training.has(TrainingResumed)
    assert training.process.state == "finished"


def test_a_discarded_training_has_no_run_and_no_error(training: Training) -> None:
    training.follow(lambda: training.has(TrainingStarted))
    training.process.discard()
    assert (training.process.state, training.process.run, training.process.error) == ("discarded", None, None)
