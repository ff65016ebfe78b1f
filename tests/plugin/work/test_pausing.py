"""Pausing: a job waits after the step that it is at, and the clock of its progress with it."""

from __future__ import annotations

from collections.abc import Generator

from napari_rocks2net.plugin.work.jobs import run_to_end
from napari_rocks2net.plugin.work.pausing import Pause


def count(most: int) -> Generator[int, None, str]:
    yield from range(most)
    return "done"


def test_a_job_that_is_paused_repeats_its_step_until_it_goes_on() -> None:
    pause = Pause()
    job = pause.between(count(3))
    assert next(job) == 0
    pause.set(True)
    assert [next(job) for _ in range(3)] == [0, 0, 0]
    pause.set(False)
    assert list(job) == [1, 2]


def test_the_result_is_that_of_the_job() -> None:
    assert run_to_end(Pause().between(count(2))) == "done"


def test_no_time_passes_in_a_pause() -> None:
    pause = Pause()
    pause.set(True)
    before = pause.clock()
    pause.set(True)
    assert pause.clock() == before
    pause.set(False)
    pause.set(False)
    assert before <= pause.clock() < before + 0.5
