"""Training on crystals: configuration and samples from annotated crystals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.crystals.classification.annotated import (
    PROPERTY,
    AnnotatedCrystals,
    crystal_samples,
)
from napari_rocks2net.crystals.classification.balancing import balance
from napari_rocks2net.crystals.classification.crop_settings import CropSettings
from napari_rocks2net.crystals.classification.splitting import describe_split, split_crystals
from napari_rocks2net.models.catalog import DEFAULT_CRYSTAL_MODEL, model_spec

if TYPE_CHECKING:
    from napari_rocks2net.samples import SampleTable
    from napari_rocks2net.training import TrainingConfig

_SETTINGS = model_spec(DEFAULT_CRYSTAL_MODEL).settings
RECIPE: dict[str, Any] = {
    **{name: _SETTINGS[name] for name in ("size", "batch_size", "normalisation")},
    "epochs": 40,
}


def prepare_crystal_training(
    annotated: Sequence[AnnotatedCrystals],
    output: str | Path,
    *,
    model: str = DEFAULT_CRYSTAL_MODEL,
    crop: CropSettings | None = None,
    property: str = PROPERTY,
    **options: Any,
) -> tuple[TrainingConfig, SampleTable]:
    """Cut named crystals out, split them by SEM image, balance them, and set the training up.

    ``train(*prepare_crystal_training(...))`` trains here, ``TrainingProcess.start(*...)`` in a process of its
    own; both leave the usual run folder.

    Parameters
    ----------
    annotated : sequence of AnnotatedCrystals
        The images with their named crystals.
    output : str or pathlib.Path
        The run folder to be, new or empty unless ``resume=True`` is among the options; the crops are written
        into its folder ``layer_images``.
    model : str
        A name of `napari_rocks2net.models.list_models`.
    crop : CropSettings, optional
        The defaults when left out; the model's card keeps it.
    property : str
        What the classes are classes of.
    **options
        Other fields of `TrainingConfig`.

    Returns
    -------
    tuple of TrainingConfig and SampleTable
        The samples are split.

    Raises
    ------
    CrystalError, ImageError, SampleError
        When too few crystals are named, or images and labels do not fit each other.
    RunFolderError
        When the run folder holds anything.
    ValueError
        When an option is out of its range.
    """
    from dataclasses import replace

    from napari_rocks2net.training import RunFolderError, TrainingConfig
    from napari_rocks2net.training.run_folder import RunFolder

    crop = crop or CropSettings()
    config = TrainingConfig(model=model, output=output, crop=crop.to_dict(), **(RECIPE | options))
    folder = RunFolder(config.folder)
    if not (folder.is_free or config.resume):
        raise RunFolderError(f"{folder.path} is not empty; choose a new folder for the run.")
    named = crystal_samples(annotated, folder.layer_images, crop, property)
    split = split_crystals(named, config.validation, config.test, config.seed)
    return replace(config, data=describe_split(split)), balance(split)
