"""Training run, from a configuration to the finished run folder."""

from __future__ import annotations

from napari_rocks2net.models.catalog import model_spec
from napari_rocks2net.samples import SampleTable, ensure_split, readable_samples
from napari_rocks2net.torch_beside_opengl import prepare_torch_import
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.events import OnEvent, ignore_event
from napari_rocks2net.training.runs.training_run import TrainingRun, load_run


def train(config: TrainingConfig, samples: SampleTable, on_event: OnEvent | None = None) -> TrainingRun:
    """Train a model and leave a run folder.

    The folder holds model.safetensors (the epoch with the lowest validation loss, calibrated), metrics.json,
    predictions.csv, reliability.png, history.csv, config.json, samples.csv, record.json and
    checkpoints/last.ckpt. A run that was killed goes on from its last finished epoch when called again with
    ``resume=True``. A model that is fitted in one go (`ModelSpec.fitted`, such as "probe") has no epochs: no
    history.csv and no checkpoint.

    Parameters
    ----------
    config : TrainingConfig
        What to do.
    samples : SampleTable
        What to learn from; split here by thin section, unless it has a column ``split`` already. Those
        that cannot be read are left out first, with a warning for each.
    on_event : callable, optional
        Takes every `TrainingEvent` in order. When it raises `TrainingStopped` the training ends and the run
        finishes with the best epoch so far; any other exception ends it unfinished, to be resumed. With
        the strategy "ddp_spawn" it is called in a child process and must be picklable.

    Returns
    -------
    TrainingRun
        The folder, the model file and the figures.

    Raises
    ------
    SampleError
        When the samples are too few or cannot be read, or there are no unlabelled images in the target.
    RunFolderError
        When the run folder belongs to another run.
    TrainingStopped
        When it was stopped before the first epoch was finished.
    """
    split = ensure_split(readable_samples(samples), config.validation, config.test, config.seed)
    # A script in napari's console may train beside what is drawn.
    prepare_torch_import()
    # torch and Lightning take seconds to import, which only a training should cost.
    if model_spec(config.model).fitted:
        from napari_rocks2net.training.probe.run import fit_probe_run as fit
    else:
        from napari_rocks2net.training.fitting import fit
    fit(config, split, on_event or ignore_event)
    return load_run(config.folder)
