"""Training on crystals: configuration and samples from annotated crystals, and their split."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.crystals.classification.annotated import (
    PROPERTY,
    AnnotatedCrystals,
    crystal_samples,
)
from napari_rocks2net.crystals.classification.balancing import balance
from napari_rocks2net.crystals.classification.crop_settings import CropSettings
from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.imaging import read_image
from napari_rocks2net.models.catalog import DEFAULT_CRYSTAL_MODEL, model_spec
from napari_rocks2net.samples.columns import FILE, GROUP
from napari_rocks2net.samples.parts import TEST_SHARE, VALIDATION_SHARE

if TYPE_CHECKING:
    from napari_rocks2net.samples import SampleTable
    from napari_rocks2net.training import TrainingConfig
    from napari_rocks2net.training.runs.run_folder import RunFolder

FEWEST_OF_A_CLASS = 2
# The column of the SEM image, where each crystal is a group of its own.
IMAGE = "image"
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
        into its folder ``layer_images``, those of a run that goes on compared with what is there.
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
        When the run folder holds anything, or the run in it was trained on other crops.
    ValueError
        When an option is out of its range.
    """
    from napari_rocks2net.training import RunFolderError, TrainingConfig
    from napari_rocks2net.training.runs.opening import may_begin
    from napari_rocks2net.training.runs.run_folder import RunFolder

    crop = crop or CropSettings()
    config = TrainingConfig(model=model, output=output, crop=crop.to_dict(), **(RECIPE | options))
    folder = RunFolder(config.folder)
    new = may_begin(folder, config)
    if not (new or folder.config.is_file()):
        raise RunFolderError(f"{folder.path} holds files but no run to resume; choose a new folder.")
    with nullcontext(folder.layer_images) if new else TemporaryDirectory() as crops:
        named = crystal_samples(annotated, crops, crop, property)
        split = split_crystals(named, config.validation, config.test, config.seed)
        samples = balance(split)
        if not new:
            samples = _those_of_the_run(samples, folder)
    return replace(config, data=describe_split(split)), samples


def _those_of_the_run(samples: SampleTable, folder: RunFolder) -> SampleTable:
    """Return the samples of a run that goes on, with its own crops, which have to be the same."""
    from napari_rocks2net.training import RunFolderError

    files = [Path(file) for file in samples.frame[FILE]]
    own = [folder.layer_images / file.name for file in files]
    if not all(map(_same_crop, files, own)):
        raise RunFolderError(f"{folder.path} was trained on other crops; choose a new folder.")
    return replace(samples, frame=samples.frame.assign(**{FILE: list(map(str, own))}))


def _same_crop(cut: Path, trained: Path) -> bool:
    if not trained.is_file():
        return False
    # Another version of the library may pack a picture otherwise.
    return cut.read_bytes() == trained.read_bytes() or np.array_equal(read_image(cut), read_image(trained))


def _require_enough(samples: SampleTable) -> None:
    named = samples.only
    if len(named.classes) < 2:
        raise CrystalError(
            f"All named crystals are {named.classes[0]!r}: name crystals of another class too."
        )
    counts = samples.frame[named.name].value_counts()
    if counts.min() < FEWEST_OF_A_CLASS:
        raise CrystalError(
            f"The class {counts.idxmin()!r} has one crystal only: name another one, or leave the class out."
        )


def split_crystals(
    samples: SampleTable, validation: float = VALIDATION_SHARE, test: float = TEST_SHARE, seed: int = 0
) -> SampleTable:
    """Split named crystals by SEM image, and by crystal only where there are too few images for that.

    Crystals of one image resemble each other (the same grains, charge and focus), so a split by crystal
    flatters a model. It is the last resort, for a first model from one image; nothing is held out for a test
    then, and the ``group`` of each sample is a crystal.

    Parameters
    ----------
    samples : SampleTable
        From `crystal_samples`.
    validation, test : float
        The wanted shares of the crystals.
    seed : int
        The same seed and samples give the same split.

    Returns
    -------
    SampleTable
        With the column ``split``; see `split_by_image`.

    Raises
    ------
    CrystalError
        When there is one class only, or a class with a single crystal.
    SampleError
        When the shares are impossible.
    """
    from napari_rocks2net.samples import SampleError, split_samples

    _require_enough(samples)
    for share in (test, 0.0):
        try:
            return split_samples(samples, validation, share, seed)
        except SampleError:
            continue
    frame = samples.frame
    crystals = [f"{group}, crystal {number}" for number, group in enumerate(frame[GROUP], start=1)]
    alone = replace(samples, frame=frame.assign(**{IMAGE: frame[GROUP], GROUP: crystals}))
    return split_samples(alone, validation, 0.0, seed)


def split_by_image(samples: SampleTable) -> bool:
    """Tell whether `split_crystals` could keep the crystals of each image together."""
    groups = samples.frame[GROUP]
    return bool((groups != samples.frame[IMAGE]).sum() == 0) if IMAGE in samples.frame else True


def describe_split(samples: SampleTable) -> str:
    """Say in one sentence how crystals are split, for the card of a model and for people."""
    frame = samples.frame
    images = frame[IMAGE] if IMAGE in frame else frame[GROUP]
    count = images.nunique()
    crystals = f"{len(frame)} crystals of {count} SEM image{'s' if count > 1 else ''}"
    if split_by_image(samples):
        return f"{crystals}, split by image"
    return f"{crystals}, checked on other crystals of the same images, which flatters the figures"
