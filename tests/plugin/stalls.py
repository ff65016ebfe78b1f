"""How long the GUI thread is busy with one thing."""

from __future__ import annotations

import time
from pathlib import Path

from qtpy.QtCore import QTimer

# An epoch, or loading torch, takes longer; slow machines get time.
LONGEST_STALL_SECONDS = 5.0
TICK_MS = 10
# Nanoseconds of this thread at work, nanoseconds of waiting for a processor, number of turns; Linux has it.
TURNS = Path("/proc/thread-self/schedstat")


class StallWatch:
    """The longest time between two ticks of a timer on the GUI thread; made and stopped in that thread.

    Time in which others had the processor does not count: a busy machine is no stall of ours.
    """

    def __init__(self) -> None:
        self.longest, self._last = 0.0, _seconds()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def _tick(self) -> None:
        now = _seconds()
        self.longest, self._last = max(self.longest, now - self._last), now

    def stop(self) -> None:
        self._timer.stop()


def _seconds() -> float:
    waited = int(TURNS.read_text().split()[1]) if TURNS.exists() else 0
    return time.monotonic() - waited / 1e9
