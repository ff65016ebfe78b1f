"""Training in a process of its own from a script: start it, hand its events on, wait for the result."""

from __future__ import annotations

from collections.abc import Callable

from napari_rocks2net.samples import SampleTable
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.events import TrainingEvent
from napari_rocks2net.training.process import TrainingProcess
from napari_rocks2net.training.runs import TrainingRun

POLL_SECONDS = 0.1


class TrainingFailedError(RuntimeError):
    """A training has no result; the message says why and what to do."""


def train_and_wait(
    config: TrainingConfig, samples: SampleTable, on_event: Callable[[TrainingEvent], None] | None = None
) -> TrainingRun:
    """Train on samples in a process of its own.

    Parameters
    ----------
    config : TrainingConfig
        What to do, on one device.
    samples : SampleTable
        What to learn from.
    on_event : callable, optional
        Takes every event in order, in the thread of the caller.

    Raises
    ------
    SampleError, RunFolderError, ValueError
        See `TrainingProcess.start`; nothing is trained then.
    TrainingFailedError
        If the training ended without a result.
    """
    return wait_for(TrainingProcess.start(config, samples), on_event)


def wait_for(
    process: TrainingProcess, on_event: Callable[[TrainingEvent], None] | None = None
) -> TrainingRun:
    """Hand on the events of a training until it ends, whatever happens, and return its result.

    Parameters
    ----------
    process : TrainingProcess
        A training under way; closed in any case.
    on_event : callable, optional
        Takes every event in order, in the thread of the caller.

    Raises
    ------
    TrainingFailedError
        If there is no result.
    """
    try:
        _hand_on_events(process, on_event)
    finally:
        process.close()
    run = process.run
    if run is None:
        raise TrainingFailedError(
            process.error or f"The training ended without a model; see {process.folder}."
        )
    return run


def _hand_on_events(process: TrainingProcess, on_event: Callable[[TrainingEvent], None] | None) -> None:
    over = False
    while not over:
        # Asked before the last events are taken, so that none is left behind.
        over = process.wait(POLL_SECONDS)
        for event in process.poll():
            if on_event is not None:
                on_event(event)
