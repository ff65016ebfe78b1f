"""Opening of a run folder: for a new run, or to go on with the one that is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from typing import Any

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.models.catalog import model_spec, models_that
from napari_rocks2net.samples import SampleError, SampleTable, readable_samples, target_images
from napari_rocks2net.samples.columns import FILE, REGION
from napari_rocks2net.samples.csv_files.region_cells import regions_as_cells
from napari_rocks2net.samples.region import area_of
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError, write_json
from napari_rocks2net.training.runs.run_settings import FOLDS, PROPERTIES
from napari_rocks2net.untrusted import csv_of

# What may change when a run goes on: none of these changes what is trained on what.
SPEED = ("accelerator", "cache_bytes", "devices", "num_nodes", "num_workers", "precision", "strategy")
FREE_ON_RESUME = frozenset({"epochs", "output", "patience", "resume", "tta", *SPEED})


def open_run(run: RunFolder, config: TrainingConfig, samples: SampleTable, folds: int | None = None) -> None:
    """Make a run folder and write what is to be done, or check that it is this run's folder.

    Parameters
    ----------
    run : RunFolder
        The folder; it need not exist.
    config : TrainingConfig
        What to do.
    samples : SampleTable
        With the column ``split``, or ``fold`` for a cross-validation.
    folds : int, optional
        The number of folds of a cross-validation.
    """
    check_run(run, config, samples, folds)
    run.path.mkdir(parents=True, exist_ok=True)
    atomic_write(run.samples, csv_of(regions_as_cells(samples.frame)))
    write_json(run.config, _description(config, samples, folds))


def check_run(run: RunFolder, config: TrainingConfig, samples: SampleTable, folds: int | None = None) -> None:
    """Check that a run may be opened in a folder, and change nothing.

    Parameters
    ----------
    run, config, samples, folds
        See `open_run`.

    Raises
    ------
    RunFolderError
        When the folder holds anything and the run is not to resume, or holds another run.
    SampleError
        When there are no unlabelled images where the configuration says, or the network names one property
        only and the samples have several.
    """
    target_images(config.target)
    if len(samples.properties) > 1 and not model_spec(config.model).joint:
        raise SampleError(
            f"The network {config.model!r} names one property and the samples have "
            f"{', '.join(samples.names)}; choose the network {models_that('joint')}, or one property."
        )
    if not may_begin(run, config):
        # Folds that are finished are not trained again, so all have to have the same epochs.
        free = FREE_ON_RESUME if folds is None else FREE_ON_RESUME - {"epochs"}
        require_same_run(run, config, samples, folds, free)


def may_begin(run: RunFolder, config: TrainingConfig) -> bool:
    """Return whether a folder is free for a new run; else it holds one to go on with, if any.

    Parameters
    ----------
    run, config
        See `check_run`.

    Raises
    ------
    RunFolderError
        When it is a file, or holds anything and the run is not to resume.
    """
    if run.path.exists() and not run.path.is_dir():
        raise RunFolderError(f"{run.path} is a file; name a folder for the run.")
    if run.is_free:
        return True
    if not config.resume:
        raise RunFolderError(f"{run.path} is not empty; choose a new folder, or resume the run in it.")
    return False


def require_same_run(
    run: RunFolder,
    config: TrainingConfig,
    samples: SampleTable,
    folds: int | None = None,
    free: Set[str] = FREE_ON_RESUME,
) -> None:
    """Refuse the folder of another run or of none.

    Parameters
    ----------
    run, config, samples, folds
        See `open_run`.
    free : set of str
        The fields of the configuration that may differ.

    Raises
    ------
    RunFolderError
        When there is no run or a damaged one, another setting differs, or the samples differ by more than
        their order.
    """
    if not (run.config.is_file() and run.samples.is_file()):
        raise RunFolderError(f"{run.path} holds files but no run to resume; choose a new folder.")
    before = run.read_config()
    for name, value in _description(config, samples, folds).items():
        if name not in free and before.get(name) != value:
            raise RunFolderError(
                f"{run.path} was trained with {name}={before.get(name)!r}, not {value!r}; "
                "resume with the same value or choose a new folder."
            )
    # A run goes on with the samples whose files can still be read.
    stored = run.read_samples()
    if (
        _identity(stored)
        != _identity(samples)
        != _identity(readable_samples(stored, on_error=lambda _: None))
    ):
        raise RunFolderError(f"{run.path} was trained on other samples; choose a new folder.")


def _description(config: TrainingConfig, samples: SampleTable, folds: int | None) -> dict[str, Any]:
    """Return what config.json holds."""
    properties = {each.name: list(each.classes) for each in samples.properties}
    return config.to_dict() | {PROPERTIES: properties} | ({} if folds is None else {FOLDS: folds})


def _identity(samples: SampleTable) -> tuple[list[str], list[str], Counter[Any]]:
    """Return what is trained on what: properties and columns, and the samples in no order."""
    frame = samples.frame
    columns = sorted(set(frame) - {FILE, REGION})
    areas = map(area_of, frame[FILE], frame[REGION])
    rows = zip(areas, *(frame[name].astype(str) for name in columns), strict=True)
    return samples.names, columns, Counter(rows)
