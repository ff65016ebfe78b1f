"""Jobs report, end, can be cancelled, and never lose a result or an error."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Generator
from typing import Any

import pytest
from qtpy.QtCore import QObject
from qtpy.QtWidgets import QApplication
from superqt.utils._qthreading import WorkerBase

from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.work.jobs import JobRunner


class Log:
    """Collects what a job says."""

    def __init__(self) -> None:
        self.progress: list[Progress] = []
        self.results: list[Any] = []
        self.errors: list[str] = []

    def start(self, runner: JobRunner, work: Callable[[], Any]) -> None:
        runner.start(
            work, on_progress=self.progress.append, on_done=self.results.append, on_error=self.errors.append
        )


def count(items: int, seconds: float = 0.0) -> Callable[[], Generator[Progress, None, int]]:
    def work() -> Generator[Progress, None, int]:
        for done in range(1, items + 1):
            time.sleep(seconds)
            yield Progress(done, items, seconds * done)
        return items

    return work


def failing(error: Exception) -> Callable[[], Generator[Progress, None, None]]:
    def work() -> Generator[Progress, None, None]:
        yield Progress(0, 1, 0.0)
        raise error

    return work


def failing_at_once(error: Exception) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def test_a_plain_function_is_a_job_too(qtbot: Any) -> None:
    runner, log = JobRunner(), Log()
    log.start(runner, lambda: threading.get_ident())
    qtbot.waitUntil(lambda: bool(log.results))
    assert log.results != [threading.get_ident()]
    assert (log.progress, log.errors) == ([], [])


def test_a_job_ends_with_the_widget_that_owns_it(qtbot: Any) -> None:
    owner, may_end = QObject(), threading.Event()
    runner, log = JobRunner(owner), Log()
    log.start(runner, lambda: may_end.wait(30))
    owner.deleteLater()
    qtbot.waitUntil(lambda: not runner.running)
    may_end.set()
    WorkerBase.await_workers(60_000)
    QApplication.processEvents()
    assert (log.results, log.errors) == ([], [])


@pytest.mark.parametrize("attempt", range(10))
def test_even_the_shortest_job_delivers_its_result_once(qtbot: Any, attempt: int) -> None:
    runner, log = JobRunner(), Log()
    log.start(runner, count(0))
    qtbot.waitUntil(lambda: bool(log.results))
    assert log.results == [0]
    assert not runner.running


def test_progress_arrives_in_order_on_the_gui_thread(qtbot: Any) -> None:
    runner, log, threads = JobRunner(), Log(), set()
    runner.start(
        count(5),
        on_progress=lambda progress: (log.progress.append(progress), threads.add(threading.get_ident())),
        on_done=log.results.append,
        on_error=log.errors.append,
    )
    qtbot.waitUntil(lambda: bool(log.results))
    assert [progress.done for progress in log.progress] == [1, 2, 3, 4, 5]
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("work", [failing, failing_at_once])
@pytest.mark.parametrize(
    "error", [RuntimeError("CUDA out of memory"), MemoryError("full"), ValueError("no"), StopIteration()]
)
def test_every_error_arrives_and_ends_the_job(
    qtbot: Any, error: Exception, work: Callable[[Exception], Callable[[], Any]]
) -> None:
    runner, log = JobRunner(), Log()
    log.start(runner, work(error))
    qtbot.waitUntil(lambda: bool(log.errors))
    assert not runner.running
    assert (str(error) or type(error).__name__) in log.errors[0]


def test_cancel_answers_at_once_and_the_thread_ends_with_its_item(qtbot: Any) -> None:
    runner, log, items = JobRunner(), Log(), []

    def work() -> Generator[Progress, None, int]:
        for done in range(1000):
            time.sleep(0.05)
            items.append(done)
            yield Progress(done, 1000, 0.0)
        return 1000

    log.start(runner, work)
    qtbot.waitUntil(lambda: len(log.progress) >= 2)
    runner.cancel()
    assert not runner.running
    assert len(items) < 1000
    qtbot.wait(200)
    done = len(items)
    qtbot.wait(200)
    assert len(items) == done
    assert log.results == []


def test_the_result_of_a_replaced_job_is_dropped(qtbot: Any) -> None:
    runner, old, new = JobRunner(), Log(), Log()
    old.start(runner, count(1, seconds=0.3))
    new.start(runner, count(2))
    qtbot.waitUntil(lambda: bool(new.results))
    qtbot.wait(500)
    assert new.results == [2]
    assert old.results == []


@pytest.mark.parametrize("clicks", [1, 3, 5])
def test_a_paused_job_waits_after_its_step_and_goes_on(qtbot: Any, clicks: int) -> None:
    runner, log, items = JobRunner(), Log(), []

    def work() -> Generator[Progress, None, int]:
        for done in range(1, 41):
            time.sleep(0.01)
            items.append(done)
            yield Progress(done, 40)
        return 40

    log.start(runner, work)
    qtbot.waitUntil(lambda: len(log.progress) >= 2)
    # Whatever was clicked meanwhile, the last wish counts.
    for click in range(clicks):
        runner.pause(click % 2 == 0)
    qtbot.wait(300)
    done = len(items)
    qtbot.wait(200)
    assert (len(items), log.results, runner.paused) == (done, [], True)
    runner.pause(False)
    qtbot.waitUntil(lambda: log.results == [40])


def test_a_paused_job_can_be_cancelled_and_another_is_not_paused(qtbot: Any) -> None:
    runner, log = JobRunner(), Log()
    log.start(runner, count(1000, seconds=0.01))
    runner.pause(True)
    runner.cancel()
    log.start(runner, count(2))
    qtbot.waitUntil(lambda: log.results == [2])


def test_a_runner_that_the_garbage_collector_has_emptied_can_be_cancelled() -> None:
    runner = JobRunner()
    vars(runner).clear()
    runner.cancel()
    assert not runner.running


def test_a_job_that_is_under_way_when_the_program_ends_crashes_nothing() -> None:
    """Its thread would go on in an interpreter that is gone."""
    program = """
import time
import warnings
from qtpy.QtWidgets import QApplication
from napari_rocks2net.plugin.work.jobs import JobRunner

def work():
    for number in range(4):
        time.sleep(0.2)
        yield number

application, runner = QApplication([]), JobRunner()
runner.start(work, on_done=print, on_error=print)
time.sleep(0.1)
runner.cancel()
"""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, timeout=120
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_jobs_that_overlap_leave_pythons_warnings_as_they_were(qtbot: Any) -> None:
    before = warnings.showwarning, list(warnings.filters)
    during: list[object] = []
    both_run, first_is_over = threading.Barrier(2), threading.Event()

    def work(last: bool) -> None:
        both_run.wait(60)
        during.append(warnings.showwarning)
        if last:
            first_is_over.wait(60)

    runners, log = (JobRunner(), JobRunner()), Log()
    for runner, last in zip(runners, (False, True), strict=True):
        log.start(runner, lambda last=last: work(last))
    qtbot.waitUntil(lambda: len(log.results) == 1)
    first_is_over.set()
    qtbot.waitUntil(lambda: len(log.results) == 2)
    WorkerBase.await_workers(60_000)
    assert (warnings.showwarning, list(warnings.filters)) == before
    assert set(during) == {before[0]}


def test_what_a_cancelled_job_held_ends_in_its_own_thread(qtbot: Any) -> None:
    ended: list[int] = []
    worked_in: list[int] = []

    def work() -> Generator[Progress, None, None]:
        worked_in.append(threading.get_ident())
        try:
            while True:
                yield Progress(1, 2)
        finally:
            ended.append(threading.get_ident())

    runner, log = JobRunner(), Log()
    log.start(runner, work)
    qtbot.waitUntil(lambda: bool(log.progress))
    runner.cancel()
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == worked_in
