"""Fuzzing of readers in child processes, so that a crash or a hang of a C library is detected too."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
# A child imports libraries before its first input.
START_SECONDS = 600.0


@dataclass
class Report:
    """What came of the mutated files of a reader."""

    inputs: int = 0
    findings: dict[int, str] = field(default_factory=dict)


def fuzz(
    name: str, count: int, seed: int = 0, seconds: float = 20.0, budget: float = float("inf"), first: int = 0
) -> Report:
    """Hand mutated files to a reader.

    Parameters
    ----------
    name : str
        One of `READERS`.
    count : int
        How many inputs; input `n` of a seed is always the same.
    seed : int
    seconds : float
        How long a reader may take for one input.
    budget : float
        Seconds after which no more are tried.
    first : int
        The number of the first input.
    """
    report, began = Report(), time.monotonic()
    while first < count and (left := budget - (time.monotonic() - began)) > 0:
        first = _run_child(report, name, seed, first, count, seconds, left)
    return report


def _run_child(
    report: Report, name: str, seed: int, first: int, count: int, seconds: float, budget: float
) -> int:
    """Go on until the child is done, dies or hangs; return the next input to try."""
    settings = map(str, (seed, first, count, seconds, budget))
    command = [sys.executable, "-m", "tests.fuzz.child", name, *settings]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "OMP_NUM_THREADS": "1"}
    child = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    # A pipe that nobody empties would stop the child: libtiff has much to say.
    errors: deque[str] = deque(maxlen=20)
    complaints = threading.Thread(target=errors.extend, args=(child.stderr,), daemon=True)
    complaints.start()
    lines: queue.Queue[str | None] = queue.Queue()
    listening = threading.Thread(target=_listen, args=(child, lines), daemon=True)
    listening.start()
    begun, finding = None, None
    try:
        # The child itself gives up after `seconds` in Python code; in a library's it cannot.
        while (line := lines.get(timeout=START_SECONDS if begun is None else 3 * seconds)) is not None:
            message = json.loads(line)
            begun = message.get("begun", begun)
            if "done" in message:
                report.inputs += 1
                first, begun = message["done"] + 1, -1
                if message["finding"]:
                    report.findings[message["done"]] = message["finding"]
    except queue.Empty:
        finding = "the process hangs"
    child.kill()
    complaints.join()
    listening.join()
    with child:
        child.wait()
    error = "".join(errors)
    if begun is None and first < count:
        raise RuntimeError(f"The child did not start: {error}")
    if begun == first:
        report.findings[first] = finding or f"the process died with {child.returncode}: {error[-300:]}"
        report.inputs += 1
        return first + 1
    # The child was done, or its time was up.
    return count


def _listen(child: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        lines.put(line)
    lines.put(None)
