"""Training process: a training in a child process, watched, paused, stopped and survived."""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from napari_rocks2net.samples import SampleTable, ensure_split
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.events import (
    OnEvent,
    TrainingEvent,
    TrainingPaused,
    TrainingResumed,
    TrainingStarted,
    event_from,
)
from napari_rocks2net.training.process.child_lines import read_lines, spawn
from napari_rocks2net.training.process.failures import FAILURE, WARNING, continuation_hint, sentence_of_exit
from napari_rocks2net.training.runs.opening import open_run
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError
from napari_rocks2net.training.runs.training_run import TrainingRun

logger = logging.getLogger(__name__)

State = Literal["starting", "running", "pausing", "paused", "stopping", "finished", "failed", "discarded"]
OVER = frozenset({"finished", "failed", "discarded"})
# A process that the system does not let go of within this time is left to it.
SECONDS_TO_DIE = 5.0
# Processes that read images outlive their parent for moments and hold its output open.
SECONDS_FOR_LAST_WORDS = 1.0
POLL_SECONDS = 0.1


class TrainingFailedError(RuntimeError):
    """A training has no result; the message says why and what to do."""


class TrainingProcess:
    """A training in a child process, through the same `train` as everywhere.

    The child finds its work in the files of the run folder and leaves its results there, so it can die
    without harm: the last finished epoch stays and `continue_run` goes on from it. What it prints is in
    log.txt of the run folder. When this process dies the child ends too. Make one with `start` or
    `continue_run`, and use it from one thread.

    Parameters
    ----------
    folder : RunFolder
        Opened for the run.
    remove_on_discard : bool
        Whether `discard` removes what is in it.
    """

    def __init__(self, folder: RunFolder, remove_on_discard: bool) -> None:
        self.folder = folder.path
        self.error: str | None = None
        self._files = folder
        self._remove_on_discard = remove_on_discard
        self._state: State = "starting"
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._events: list[TrainingEvent] = []
        self._ended_at: float | None = None
        self._process = spawn(folder)
        self._reader = threading.Thread(
            target=read_lines, args=(self._process.stdout, self._lines), daemon=True
        )
        self._reader.start()

    @classmethod
    def start(cls, config: TrainingConfig, samples: SampleTable, folds: int | None = None) -> TrainingProcess:
        """Start a training, or with folds a cross-validation; return before the child has begun.

        Parameters
        ----------
        config : TrainingConfig
            What to do, on one device.
        samples : SampleTable
            What to learn from; a table that is split already keeps its split.
        folds : int, optional
            See `cross_validate`.

        Raises
        ------
        SampleError, RunFolderError
            As `train` would; nothing is started then.
        ValueError
            When several devices are asked for.
        """
        if config.devices != 1 or config.num_nodes != 1:
            raise ValueError(
                f"A training in a process of its own uses one device, not devices={config.devices!r} on "
                f"{config.num_nodes} nodes; train on several from the command line."
            )
        folder = RunFolder(config.folder)
        is_new = not folder.path.is_file() and folder.is_free
        if folds is None:
            open_run(folder, config, ensure_split(samples, config.validation, config.test, config.seed))
        else:
            from napari_rocks2net.training.cross_validation import open_folder

            open_folder(config, samples, folds)
        return cls(folder, remove_on_discard=is_new)

    @classmethod
    def continue_run(cls, folder: str | Path, epochs: int | None = None) -> TrainingProcess:
        """Go on with a run that was stopped, failed or was killed, or give a finished one more epochs.

        Parameters
        ----------
        folder : str or Path
            The run folder.
        epochs : int, optional
            Train up to this epoch instead of the recorded one.

        Raises
        ------
        RunFolderError
            When the folder holds no run or a damaged one.
        """
        files = RunFolder(Path(folder).expanduser().absolute())
        values = files.read_config()
        try:
            config = TrainingConfig.from_dict(values | {"output": files.path, "resume": True})
            config = config if epochs is None else replace(config, epochs=epochs)
        except (TypeError, ValueError) as error:
            raise RunFolderError(f"{files.config} cannot be continued: {error}") from error
        open_run(files, config, files.read_samples(), files.settings.folds)
        return cls(files, remove_on_discard=False)

    @property
    def state(self) -> State:
        """What the training is doing; "finished", "failed" and "discarded" are final."""
        self._advance()
        return self._state

    @property
    def pid(self) -> int:
        """The number of the child process."""
        return self._process.pid

    @property
    def run(self) -> TrainingRun | None:
        """The finished run; None before, and for a cross-validation."""
        if self.state != "finished" or self._files.settings.folds:
            return None
        return TrainingRun(self.folder, self._files.model, self._files.read_metrics())

    def poll(self) -> list[TrainingEvent]:
        """Return what has happened since the last call, in order; returns at once."""
        self._advance()
        events, self._events = self._events, []
        return events

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the child has ended.

        Returns
        -------
        bool
            Whether it has ended.
        """
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        self._reader.join(SECONDS_FOR_LAST_WORDS)
        return True

    def pause(self) -> None:
        """Ask the child to compute nothing after the batch it is at; `TrainingPaused` tells when it does."""
        if self.state == "running":
            self._state = "pausing"
        self._command("pause")

    def resume(self) -> None:
        """Let a paused training go on."""
        if self.state == "pausing":
            self._state = "running"
        self._command("resume")

    def stop(self) -> None:
        """End the training after the batch it is at; the run finishes with the best epoch so far.

        Before the first epoch is finished there is none: the state is then "failed" and the error says so.
        """
        if self.state not in OVER:
            self._state = "stopping"
            self._command("stop")

    def discard(self) -> None:
        """End the child at once and remove what it has left, if `start` made the run folder.

        A folder that held anything before, or is being continued, stays as it is, and files that no run
        writes stay in any case.
        """
        self._end()
        if self._state == "discarded":
            return
        self._state, self.error = "discarded", None
        if self._remove_on_discard:
            self._files.remove()

    def close(self) -> None:
        """End the child at once; the last finished epoch stays to be continued from."""
        if self.state not in OVER:
            self.error = f"The training was ended. {continuation_hint(self._files)}"
        self._end()
        self._advance()

    def _end(self) -> None:
        # The child leaves by itself when its input ends, and takes those with it that read images for it.
        self._close_input()
        if not self.wait(SECONDS_TO_DIE / 2):
            self._process.kill()
            self.wait(SECONDS_TO_DIE / 2)

    def _command(self, word: str) -> None:
        # A child that has just died takes no commands, and a closed one has no input.
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(f"{word}\n".encode())  # type: ignore[union-attr]
            self._process.stdin.flush()  # type: ignore[union-attr]

    def _advance(self) -> None:
        """Read the messages of the child, and notice its end."""
        over = False
        if self._process.poll() is not None:
            self._ended_at = self._ended_at or time.monotonic()
            waited = time.monotonic() - self._ended_at
            over = not self._reader.is_alive() or waited > SECONDS_FOR_LAST_WORDS
        while not self._lines.empty():
            self._take(self._lines.get())
        if over and self._state not in OVER:
            self._conclude(int(self._process.returncode))

    def _take(self, line: bytes) -> None:
        # What a library prints before the child has taken its output for itself is no event.
        with contextlib.suppress(ValueError, AttributeError):
            values: dict[str, Any] = json.loads(line)
            if FAILURE in values:
                self.error = str(values[FAILURE])
                return
            if WARNING in values:
                logger.warning("%s", values[WARNING])
                return
            event = event_from(values)
            self._events.append(event)
            if self._state in OVER or self._state == "stopping":
                return
            if isinstance(event, TrainingPaused):
                self._state = "paused"
            elif isinstance(event, TrainingStarted | TrainingResumed):
                self._state = "running"

    def _conclude(self, code: int) -> None:
        self._close_input()
        if code == 0 and self._files.metrics.is_file():
            self._state, self.error = "finished", None
            return
        self._state = "failed"
        self.error = self.error or sentence_of_exit(code, self._files)

    def _close_input(self) -> None:
        # Closing flushes, which a child that has died refuses.
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]


def wait_for(process: TrainingProcess, on_event: OnEvent | None = None) -> TrainingRun:
    """Hand on the events of a training until it ends, whatever happens, and return its result.

    Parameters
    ----------
    process : TrainingProcess
        A training under way; closed in any case.
    on_event : callable, optional
        Takes every event in order, in the thread of the caller.

    Returns
    -------
    TrainingRun
        The finished run.

    Raises
    ------
    TrainingFailedError
        If there is no result.
    """
    over = False
    try:
        while not over:
            # Asked before the last events are taken, so that none is left behind.
            over = process.wait(POLL_SECONDS)
            for event in process.poll():
                if on_event is not None:
                    on_event(event)
    finally:
        process.close()
    if process.run is None:
        raise TrainingFailedError(
            process.error or f"The training ended without a model; see {process.folder}."
        )
    return process.run
