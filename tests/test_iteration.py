"""Long work reports how far it is, with the time that it took itself, and returns its result."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from napari_rocks2net.iteration import Progress, report_progress, run_to_end, timed


def iterate() -> Generator[tuple[int, int], None, str]:
    yield 1, 2
    yield 2, 2
    return "labels"


def test_an_iterative_function_reports_its_progress_and_returns_its_result() -> None:
    job = report_progress(iterate(), "Looking for crystals")
    assert [next(job).done, next(job).done] == [1, 2]
    with pytest.raises(StopIteration, match="labels"):
        next(job)
    assert run_to_end(report_progress(iterate(), "Looking")) == "labels"


def test_the_time_left_follows_from_the_time_spent() -> None:
    assert Progress(2, 10, 4.0).seconds_left == 16
    assert str(Progress(2, 10, 4.0)) == "2 of 10 done, about 16 s left"
    assert str(Progress(2, 10, 4.0, "Photos")) == "Photos: 2 of 10, about 16 s left"
    assert Progress(0, 10, 4.0).seconds_left is None
    assert str(Progress(0, 10)) == "Image 1 of 10 ..."
    assert str(Progress(activity="Saving")) == "Saving ..."


class Clock:
    """Goes forward when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_only_the_steps_count_not_what_happens_between_them() -> None:
    clock = Clock()

    def work() -> Generator[Progress, None, str]:
        for done in range(3):
            clock.now += 2
            yield Progress(done + 1, 3)
        return "done"

    seconds = []
    for progress in (job := timed(work(), clock)):
        seconds.append(progress.seconds)
        clock.now += 100  # A pause.
    assert seconds == [2, 4, 6]
    assert list(job) == []
    assert run_to_end(timed(work(), clock)) == "done"


def test_every_activity_has_a_time_of_its_own() -> None:
    clock = Clock()

    def work() -> Generator[Progress, None, None]:
        yield Progress(activity="Loading the model")
        clock.now += 50
        yield Progress(0, 2, activity="Photos")
        clock.now += 1
        yield Progress(1, 2, activity="Photos")

    assert [each.seconds for each in timed(work(), clock)] == [0, 0, 1]


def test_what_is_no_progress_is_handed_on() -> None:
    def work() -> Generator[int, None, None]:
        yield 7

    assert list(timed(work())) == [7]
