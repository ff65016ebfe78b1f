"""The job bar shows how far a job is, says how it ended, and is gone when there is none."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any

import pytest

from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.look.job_bar import JobBar


@pytest.fixture
def bar(qtbot: Any) -> JobBar:
    made = JobBar(cancelled="Cancelled; what is mapped stays.")
    qtbot.addWidget(made)
    return made


@pytest.fixture
def messages(bar: JobBar) -> list[str]:
    texts: list[str] = []
    bar.message.connect(texts.append)
    return texts


def test_a_job_is_shown_while_it_runs_and_its_result_arrives(
    bar: JobBar, messages: list[str], qtbot: Any
) -> None:
    go_on, results = threading.Event(), []

    def work() -> Generator[Progress, None, str]:
        yield Progress(1, 4)
        go_on.wait(60)
        return "done"

    assert bar.isHidden()
    bar.run(work, results.append)
    qtbot.waitUntil(lambda: bar.bar.value() == 1)
    assert (bar.bar.maximum(), bar.running, bar.isHidden()) == (4, True, False)
    assert messages == ["1 of 4 done, about 1 s left"]
    go_on.set()
    qtbot.waitUntil(lambda: results == ["done"])
    assert bar.isHidden()
    assert not bar.running


def test_an_error_is_reported(bar: JobBar, messages: list[str], qtbot: Any) -> None:
    def fail() -> None:
        raise ValueError("The slide is empty.")

    bar.run(fail, lambda _: pytest.fail("it has no result"))
    qtbot.waitUntil(lambda: messages == ["The slide is empty."])
    assert bar.isHidden()


def test_a_cancelled_job_says_what_stays_and_its_result_is_dropped(
    bar: JobBar, messages: list[str], qtbot: Any
) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(60)
        ended.set()

    bar.run(work, lambda _: pytest.fail("it was cancelled"))
    qtbot.waitUntil(begun.is_set)
    bar.cancel_button.click()
    assert messages == ["Cancelled; what is mapped stays."]
    go_on.set()
    qtbot.waitUntil(ended.is_set)
    qtbot.wait(50)
    assert not bar.running
