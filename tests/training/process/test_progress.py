"""Where a training is, and the time that it will still take."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_rocks2net.training import (
    BatchFinished,
    EpochFinished,
    EvaluationStarted,
    FoldStarted,
    ImagesRead,
    TrainingPaused,
    TrainingResumed,
    TrainingStarted,
)
from napari_rocks2net.training.process.progress import TrainingProgress


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock) -> TrainingProgress:
    progress = TrainingProgress(clock)
    progress.take(TrainingStarted(Path("run"), "cpu", 1, 4, 16, 4, 4))
    return progress


def finished(epoch: int, seconds: float = 10.0) -> EpochFinished:
    return EpochFinished(epoch, 4, 1, 0.5, 1, 0.5, seconds)


def test_before_anything_is_known_no_time_is_promised(progress: TrainingProgress) -> None:
    assert progress.seconds_left is None
    assert "left" not in str(progress)
    assert "On cpu: 16 + 4 + 4 images" in str(progress)


def test_the_first_epoch_is_estimated_from_its_batches(progress: TrainingProgress, clock: Clock) -> None:
    clock.now = 3.0
    progress.take(BatchFinished(1, 4, 1, 2))
    # One of 2 x 4 batches took 3 seconds.
    assert progress.seconds_left == pytest.approx(21.0)


def test_later_epochs_are_estimated_from_whole_ones(progress: TrainingProgress, clock: Clock) -> None:
    progress.take(BatchFinished(1, 4, 2, 2))
    clock.now = 10.0
    progress.take(finished(1))
    clock.now = 14.0
    progress.take(BatchFinished(2, 4, 1, 2))
    # Three epochs of 10 seconds, 4 of them spent.
    assert progress.seconds_left == pytest.approx(26.0)
    assert str(progress) == "Epoch 2 of 4, about 26 s left"


def test_a_pause_does_not_make_the_rest_longer(progress: TrainingProgress, clock: Clock) -> None:
    progress.take(BatchFinished(1, 4, 2, 2))
    clock.now = 10.0
    progress.take(finished(1))
    progress.take(TrainingPaused())
    assert progress.seconds_left is None
    clock.now = 1000.0
    progress.take(TrainingResumed())
    assert progress.seconds_left == pytest.approx(30.0)


def test_a_continued_run_counts_from_where_it_goes_on(clock: Clock) -> None:
    progress = TrainingProgress(clock)
    progress.take(TrainingStarted(Path("run"), "cpu", 3, 4, 16, 4, 4))
    assert (progress.epoch, progress.epochs) == (2, 4)


def test_reading_images_and_measuring_are_reported(progress: TrainingProgress) -> None:
    progress.take(ImagesRead(5, 24))
    assert str(progress) == "Reading images: 5 of 24"
    progress.take(EvaluationStarted(4, 4))
    assert progress.epoch == progress.epochs
    assert str(progress) == "Measuring the best epoch ..."


def test_a_fold_is_named(progress: TrainingProgress) -> None:
    progress.take(FoldStarted(2, 5, Path("run/fold-2")))
    progress.take(BatchFinished(1, 4, 1, 2))
    assert str(progress).startswith("Fold 2 of 5: Epoch 1 of 4")


def test_a_training_that_ended_promises_no_time(progress: TrainingProgress, clock: Clock) -> None:
    clock.now = 3.0
    progress.take(BatchFinished(1, 4, 1, 2))
    progress.end("The training ended without a result.")
    assert str(progress) == "The training ended without a result."
