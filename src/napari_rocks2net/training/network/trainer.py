"""Trainer: Lightning for a run folder, with its precision, checkpoints and loaders."""

from __future__ import annotations

import io
import os
from typing import Any

import lightning
import torch
from lightning.fabric.plugins import TorchCheckpointIO
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.samples import SampleError
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.events import VALIDATION_LOSS
from napari_rocks2net.training.network.callbacks import GroupLeaver, StartKeeper
from napari_rocks2net.training.network.dataset import LoaderOptions
from napari_rocks2net.training.runs.run_folder import RunFolder

MOST_WORKERS = 8
SMALLEST_BATCH = 2


class AtomicCheckpointIO(TorchCheckpointIO):
    """Writes a checkpoint beside its place and renames it.

    Lightning's own writes it to the system's temporary folder and moves it. Where that is another disk the
    move is a copy, and a process killed meanwhile leaves half a checkpoint in place of the last one.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | os.PathLike[str], storage_options: Any = None
    ) -> None:
        """Write a checkpoint; ``storage_options`` are for remote storage and not used."""
        buffer = io.BytesIO()
        torch.save(checkpoint, buffer)
        atomic_write(os.fspath(path), buffer.getvalue())


def make_trainer(config: TrainingConfig, folder: RunFolder, reporter: Callback) -> lightning.Trainer:
    """Return Lightning's Trainer for a run folder.

    Parameters
    ----------
    config : TrainingConfig
        Devices, precision, epochs and patience.
    folder : RunFolder
        Where checkpoints go.
    reporter : Callback
        Called last, when the checkpoint of an epoch is written.
    """
    several_gpus = _on_cuda(config) and (config.devices != 1 or config.num_nodes > 1)
    return lightning.Trainer(
        accelerator=config.accelerator,
        devices=config.devices,
        num_nodes=config.num_nodes,
        strategy=config.strategy,
        precision=_precision(config),
        max_epochs=config.epochs,
        default_root_dir=folder.path,
        callbacks=[GroupLeaver(), StartKeeper(folder), *_checkpoint_callbacks(config, folder), reporter],
        sync_batchnorm=several_gpus,
        gradient_clip_val=None if config.preset == "paper" else 1.0,
        num_sanity_val_steps=0,
        plugins=[AtomicCheckpointIO()],
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def device_name(device: torch.device) -> str:
    """Return what a device is called: the name of a GPU, else the kind."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def loader_options(
    config: TrainingConfig, training_samples: int, trainer: lightning.Trainer
) -> LoaderOptions:
    """Return how batches are made; a small collection makes smaller batches rather than none.

    Parameters
    ----------
    config : TrainingConfig
        Batch size and workers.
    training_samples : int
        Rows of the part "train".
    trainer : lightning.Trainer
        Knows the devices.

    Raises
    ------
    SampleError
        When a device gets a single sample only.
    """
    each = training_samples // trainer.world_size
    if each < SMALLEST_BATCH:
        raise SampleError(
            f"{training_samples} training samples on {trainer.world_size} devices give batches of less than "
            f"{SMALLEST_BATCH}; add samples or use fewer devices."
        )
    assert config.batch_size is not None
    on_cuda = trainer.strategy.root_device.type == "cuda"
    beside_gpu = min(MOST_WORKERS, (os.cpu_count() or 1) - 1) if on_cuda else 0
    workers = beside_gpu if config.num_workers is None else config.num_workers
    return LoaderOptions(min(config.batch_size, each), workers, pin_memory=on_cuda)


def _checkpoint_callbacks(config: TrainingConfig, folder: RunFolder) -> list[Callback]:
    common: dict[str, Any] = {"dirpath": folder.checkpoints, "enable_version_counter": False}
    best = ModelCheckpoint(filename="best", monitor=VALIDATION_LOSS, mode="min", **common)
    last = ModelCheckpoint(filename="last", save_on_train_epoch_end=True, **common)
    if not config.patience:
        return [best, last]
    return [EarlyStopping(VALIDATION_LOSS, patience=config.patience, check_finite=True), best, last]


def _on_cuda(config: TrainingConfig) -> bool:
    return config.accelerator in {"auto", "gpu", "cuda"} and torch.cuda.is_available()


def _precision(config: TrainingConfig) -> Any:
    if config.precision != "auto":
        return config.precision
    if not _on_cuda(config):
        return "32-true"
    return "bf16-mixed" if torch.cuda.is_bf16_supported() else "16-mixed"
