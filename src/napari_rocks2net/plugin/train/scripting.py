"""Training from a script, in a process of its own as the widget does it.

Every function waits for the result. ``on_event`` takes every `TrainingEvent` in order, in the thread of the
caller; ``settings`` are fields of `napari_rocks2net.training.TrainingConfig`: ``model``, ``size``,
``epochs``, or for dsan ``target``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.plugin.classify.offering import offer_model
from napari_rocks2net.plugin.train.layer_samples import samples_from_layers
from napari_rocks2net.plugin.work.training_job import LAYER_IMAGES

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Layer

    from napari_rocks2net.samples import SampleTable
    from napari_rocks2net.training import TrainingConfig, TrainingEvent, TrainingProcess, TrainingRun

POLL_SECONDS = 0.1


class TrainingFailedError(RuntimeError):
    """A training has no result; the message says why and what to do."""


def train_layers(
    viewer: napari.viewer.Viewer,
    layers: Iterable[Layer | str] | None,
    property: str,
    output: str | Path,
    on_event: Callable[[TrainingEvent], None] | None = None,
    **settings: Any,
) -> TrainingRun:
    """Train on annotated layers; the model is then in the Classify widget's list.

    Parameters
    ----------
    viewer : napari.Viewer
    layers : iterable of layer or str, or None
        See `samples_from_layers`; the layers are not touched.
    property : str
        The rock property to learn.
    output : str or Path
        The run folder, new or empty; pixels of layers without an image file are kept in it.
    on_event : callable, optional
        Takes every `TrainingEvent` in order, in this thread.
    **settings
        Other fields of `napari_rocks2net.training.TrainingConfig`.

    Returns
    -------
    TrainingRun
        The folder, the model file and the figures.

    Raises
    ------
    ImageLayerError, SampleError, RunFolderError, ValueError
        If the layers, the samples, the folder or a setting cannot be used; nothing is trained then.
    TrainingFailedError
        If the training ended without a result.
    """
    folder = Path(output).expanduser().absolute()
    samples = samples_from_layers(viewer, layers, property, folder / LAYER_IMAGES)
    return train_and_offer(viewer, samples, folder, on_event, **settings)


def train_on_collection(
    viewer: napari.viewer.Viewer,
    collection: str | Path,
    property: str,
    output: str | Path,
    on_event: Callable[[TrainingEvent], None] | None = None,
    **settings: Any,
) -> TrainingRun:
    """Train as `train_layers` does, but on a collection that the Annotate widget keeps.

    Parameters
    ----------
    collection : str or Path
        The collection's file.

    Raises
    ------
    CollectionError
        If the file is no collection.
    """
    from napari_rocks2net.plugin.train.sources import CollectionSource

    folder = Path(output).expanduser().absolute()
    samples = CollectionSource(Path(collection), property).load(folder / LAYER_IMAGES)
    return train_and_offer(viewer, samples, folder, on_event, **settings)


def continue_training(
    viewer: napari.viewer.Viewer,
    run: str | Path,
    on_event: Callable[[TrainingEvent], None] | None = None,
    epochs: int | None = None,
) -> TrainingRun:
    """Go on with a run, of this or of an earlier session, and end as `train_layers` does.

    Parameters
    ----------
    run : str or Path
        The folder of a run that was stopped, failed or was killed; `list_runs` finds them.
    epochs : int, optional
        Train up to this epoch instead of the recorded one: a finished run can be given more.

    Raises
    ------
    RunFolderError
        If the folder holds no run or a damaged one.
    """
    from napari_rocks2net.training import TrainingProcess

    return _offered(viewer, wait_for(TrainingProcess.continue_run(run, epochs), on_event))


def train_and_offer(
    viewer: napari.viewer.Viewer,
    samples: SampleTable,
    folder: Path,
    on_event: Callable[[TrainingEvent], None] | None,
    **settings: Any,
) -> TrainingRun:
    """Train on samples in a process of its own, and put the model into the Classify widget's list."""
    from napari_rocks2net.training import TrainingConfig

    return _offered(viewer, train_and_wait(TrainingConfig(**settings, output=folder), samples, on_event))


def train_and_wait(
    config: TrainingConfig, samples: SampleTable, on_event: Callable[[TrainingEvent], None] | None
) -> TrainingRun:
    """Train on samples in a process of its own; for errors see `wait_for` and `TrainingProcess.start`."""
    from napari_rocks2net.training import TrainingProcess

    return wait_for(TrainingProcess.start(config, samples), on_event)


def wait_for(process: TrainingProcess, on_event: Callable[[TrainingEvent], None] | None) -> TrainingRun:
    """Hand on the events of a training until it ends, whatever happens, and return its result.

    Raises
    ------
    TrainingFailedError
        If there is none.
    """
    try:
        _follow(process, on_event)
    finally:
        process.close()
    run = process.run
    if run is None:
        raise TrainingFailedError(
            process.error or f"The training ended without a model; see {process.folder}."
        )
    return run


def _offered(viewer: napari.viewer.Viewer, run: TrainingRun) -> TrainingRun:
    offer_model(viewer, run.model_path)
    return run


def _follow(process: TrainingProcess, on_event: Callable[[TrainingEvent], None] | None) -> None:
    over = False
    while not over:
        # Asked before the last events are taken, so that none is left behind.
        over = process.wait(POLL_SECONDS)
        for event in process.poll():
            if on_event is not None:
                on_event(event)
