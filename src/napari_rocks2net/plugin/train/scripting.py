"""Training from a script, in a process of its own as the widget does it.

Every function waits for the result. ``on_event`` takes every `TrainingEvent` in order, in the thread of the
caller; ``settings`` are fields of `napari_rocks2net.training.TrainingConfig`: ``model``, ``size``,
``epochs``, or for dsan ``target``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import napari
from napari.layers import Layer

from napari_rocks2net.annotation import CollectionSource
from napari_rocks2net.plugin.commands import offer_model
from napari_rocks2net.plugin.train.layer_samples import layer_source, viewer_layers
from napari_rocks2net.samples import SampleSource

if TYPE_CHECKING:
    from napari_rocks2net.training import TrainingProcess, TrainingRun
    from napari_rocks2net.training.events import OnEvent


def train_layers(
    viewer: napari.Viewer,
    layers: Iterable[Layer | str] | None,
    property: str,
    output: str | Path,
    on_event: OnEvent | None = None,
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
    source = layer_source(viewer, viewer_layers(viewer, layers), property)
    return _train_and_offer(viewer, source, output, on_event, **settings)


def train_on_collection(
    viewer: napari.Viewer,
    collection: str | Path,
    property: str,
    output: str | Path,
    on_event: OnEvent | None = None,
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
    source = CollectionSource(Path(collection), property)
    return _train_and_offer(viewer, source, output, on_event, **settings)


def continue_training(
    viewer: napari.Viewer,
    run: str | Path,
    on_event: OnEvent | None = None,
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

    return _wait_and_offer(viewer, TrainingProcess.continue_run(run, epochs), on_event)


def _train_and_offer(
    viewer: napari.Viewer,
    source: SampleSource,
    output: str | Path,
    on_event: OnEvent | None,
    **settings: Any,
) -> TrainingRun:
    from napari_rocks2net.training import TrainingConfig, TrainingProcess
    from napari_rocks2net.training.runs.run_folder import RunFolder

    folder = RunFolder(Path(output).expanduser().absolute())
    samples = source.load(folder.layer_images)
    process = TrainingProcess.start(TrainingConfig(**settings, output=folder.path), samples)
    return _wait_and_offer(viewer, process, on_event)


def _wait_and_offer(viewer: napari.Viewer, process: TrainingProcess, on_event: OnEvent | None) -> TrainingRun:
    from napari_rocks2net.training.process.training_process import wait_for

    run = wait_for(process, on_event)
    offer_model(viewer, run.model_path)
    return run
