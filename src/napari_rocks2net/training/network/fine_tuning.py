"""Gentle fine-tuning: the head starts from a logistic regression, the backbone moves little.

Source: Kumar et al. 2022, arXiv 2202.10054: a head that starts at random distorts the features that it is to
use.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold
from torch import nn

from napari_rocks2net.models import EvidenceNetwork, RockNetwork, in_one_light
from napari_rocks2net.models.backbone import Head, PropertyHeads
from napari_rocks2net.training.network.dataset import MISSING, LoaderOptions, make_loader
from napari_rocks2net.training.network.fields import Samples
from napari_rocks2net.training.network.module import RockModule

# Inverse strengths of the regularisation to choose from, and what is taken when nothing can be chosen by.
STRENGTHS = (0.003, 0.01, 0.03, 0.1)
USUAL_STRENGTH = 0.01
FOLDS = 5
ENOUGH_PHOTOS = 2000
SMALLEST_VARIANCE = 1e-6
ABSENT_LOGIT = -5.0

Numbers = npt.NDArray[np.float64]


def head_norms(network: nn.Module) -> list[nn.BatchNorm1d]:
    """Return the normalisations before the head of a network of the paper's family, none of another's."""
    if not isinstance(getattr(network, "head", None), Head | PropertyHeads):
        return []
    norms = [getattr(network, name, None) for name in ("global_norm", "local_norm")]
    return [norm for norm in norms if isinstance(norm, nn.BatchNorm1d)]


def start_head(
    module: RockModule,
    training: Samples,
    groups: Sequence[str],
    options: LoaderOptions,
    *,
    balanced: bool = True,
) -> None:
    """Let the head of a network start from logistic regressions on its own pooled features.

    The normalisations before the head become the standardisation of the training photos, and the head
    the regression, exactly: of each class one hidden unit holds the logit and another its negative, and the
    class is their difference. A property of more classes than half the hidden units keeps its random head.

    Parameters
    ----------
    module : RockModule
        With a network that has `head_norms`, on the device to use.
    training : Samples
        The labelled photos or fields.
    groups : sequence of str
        The thin section of each, by which the strength of the regularisation is chosen.
    options : LoaderOptions
        How batches are made.
    balanced : bool
        Weigh classes by their rarity.
    """
    chosen = np.random.default_rng(0).permutation(len(training))[:ENOUGH_PHOTOS]
    # Where evidence says what the local stream looks at, the head decides what it is fitted on.
    for _ in range(1 + isinstance(module.network, EvidenceNetwork)):
        _fit_head(module, training, np.asarray(groups, object)[chosen], chosen, options, balanced)


def _fit_head(
    module: RockModule,
    training: Samples,
    groups: npt.NDArray[Any],
    chosen: npt.NDArray[np.int64],
    options: LoaderOptions,
    balanced: bool,
) -> None:
    features, of_row = _standardised_features(module, training, chosen, options)
    labels, sections = training.labels[chosen].numpy()[of_row], groups[of_row]
    first = 0
    for column, (head, classes) in enumerate(_heads(module.network)):
        labelled = labels[:, column] != MISSING
        if 2 * classes <= head.hidden.out_features and len(set(labels[labelled, column])) > 1:
            weights = grouped_regression(
                features[labelled], labels[labelled, column] - first, sections[labelled], balanced
            )
            embed_linear(head, *for_all_classes(weights, classes))
        first += classes


def _standardised_features(
    module: RockModule, training: Samples, chosen: npt.NDArray[np.int64], options: LoaderOptions
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Standardise the features that the head takes; return them (N, F), and of which chosen photo each is."""
    norms = head_norms(module.network)
    streams = _pooled_features(module, training, norms, chosen, options)
    for norm, pooled in zip(norms, streams, strict=True):
        _standardise(norm, pooled)
    inputs, photos = zip(*(_with_lights_alone(module.network, pooled) for pooled in streams), strict=True)
    with torch.no_grad():
        features = torch.cat([norm(each) for norm, each in zip(norms, inputs, strict=True)]).cpu().numpy()
    return features, np.concatenate(photos)


def _heads(network: RockNetwork) -> list[tuple[Head, int]]:
    head: Any = network.head
    heads: Iterable[Any] = head.properties if isinstance(head, PropertyHeads) else (head,)
    return list(zip(heads, network.classes_per_property, strict=True))


@torch.no_grad()
def _pooled_features(
    module: RockModule,
    training: Samples,
    norms: Sequence[nn.Module],
    chosen: npt.NDArray[np.int64],
    options: LoaderOptions,
) -> list[torch.Tensor]:
    """Return what goes into each normalisation for the chosen photos as they are, (N, F) on the device."""
    plain = copy.copy(training)
    plain.augmentation = None
    module.eval()
    with _inputs_of(norms) as inputs:
        for images, _ in make_loader(torch.utils.data.Subset(plain, chosen.tolist()), options):
            module(images.to(module.device))
    return [torch.cat(batches).float() for batches in inputs]


def _keep_input(batches: list[torch.Tensor], _: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
    batches.append(inputs[0].detach())


@contextmanager
def _inputs_of(layers: Sequence[nn.Module]) -> Iterator[list[list[torch.Tensor]]]:
    """Gather what goes into each layer, batch by batch."""
    inputs: list[list[torch.Tensor]] = [[] for _ in layers]
    with ExitStack() as hooks:
        for layer, batches in zip(layers, inputs, strict=True):
            hooks.callback(layer.register_forward_pre_hook(partial(_keep_input, batches)).remove)
        yield inputs


def _with_lights_alone(
    network: RockNetwork, pooled: torch.Tensor
) -> tuple[torch.Tensor, npt.NDArray[np.int64]]:
    """Return features (N, F), those of fields again as if each light were alone, and the sample of each."""
    lights = network.layout.lights
    alone = [in_one_light(pooled, network.layout, light) for light in lights if len(lights) > 1]
    rows = [torch.arange(len(pooled)), *(fields.cpu() for _, fields in alone)]
    return torch.cat([pooled, *(features for features, _ in alone)]), torch.cat(rows).numpy()


def _standardise(norm: nn.BatchNorm1d, pooled: torch.Tensor) -> None:
    """Let a normalisation take (N, F) to mean 0 and deviation 1, in spite of what it adds to the variance.

    What fields lack does not count, and what all lack is 0.
    """
    mean = pooled.nanmean(dim=0).nan_to_num(0.0)
    variance = (pooled - mean).square().nanmean(dim=0).nan_to_num(0.0)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    with torch.no_grad():
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_(((variance + norm.eps) / (variance + SMALLEST_VARIANCE)).sqrt())
        norm.bias.zero_()


def grouped_regression(
    features: Numbers, labels: npt.NDArray[np.int64], sections: npt.NDArray[Any], balanced: bool = True
) -> LogisticRegression:
    """Return the L2-logistic regression whose strength a cross-validation over sections has chosen.

    Parameters
    ----------
    features : numpy.ndarray
        (N, F) standardised.
    labels : numpy.ndarray
        (N,) int64.
    sections : numpy.ndarray
        (N,) the thin section of each photo.
    balanced : bool
        Weigh classes by their rarity.
    """

    def fitted(strength: float, rows: Any) -> LogisticRegression:
        """Return the regression of some rows at a strength."""
        weight = "balanced" if balanced else None
        return LogisticRegression(C=strength, class_weight=weight, max_iter=1000).fit(
            features[rows], labels[rows]
        )

    everything = np.arange(len(labels))
    parts = grouped_parts(labels, sections)
    losses = {
        strength: sum(_loss(fitted(strength, train), features[test], labels[test]) for train, test in parts)
        for strength in STRENGTHS
    }
    return fitted(min(losses, key=losses.__getitem__) if parts else USUAL_STRENGTH, everything)


def grouped_parts(labels: npt.NDArray[np.int64], sections: npt.NDArray[Any]) -> list[tuple[Any, Any]]:
    """Return training and held-out rows of folds by section; none where a class has too few sections.

    Parameters
    ----------
    labels : numpy.ndarray
        (N,) numbers of classes.
    sections : numpy.ndarray
        (N,) thin sections.
    """
    fewest = min(len(set(sections[labels == label])) for label in set(labels))
    if fewest < 2:
        return []
    splitter = StratifiedGroupKFold(min(FOLDS, fewest), shuffle=True, random_state=0)
    parts = list(splitter.split(labels, labels, sections))
    # Every class in every training part, so that each model knows all.
    return [(train, test) for train, test in parts if set(labels[train]) == set(labels)]


def _loss(model: LogisticRegression, features: Numbers, labels: npt.NDArray[np.int64]) -> float:
    probabilities = model.predict_proba(features)
    return float(log_loss(labels, probabilities, labels=model.classes_, normalize=False))


def for_all_classes(model: LogisticRegression, classes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return weights (C, F) and biases (C,) of all classes; those without a photo get a low bias.

    Parameters
    ----------
    model : sklearn.linear_model.LogisticRegression
        Fitted on photos of two of the classes or more.
    classes : int
        C, how many there are.
    """
    weights, biases = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        weights, biases = np.concatenate([-weights, weights]) / 2, np.concatenate([-biases, biases]) / 2
    all_weights = torch.zeros(classes, weights.shape[1])
    all_biases = torch.full((classes,), float(biases.min()) + ABSENT_LOGIT)
    all_weights[model.classes_] = torch.from_numpy(weights).float()
    all_biases[model.classes_] = torch.from_numpy(biases).float()
    return all_weights, all_biases


@torch.no_grad()
def embed_linear(head: Head, weights: torch.Tensor, biases: torch.Tensor) -> None:
    """Let a head give the logits weights x + biases, exactly: z = relu(z) - relu(-z).

    Parameters
    ----------
    head : Head
        Of two layers, with room for every class twice.
    weights, biases : torch.Tensor
        (C, F) and (C,).
    """
    classes = len(biases)
    head.classes.weight.zero_()
    head.classes.bias.zero_()
    for sign, first in ((1, 0), (-1, classes)):
        head.hidden.weight[first : first + classes] = (sign * weights).to(head.hidden.weight)
        head.hidden.bias[first : first + classes] = (sign * biases).to(head.hidden.bias)
        head.classes.weight[range(classes), range(first, first + classes)] = float(sign)
