"""Components of a training: datasets, network, module, trainer."""

from __future__ import annotations

import io
import itertools
import os
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any

import lightning
import torch
from lightning.fabric.plugins import TorchCheckpointIO
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint
from torch import nn

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.features import PHOTOS, FieldLayout
from napari_rocks2net.model_file import load_model, resolve_model
from napari_rocks2net.models import DsanNetwork, RockNetwork, create_model
from napari_rocks2net.samples import SampleError, SampleTable
from napari_rocks2net.training.adaptation import AdaptationModule, target_rows
from napari_rocks2net.training.callbacks import GroupLeaver, StartKeeper
from napari_rocks2net.training.config import IMAGENET, RANDOM, TrainingConfig
from napari_rocks2net.training.dataset import MISSING, LoaderOptions, SectionDataset, augmentation
from napari_rocks2net.training.fields import FieldDataset, Samples
from napari_rocks2net.training.fine_tuning import head_norms
from napari_rocks2net.training.module import (
    Optimisation,
    RockModule,
    balanced_weights,
    raise_batchnorm_momentum,
)
from napari_rocks2net.training.run_folder import RunFolder

MOST_WORKERS = 8
SMALLEST_BATCH = 2
# Share of a network's numbers.
LEAST_IN_COMMON = 0.1
# Photos of each class from which on batch statistics are learnt anew.
ENOUGH_FOR_STATISTICS = 64


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


def make_datasets(
    config: TrainingConfig,
    samples: SampleTable,
    on_read: Callable[[int, int], None] | None = None,
    layout: FieldLayout = PHOTOS,
) -> dict[str, Samples]:
    """Return the datasets of the parts that have samples, and of the target, in memory when they fit.

    Parameters
    ----------
    config : TrainingConfig
        Says how images are resized and how many bytes they may take.
    samples : SampleTable
        With the column ``split``.
    on_read : callable, optional
        Takes the number of images read into memory so far, and how many there are.
    layout : FieldLayout
        Of samples that are fields: their views are then one item.

    Raises
    ------
    SampleError
        When images cannot be read, as far as they are read now, or the target has none.
    """
    change = augmentation() if config.augmentation else None
    parts = {part: rows for part in ("train", "validation", "test") if len(rows := samples.part(part))}
    datasets = {
        part: SectionDataset(rows, samples.properties, config.preprocessing) for part, rows in parts.items()
    }
    if config.target is not None:
        rows = target_rows(config.target)
        datasets["target"] = SectionDataset(rows, (), config.preprocessing, change)
    if sum(dataset.nbytes for dataset in datasets.values()) <= config.cache_bytes:
        _keep_in_memory(datasets.values(), on_read)
    items: dict[str, Samples] = dict(datasets)
    if layout.lights:
        items |= {part: FieldDataset(datasets[part], rows, layout) for part, rows in parts.items()}
    items["train"].augmentation = change
    return items


def _keep_in_memory(datasets: Collection[SectionDataset], on_read: Callable[[int, int], None] | None) -> None:
    images, read = sum(map(len, datasets)), itertools.count(1)
    for dataset in datasets:
        dataset.keep_in_memory(lambda: on_read(next(read), images) if on_read else None)


def make_network(
    config: TrainingConfig, classes_per_property: Sequence[int], layout: FieldLayout = PHOTOS
) -> RockNetwork:
    """Return the network with ImageNet's weights, those of a model file, or random ones.

    Parameters
    ----------
    config : TrainingConfig
        Which network, and what it starts from; "auto" is resolved, see `resolved_start`.
    classes_per_property : sequence of int
        Number of classes of each property.
    layout : FieldLayout
        Of samples that are fields.

    Raises
    ------
    SampleError
        When the model file to start from has next to nothing in common with the network.
    """
    pretrained = config.start_from == IMAGENET
    network = create_model(
        config.model,
        classes_per_property,
        pretrained=pretrained,
        **config.model_arguments,
        **layout.arguments,
    )
    if config.start_from not in (IMAGENET, RANDOM):
        _take_weights(network, load_model(resolve_model(config.start_from))[0])
    if config.preset != "paper":
        raise_batchnorm_momentum(network)
    return network.to(memory_format=torch.channels_last)


def make_module(
    config: TrainingConfig, samples: SampleTable, training: Samples, layout: FieldLayout = PHOTOS
) -> RockModule:
    """Return the Lightning module with its loss weights and optimisation; with a target, one that adapts.

    Parameters
    ----------
    config : TrainingConfig
        Resolved: with a learning rate and epochs.
    samples : SampleTable
        Says the properties and their classes.
    training : Samples
        Of the part "train", for the class weights.
    layout : FieldLayout
        Of samples that are fields.
    """
    classes_per_property = [len(each.classes) for each in samples.properties]
    labels = training.labels[training.labels != MISSING].tolist()
    weights = balanced_weights(labels, classes_per_property) if config.class_weights else None
    assert config.learning_rate is not None
    network = make_network(config, classes_per_property, layout)
    gentle = is_gentle(config, network)
    optimisation = Optimisation(
        config.learning_rate,
        constant=config.preset == "paper",
        gentle=gentle,
        keep_statistics=gentle and min(Counter(labels).values(), default=0) < ENOUGH_FOR_STATISTICS,
    )
    if config.target is not None:
        assert isinstance(network, DsanNetwork)
        assert config.epochs is not None
        return AdaptationModule(network, config.preprocessing, optimisation, weights, epochs=config.epochs)
    return RockModule(network, config.preprocessing, optimisation, weights)


def is_gentle(config: TrainingConfig, network: nn.Module) -> bool:
    """Return whether a network is fine-tuned gently: from trained weights, and with the family's head.

    Parameters
    ----------
    config : TrainingConfig
        What is asked for, and what it starts from.
    network : torch.nn.Module
        The network.
    """
    return config.fine_tuning == "gentle" and config.start_from != RANDOM and bool(head_norms(network))


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
    best = ModelCheckpoint(filename="best", monitor="validation_loss", mode="min", **common)
    last = ModelCheckpoint(filename="last", save_on_train_epoch_end=True, **common)
    if not config.patience:
        return [best, last]
    return [EarlyStopping("validation_loss", patience=config.patience, check_finite=True), best, last]


def _on_cuda(config: TrainingConfig) -> bool:
    return config.accelerator in {"auto", "gpu", "cuda"} and torch.cuda.is_available()


def _precision(config: TrainingConfig) -> Any:
    if config.precision != "auto":
        return config.precision
    if not _on_cuda(config):
        return "32-true"
    return "bf16-mixed" if torch.cuda.is_bf16_supported() else "16-mixed"


def _take_weights(network: nn.Module, source: nn.Module) -> None:
    weights = network.state_dict()
    fitting = {
        name: weight
        for name, weight in source.state_dict().items()
        if name in weights and weights[name].shape == weight.shape
    }
    # Heads of the same classes fit whatever lies before them: a start from a head alone would be none.
    loaded = sum(weight.numel() for weight in fitting.values())
    if loaded < LEAST_IN_COMMON * sum(weight.numel() for weight in weights.values()):
        raise SampleError(
            "The model to start from is of other layers than the network; choose one on the same backbone."
        )
    network.load_state_dict(fitting, strict=False)
