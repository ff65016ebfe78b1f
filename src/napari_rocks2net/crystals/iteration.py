"""Iteration of long work: as a generator, for jobs that can be cancelled, or to its end."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Generic, TypeVar

Step = TypeVar("Step")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]


class Steps(Generic[Step, Result]):
    """The steps of a generator, which keep what it returns as their result."""

    result: Result

    def __init__(self, iteration: Generator[Step, None, Result]) -> None:
        self._iteration = iteration

    def __iter__(self) -> Iterator[Step]:
        """Yield every step."""
        self.result = yield from self._iteration


def iterate_to_end(
    iteration: Generator[tuple[int, int], None, Result], on_progress: Progress | None
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
