"""Training of a crystal model on crystals that a person has named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.plugin.crystals.crystal_layers import image_under, is_helper
from napari_rocks2net.plugin.crystals.crystal_models import CrystalModels
from napari_rocks2net.plugin.crystals.features import classes_by_hand
from napari_rocks2net.plugin.crystals.measuring import labels_plane
from napari_rocks2net.plugin.layers.image_planes import ImageLayerError, image_plane, shown_step
from napari_rocks2net.torch_beside_opengl import prepare_torch_import

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Labels

    from napari_rocks2net.crystals import AnnotatedCrystals
    from napari_rocks2net.samples import SampleTable
    from napari_rocks2net.training import TrainingConfig, TrainingEvent, TrainingRun

PROPERTY = "crystal"


def train_on_crystals(
    viewer: napari.viewer.Viewer,
    labels_layers: Iterable[Labels | str] | None,
    output: str | Path,
    on_event: Callable[[TrainingEvent], None] | None = None,
    **settings: Any,
) -> TrainingRun:
    """Train on named crystals and wait for the result; the model is then in the Crystals widget's list.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
    labels_layers : iterable of napari.layers.Labels or str, or None
        Layers with classes in the column ``class_by_hand`` of their features; None takes all that have any.
    output : str or pathlib.Path
        The run folder, new or empty; the crops are kept in it.
    on_event : callable, optional
        Takes every `TrainingEvent` in order, in this thread.
    **settings
        See `napari_rocks2net.crystals.prepare_crystal_training`, such as ``model`` and ``epochs``.

    Returns
    -------
    TrainingRun
        The folder, the model file and the figures.

    Raises
    ------
    KeyError
        When there is no layer of that name.
    ImageLayerError
        When a layer lies on no image.
    CrystalError, SampleError, RunFolderError, ValueError
        When too few crystals are named, or the folder or a setting cannot be used.
    TrainingFailedError
        When the training ended without a result.
    """
    from napari_rocks2net.training import TrainingProcess
    from napari_rocks2net.training.process import wait_for

    if labels_layers is not None:
        labels_layers = [viewer.layers[each] if isinstance(each, str) else each for each in labels_layers]
    named = named_crystals(viewer, labels_layers)
    run = wait_for(TrainingProcess.start(*prepared_training(named, output, **settings)), on_event)
    CrystalModels().add(run.model_path)
    return run


def named_layers(viewer: napari.viewer.Viewer) -> list[Labels]:
    """Return the Labels layers in which a person has named crystals."""
    from napari.layers import Labels

    layers = [layer for layer in viewer.layers if isinstance(layer, Labels) and not is_helper(layer)]
    return [layer for layer in layers if classes_by_hand(layer)]


def named_crystals(
    viewer: napari.viewer.Viewer, layers: Iterable[Labels] | None = None
) -> tuple[AnnotatedCrystals, ...]:
    """Freeze the named crystals of layers with their images."""
    from napari_rocks2net.crystals import AnnotatedCrystals

    annotated = []
    for layer in named_layers(viewer) if layers is None else layers:
        image = image_under(viewer, layer)
        if image is None:
            raise ImageLayerError(
                f"{layer.name!r} has named crystals and lies on no image of its size; open its SEM image."
            )
        pixels = image_plane(image, shown_step(viewer, image)).values
        labels = labels_plane(viewer, layer).copy()
        annotated.append(AnnotatedCrystals(image.name, pixels, labels, classes_by_hand(layer)))
    return tuple(annotated)


def prepared_training(
    named: tuple[AnnotatedCrystals, ...], output: str | Path, **settings: Any
) -> tuple[TrainingConfig, SampleTable]:
    """Cut the named crystals out and set a training up; for a thread, as it imports torch."""
    prepare_torch_import()
    from napari_rocks2net.crystals import prepare_crystal_training

    return prepare_crystal_training(named, Path(output).expanduser().absolute(), **settings)
