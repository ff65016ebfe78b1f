"""Long work as a generator of steps, for jobs that can be cancelled, and as a plain function."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

Result = TypeVar("Result")
Progress = Callable[[int, int], None]
StopAsked = Callable[[], bool]


def run_steps(
    steps: Generator[tuple[int, int], None, Result],
    on_progress: Progress | None,
    should_stop: StopAsked | None,
    stopped: Exception,
) -> Result:
    """Run steps to their end and return the result.

    Parameters
    ----------
    steps : generator
        Yields steps done and steps in all; returns the result.
    on_progress : callable, optional
        Takes what is yielded.
    should_stop : callable, optional
        Asked after each step; True ends the work.
    stopped : Exception
        What is raised then.
    """
    while True:
        try:
            done, total = next(steps)
        except StopIteration as finished:
            result: Result = finished.value
            return result
        if on_progress is not None:
            on_progress(done, total)
        if should_stop is not None and should_stop():
            steps.close()
            raise stopped
