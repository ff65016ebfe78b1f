"""Training of a crystal model on crystals that a person has named."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import napari
import numpy as np
from napari.layers import Labels

from napari_rocks2net.crystals.labels import label_areas
from napari_rocks2net.plugin.crystals.classifying import CrystalModels
from napari_rocks2net.plugin.crystals.crystal_layers import image_under, is_crystals
from napari_rocks2net.plugin.crystals.features import manual_classes
from napari_rocks2net.plugin.crystals.measuring import plane_under
from napari_rocks2net.plugin.layers.image_planes import named_layers
from napari_rocks2net.plugin.layers.plane import ImageLayerError
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.torch_beside_opengl import prepare_torch_import

if TYPE_CHECKING:
    from napari_rocks2net.crystals import AnnotatedCrystals
    from napari_rocks2net.training import TrainingConfig, TrainingRun
    from napari_rocks2net.training.events import OnEvent

PROPERTY = "crystal"


def train_on_crystals(
    viewer: napari.Viewer,
    labels_layers: Iterable[Labels | str] | None,
    output: str | Path,
    on_event: OnEvent | None = None,
    **settings: Any,
) -> TrainingRun:
    """Train as `napari_rocks2net.plugin.train_layers` does, but on named crystals, for the Crystals widget.

    Parameters
    ----------
    labels_layers : iterable of napari.layers.Labels or str, or None
        Layers with classes in the column ``class_by_hand`` of their features; None takes all that have any.
    output : str or pathlib.Path
        The run folder, new or empty; the crops are kept in it.
    **settings
        See `napari_rocks2net.crystals.prepare_crystal_training`, such as ``model`` and ``epochs``.

    Raises
    ------
    ImageLayerError
        When there is no layer of a name, or it lies on no image.
    CrystalError, SampleError, RunFolderError, ValueError
        When too few crystals are named, or the folder or a setting cannot be used.
    """
    from napari_rocks2net.training import TrainingProcess
    from napari_rocks2net.training.process.training_process import wait_for

    layers = None if labels_layers is None else named_layers(viewer, list(labels_layers))
    prepared = prepared_training(named_crystals(viewer, layers), output, **settings)
    run = wait_for(TrainingProcess.start(*prepared), on_event)
    CrystalModels().add(run.model_path)
    return run


def layers_with_names(viewer: napari.Viewer) -> list[Labels]:
    """Return the Labels layers in which a person has named crystals."""
    layers = [layer for layer in viewer.layers if is_crystals(layer)]
    return [layer for layer in layers if manual_classes(layer)]


def named_crystals(
    viewer: napari.Viewer, layers: Iterable[Labels] | None = None
) -> tuple[AnnotatedCrystals, ...]:
    """Freeze the named crystals of layers with their images."""
    from napari_rocks2net.crystals import AnnotatedCrystals

    annotated = []
    for layer in layers_with_names(viewer) if layers is None else layers:
        image = image_under(viewer, layer)
        if image is None:
            raise ImageLayerError(
                f"{layer.name!r} has named crystals and lies on no image of its size; open its SEM image."
            )
        named = manual_classes(layer)
        for index in np.ndindex(layer.data.shape[:-2]):
            labels = np.array(layer.data[index])
            here = {label: named[label] for label in label_areas(labels) if label in named}
            if here:
                plane = plane_under(viewer, layer, index, image)
                annotated.append(AnnotatedCrystals(plane.title, plane.values, labels, here))
    return tuple(annotated)


def prepared_training(
    named: tuple[AnnotatedCrystals, ...], output: str | Path, **settings: Any
) -> tuple[TrainingConfig, SampleTable]:
    """Cut the named crystals out and set a training up; for a thread, as it imports torch."""
    prepare_torch_import()
    from napari_rocks2net.crystals import prepare_crystal_training

    return prepare_crystal_training(named, Path(output).expanduser().absolute(), **settings)
