"""Iteration of long work: a generator of its progress, for jobs that can be cancelled, or to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from napari_rocks2net.wording import duration

Step = TypeVar("Step")
Result = TypeVar("Result")
OnProgress = Callable[[int, int], None]


class Steps(Generic[Step, Result]):
    """The steps of a generator, which keep what it returns as their result."""

    result: Result

    def __init__(self, iteration: Generator[Step, None, Result]) -> None:
        self._iteration = iteration

    def __iter__(self) -> Iterator[Step]:
        """Yield every step."""
        self.result = yield from self._iteration


def iterate_to_end(
    iteration: Generator[tuple[int, int], None, Result], on_progress: OnProgress | None
) -> Result:
    """Iterate to the end and return the result.

    Parameters
    ----------
    iteration : generator
        Yields steps done and steps in all; returns the result.
    on_progress : callable, optional
        Takes what is yielded; whatever it raises ends the work.

    Returns
    -------
    object
        What the generator returns.
    """
    steps = Steps(iteration)
    for done, total in steps:
        if on_progress is not None:
            on_progress(done, total)
    return steps.result


@dataclass(frozen=True)
class Progress:
    """Progress of a job: items done, what is done ("" where the items are images), seconds spent on it."""

    done: int = 0
    total: int = 1
    seconds: float = 0.0
    activity: str = ""

    @property
    def seconds_left(self) -> float | None:
        """Estimated time left, None before the first item is done."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None

    def __str__(self) -> str:
        """Return a line for people."""
        if self.seconds_left is None:
            return f"{self.activity or f'Image 1 of {self.total}'} ..."
        share = f"{self.done} of {self.total}"
        items = f"{self.activity}: {share}" if self.activity else f"{share} done"
        return f"{items}, about {duration(self.seconds_left)} left"


def report_progress(
    iteration: Generator[tuple[int, int], None, Result], activity: str
) -> Generator[Progress, None, Result]:
    """Run an iterative function of the library as a job.

    Parameters
    ----------
    iteration : generator
        Yields items done and items in all.
    activity : str
        What is done, such as "Looking for crystals".

    Yields
    ------
    Progress
        After each item.

    Returns
    -------
    object
        What the function returns.
    """
    steps = Steps(iteration)
    for done, total in steps:
        yield Progress(done, total, activity=activity)
    return steps.result


def timed(
    job: Generator[Any, None, Result], clock: Callable[[], float] = time.monotonic
) -> Generator[Any, None, Result]:
    """Write into the progress of a job how long its activity has taken; a pause between two steps is no work.

    Parameters
    ----------
    job : generator
        Yields `Progress`; anything else is handed on.
    clock : callable
        Returns seconds that only go forward.

    Yields
    ------
    Progress
        That of the job, with the time.

    Returns
    -------
    object
        What the job returns.
    """
    steps, seconds, activity, start = Steps(job), 0.0, "", clock()
    for progress in steps:
        seconds += clock() - start
        if isinstance(progress, Progress):
            if progress.activity != activity or not progress.done:
                activity, seconds = progress.activity, (clock() - start) * bool(progress.done)
            progress = replace(progress, seconds=seconds)
        yield progress
        start = clock()
    return steps.result


def run_to_end(job: Generator[object, None, Result]) -> Result:
    """Do the work of a job here and now, and return its result."""
    steps = Steps(job)
    for _ in steps:
        pass
    return steps.result
