"""How far a step is, in words."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from napari_rocks2net.plugin.work.jobs import Progress, duration

Result = TypeVar("Result")


@dataclass(frozen=True)
class StepProgress(Progress):
    """How far a step is whose parts are no images.

    Parameters
    ----------
    what : str
        What is being done, such as "Looking for crystals".
    """

    what: str = ""

    def __str__(self) -> str:
        """Return a line for people."""
        if self.seconds_left is None:
            return f"{self.what} ..."
        return f"{self.what}: {self.done} of {self.total}, about {duration(self.seconds_left)} left"


def told(steps: Generator[tuple[int, int], None, Result], what: str) -> Generator[StepProgress, None, Result]:
    """Run steps of the library, which yield steps done and steps in all, and tell people how far they are."""
    start = time.monotonic()
    while True:
        try:
            done, total = next(steps)
        except StopIteration as finished:
            result: Result = finished.value
            return result
        yield StepProgress(done, total, time.monotonic() - start, what)
