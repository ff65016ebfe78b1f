"""Child process of a training, started by a `TrainingProcess`: it trains what its run folder says.

``python -m napari_rocks2net.training.process.child FOLDER`` reads config.json and samples.csv of the folder.
It writes its events to standard output, one JSON line each, and takes "pause", "resume" and "stop" from
standard input, one a line. When standard input ends, the parent is gone and so is this process, at once.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, TextIO

from napari_rocks2net.logged_warnings import PACKAGE
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.events import (
    BatchFinished,
    EpochFinished,
    FoldStarted,
    ImagesRead,
    TrainingEvent,
    TrainingPaused,
    TrainingResumed,
    TrainingStarted,
    TrainingStopped,
    ValidationBatchFinished,
    event_line,
)
from napari_rocks2net.training.process.failures import FAILURE, WARNING, sentence_of
from napari_rocks2net.training.runs.run_folder import RunFolder

PAUSING_POINTS = (TrainingStarted, BatchFinished, ValidationBatchFinished, EpochFinished)
STOPPING_POINTS = (*PAUSING_POINTS, ImagesRead, FoldStarted)


class Parent:
    """The process at the other end: takes events and gives commands.

    Parameters
    ----------
    events, commands : text files
        Where lines go to and come from.
    """

    def __init__(self, events: TextIO, commands: TextIO) -> None:
        self._events = events
        self._commands = commands
        self._may_run = threading.Event()
        self._may_run.set()
        self._stop_requested = False

    def listen(self) -> None:
        """Take commands until their end, then leave."""
        for line in self._commands:
            match line.strip():
                case "pause":
                    self._may_run.clear()
                case "resume":
                    self._may_run.set()
                case "stop":
                    self._stop_requested = True
                    self._may_run.set()
        leave(1)

    def report(self, event: TrainingEvent) -> None:
        """Send an event, then wait while the training is paused, or end it by `TrainingStopped`."""
        self._send(event_line(event))
        if isinstance(event, PAUSING_POINTS) and not self._may_run.is_set():
            self._send(event_line(TrainingPaused()))
            self._may_run.wait()
            self._send(event_line(TrainingResumed()))
        if isinstance(event, STOPPING_POINTS) and self._stop_requested:
            raise TrainingStopped

    def report_failure(self, sentence: str) -> None:
        """Send the reason for a missing result."""
        self._send(json.dumps({FAILURE: sentence}))

    def report_warning(self, sentence: str) -> None:
        """Send what a person must know of the training."""
        self._send(json.dumps({WARNING: sentence}))

    def _send(self, line: str) -> None:
        self._events.write(f"{line}\n")
        self._events.flush()


class WarningsForParent(logging.Handler):
    """Sends a parent what the package warns of."""

    def __init__(self, parent: Parent) -> None:
        super().__init__()
        self._parent = parent

    def emit(self, record: logging.LogRecord) -> None:
        """Send a message."""
        self._parent.report_warning(record.getMessage())


def train_folder(folder: RunFolder, parent: Parent) -> int:
    """Train what a prepared run folder says.

    Parameters
    ----------
    folder : RunFolder
        Holds config.json and samples.csv; finished epochs and folds are kept.
    parent : Parent
        Takes the events, and at last the reason when there is no result; the traceback goes to standard
        error.

    Returns
    -------
    int
        The exit code: 0 when the run has its results (also when it was stopped after an epoch), 1 after any
        error, which is not raised.
    """
    try:
        config = replace(TrainingConfig.from_dict(folder.read_config()), output=folder.path, resume=True)
        samples = folder.read_samples()
        if folds := folder.settings.folds:
            from napari_rocks2net.training.cross_validation import cross_validate

            cross_validate(config, samples, folds, parent.report)
        else:
            from napari_rocks2net.training.runner import train

            train(config, samples, parent.report)
    except BaseException as error:
        traceback.print_exc()
        parent.report_failure(sentence_of(error, folder))
        return 1
    return 0


def leave(code: int) -> NoReturn:
    """End this process and those that read images for it, whatever they are at."""
    for reader in multiprocessing.active_children():
        reader.kill()
    sys.stderr.flush()
    os._exit(code)


def connect() -> Parent:
    """Keep standard input and output for the parent: what a library prints goes to standard error."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    commands = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return Parent(events, commands)


def main(folder: str) -> NoReturn:
    """Train, and leave with 0 when the run folder is complete, else with 1."""
    # Ctrl-C in the terminal of the parent is the parent's to judge.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = connect()
    threading.Thread(target=parent.listen, daemon=True).start()
    # A handler of one's own takes the place of that which writes to standard error, the log of the run.
    for handler in (WarningsForParent(parent), logging.StreamHandler()):
        handler.setLevel(logging.WARNING)
        logging.getLogger(PACKAGE).addHandler(handler)
    leave(train_folder(RunFolder(Path(folder)), parent))


if __name__ == "__main__":
    main(sys.argv[1])
