"""Components of a training: datasets, network, module, trainer."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Sequence

import torch
from torch import nn

from napari_rocks2net.features import PHOTOS, FieldLayout
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.model_file import load_model, resolve_model
from napari_rocks2net.models import DsanNetwork, RockNetwork, create_model
from napari_rocks2net.samples import SampleError, SampleTable
from napari_rocks2net.samples.parts import PARTS, TRAIN
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.network.adaptation import AdaptationModule, target_rows
from napari_rocks2net.training.network.augmentation import augmentation
from napari_rocks2net.training.network.dataset import MISSING, SectionDataset
from napari_rocks2net.training.network.fields import FieldDataset, Samples
from napari_rocks2net.training.network.fine_tuning import head_norms
from napari_rocks2net.training.network.module import Optimisation, RockModule
from napari_rocks2net.training.presets import IMAGENET, RANDOM

# Share of a network's numbers.
LEAST_IN_COMMON = 0.1
# Photos of each class from which on batch statistics are learnt anew.
ENOUGH_FOR_STATISTICS = 64


def make_datasets(
    config: TrainingConfig,
    samples: SampleTable,
    on_read: OnProgress | None = None,
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
    parts = {part: rows for part in PARTS if len(rows := samples.part(part))}
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
    items[TRAIN].augmentation = change
    return items


def _keep_in_memory(datasets: Collection[SectionDataset], on_read: OnProgress | None) -> None:
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


SLOW_MOMENTUM = 0.05


PROMPT_MOMENTUM = 0.1


def raise_batchnorm_momentum(network: nn.Module) -> None:
    """Let batch normalisation with a slow running average follow the training at torch's usual pace.

    With a momentum of 0.01 the running statistics still hold a third of their start after 100 steps, and
    validation in between would judge a network that does not exist.
    """
    for layer in network.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm) and (layer.momentum or 1.0) < SLOW_MOMENTUM:
            layer.momentum = PROMPT_MOMENTUM


def balanced_weights(labels: Sequence[int], classes_per_property: Sequence[int]) -> torch.Tensor:
    """Return weights (C,) float32 that make every class of a property count the same.

    0 for a class without samples; their mean over the labels of each property is 1.

    Parameters
    ----------
    labels : sequence of int
        All labels, as indices of classes.
    classes_per_property : sequence of int
        Number of classes of each property.
    """
    counts = torch.bincount(torch.tensor(labels), minlength=sum(classes_per_property)).float()
    parts = counts.split(list(classes_per_property))
    weights = [part.sum() / (int((part > 0).sum()) * part.clamp(min=1)) for part in parts]
    return torch.where(counts > 0, torch.cat(weights), torch.zeros(()))
