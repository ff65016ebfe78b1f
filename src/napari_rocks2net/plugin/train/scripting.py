"""Training on layers from a script, in a process of its own as the widget does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.plugin.classify.offering import offer_model
from napari_rocks2net.plugin.train.layer_samples import samples_from_layers
from napari_rocks2net.plugin.train.training_job import LAYER_IMAGES

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Layer

    from napari_rocks2net.training import SampleTable, TrainingEvent, TrainingProcess, TrainingRun

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
    """Train on annotated layers and wait for the result; the model is then in the Classify widget's list.

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
        Other fields of `napari_rocks2net.training.TrainingConfig`, such as ``model``, ``size``, ``epochs``.

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
    """Train on a collection file that the Annotate widget keeps; see `train_layers` for the rest.

    Parameters
    ----------
    viewer : napari.Viewer
    collection : str or Path
        The collection's file.
    property : str
        The rock property to learn.
    output : str or Path
        The run folder, new or empty.
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
    CollectionError, SampleError, RunFolderError, ValueError
        If the collection, the samples, the folder or a setting cannot be used.
    TrainingFailedError
        If the training ended without a result.
    """
    from napari_rocks2net.plugin.train.sources import CollectionSource

    folder = Path(output).expanduser().absolute()
    samples = CollectionSource(Path(collection), property).load(folder / LAYER_IMAGES)
    return train_and_offer(viewer, samples, folder, on_event, **settings)


def train_and_offer(
    viewer: napari.viewer.Viewer,
    samples: SampleTable,
    folder: Path,
    on_event: Callable[[TrainingEvent], None] | None,
    **settings: Any,
) -> TrainingRun:
    """Train on samples in a process of its own, and put the model into the Classify widget's list."""
    from napari_rocks2net.training import TrainingConfig, TrainingProcess

    process = TrainingProcess.start(TrainingConfig(**settings, output=folder), samples)
    try:
        _follow(process, on_event)
    finally:
        process.close()
    run = process.run
    if run is None:
        raise TrainingFailedError(process.error or f"The training ended without a result; see {folder}.")
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
