"""Pausing of jobs: between two of their steps, in the thread that they run in."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import TypeVar

from napari_rocks2net.crystals.iteration import Steps

Step = TypeVar("Step")
Result = TypeVar("Result")

SECONDS_BETWEEN_LOOKS = 0.05


class Pause:
    """Whether a job waits, and a clock that stands still meanwhile."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._waited = 0.0

    @property
    def on(self) -> bool:
        """Whether it is to wait."""
        return self._since is not None

    def set(self, on: bool) -> None:
        """Let the job wait, or go on."""
        now = time.monotonic()
        if on and self._since is None:
            self._since = now
        elif not on and self._since is not None:
            self._waited, self._since = self._waited + now - self._since, None

    def clock(self) -> float:
        """Return seconds that do not pass in a pause."""
        since = self._since
        return (time.monotonic() if since is None else since) - self._waited

    def between(self, job: Generator[Step, None, Result]) -> Generator[Step, None, Result]:
        """Run a job, waiting after a step while it is to; it can be cancelled then, too."""
        steps = Steps(job)
        for step in steps:
            yield step
            while self.on:
                time.sleep(SECONDS_BETWEEN_LOOKS)
                yield step
        return steps.result
