"""Lines of a child process that trains: started, and read by a thread."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
from typing import IO

from napari_rocks2net.training.runs.run_folder import RunFolder

CHILD = ("-P", "-u", "-m", "napari_rocks2net.training.process.child")


def spawn(folder: RunFolder) -> subprocess.Popen[bytes]:
    """Start the child process that trains what a run folder says."""
    # The child finds packages where this process does, whatever has put them there.
    paths = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with folder.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, *CHILD, str(folder.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=os.environ | paths,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )


def read_lines(source: IO[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    """Read the lines of a process until it ends, in a thread.

    Parameters
    ----------
    source : file of bytes
        Its output.
    lines : queue.SimpleQueue of bytes
        Takes them.
    """
    with source:
        for line in source:
            lines.put(line)
