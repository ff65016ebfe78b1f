"""Lightning module: loss, metrics, optimiser and learning-rate schedule."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import lightning
import torch
from torch import nn
from torch.nn.functional import nll_loss
from torchmetrics import MeanMetric
from torchmetrics.classification import MulticlassAccuracy

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.models import Images, RockNetwork, ViewBatch
from napari_rocks2net.training.events import VALIDATION_ACCURACY, VALIDATION_LOSS
from napari_rocks2net.training.network.dataset import MISSING
from napari_rocks2net.training.network.rates import rate_groups, rate_share

WEIGHT_DECAY = 0.01
LABEL_SMOOTHING = 0.05


@dataclass(frozen=True)
class Optimisation:
    """Optimisation of the weights: AdamW with warm-up and cosine decay, or Adam at a constant rate."""

    learning_rate: float  # The highest.
    constant: bool  # Adam at that rate.
    # The rates of the backbone are a hundredth of it at its input to a tenth at its output, and 5 % of each
    # label are spread over all classes.
    gentle: bool = False
    # Batch normalisation goes on with the statistics that it has: those of small batches of few photos are
    # worse.
    keep_statistics: bool = False


class RockModule(lightning.LightningModule):
    """Trains a network on uint8 batches and measures it.

    Parameters
    ----------
    network : RockNetwork
        ``network(images) -> ModelOutput``.
    preprocessing : Preprocessing
        Normalises the batches on the device.
    optimisation : Optimisation
        Optimiser and schedule.
    class_weights : torch.Tensor, optional
        (C,) float32 weights of the training loss.
    """

    class_weights: torch.Tensor | None
    property_of_class: torch.Tensor

    def __init__(
        self,
        network: RockNetwork,
        preprocessing: Preprocessing,
        optimisation: Optimisation,
        class_weights: torch.Tensor | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.preprocessing = preprocessing
        self.optimisation = optimisation
        self.register_buffer("class_weights", class_weights, persistent=False)
        counts = torch.tensor(network.classes_per_property)
        # The number of the property that each class belongs to, (C,) int64.
        of_class = torch.arange(len(counts)).repeat_interleave(counts)
        self.register_buffer("property_of_class", of_class, persistent=False)
        self.train_loss, self.validation_loss = MeanMetric(), MeanMetric()
        self.train_accuracy, self.validation_accuracy = (
            MulticlassAccuracy(network.num_classes, average="micro") for _ in range(2)
        )

    def train(self, mode: bool = True) -> RockModule:
        """Enter training, but leave batch statistics as they are where they are to be kept."""
        super().train(mode)
        if self.optimisation.keep_statistics:
            for name, layer in self.network.named_modules():
                # The localisation network has no statistics yet.
                if isinstance(layer, nn.modules.batchnorm._BatchNorm) and not name.startswith("localization"):
                    layer.eval()
        return self

    def forward(self, images: Images) -> torch.Tensor:
        """Return log-probabilities (B, C) float32 of images (B, 3, S, S) uint8, or of B fields."""
        return self.network(self.prepared(images)).log_probabilities.float()

    def prepared(self, images: Images) -> Images:
        """Return images (B, 3, S, S) uint8, or those of fields, as the network takes them."""
        if isinstance(images, ViewBatch):
            return images.with_images(self.normalised(images.images))
        return self.normalised(images)

    def normalised(self, images: torch.Tensor) -> torch.Tensor:
        """Return images (B, 3, S, S) uint8 as float32 by the model's preprocessing."""
        return self.preprocessing.normalised(images).contiguous(memory_format=torch.channels_last)

    def training_step(self, batch: tuple[Any, ...], batch_index: int) -> torch.Tensor:
        """Return the (weighted) negative log-likelihood of one batch; fields lack lights by chance."""
        images, labels = batch
        if isinstance(images, ViewBatch):
            images = images.without_some_lights()
        return self.negative_log_likelihood(self(images), labels)

    def negative_log_likelihood(self, scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the (weighted) negative log-likelihood of the labels that there are, and count it.

        Parameters
        ----------
        scores : torch.Tensor
            (B, C) log-probabilities.
        labels : torch.Tensor
            (B,) or (B, L) int64; see `SectionDataset`.
        """
        scores, labels = self.select_labelled(scores, labels)
        loss = nll_loss(scores, labels, weight=self.class_weights)
        self.train_loss.update(loss.detach(), weight=len(labels))
        self.train_accuracy.update(scores.detach(), labels)
        if not self.optimisation.gentle:
            return loss
        return (1 - LABEL_SMOOTHING) * loss + LABEL_SMOOTHING * self._loss_of_all_classes(scores, labels)

    def _loss_of_all_classes(self, scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the (weighted) loss if all classes of each label's property were equally right."""
        own = torch.isfinite(scores)
        each = -scores.masked_fill(~own, 0.0).sum(dim=1) / own.sum(dim=1)
        weights = torch.ones_like(each) if self.class_weights is None else self.class_weights[labels]
        return (weights * each).sum() / weights.sum()

    def select_labelled(
        self, scores: torch.Tensor, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return each of the N labels with the scores of its property.

        Parameters
        ----------
        scores, labels : torch.Tensor
            See `negative_log_likelihood`.

        Returns
        -------
        scores : torch.Tensor
            (N, C) log-probabilities, minus infinity for the classes of other properties.
        labels : torch.Tensor
            (N,) int64.
        """
        labels = labels.reshape(len(labels), -1)
        images, columns = torch.nonzero(labels != MISSING, as_tuple=True)
        labels = labels[images, columns]
        foreign = self.property_of_class[labels][:, None] != self.property_of_class
        return scores[images].masked_fill(foreign, -math.inf), labels

    def validation_step(self, batch: tuple[Images, torch.Tensor], batch_index: int) -> None:
        """Measure one validation batch."""
        images, labels = batch
        scores, labels = self.select_labelled(self(images), labels)
        self.validation_loss.update(nll_loss(scores, labels), weight=len(labels))
        self.validation_accuracy.update(scores, labels)
        self.log_dict(
            {VALIDATION_LOSS: self.validation_loss, VALIDATION_ACCURACY: self.validation_accuracy},
            on_step=False,
            on_epoch=True,
            batch_size=len(labels),
        )

    @torch.no_grad()
    def losses_of(self, batches: Iterable[tuple[Images, torch.Tensor]]) -> torch.Tensor:
        """Return the negative log-likelihood of each image, (N,) float32, summed over its labels."""
        self.eval()
        losses = []
        for images, labels in batches:
            labels = labels.to(self.device).reshape(len(labels), -1)
            scores, labelled = self.select_labelled(self(images.to(self.device)), labels)
            image = torch.nonzero(labels != MISSING)[:, 0]
            own = nll_loss(scores, labelled, reduction="none").float()
            losses.append(torch.zeros(len(labels), device=self.device).index_add_(0, image, own))
        return torch.cat(losses).cpu()

    def training_figures(self) -> tuple[float, float]:
        """Return loss and accuracy of the training batches since the last call, over all devices."""
        figures = float(self.train_loss.compute()), float(self.train_accuracy.compute())
        self.train_loss.reset()
        self.train_accuracy.reset()
        return figures

    def configure_optimizers(self) -> Any:
        """Return Adam for the paper's constant rate, else AdamW and a schedule stepped every batch."""
        settings = self.optimisation
        if settings.constant:
            return torch.optim.Adam(self.network.parameters(), lr=settings.learning_rate)
        rate = settings.learning_rate
        weights = rate_groups(self.network, rate) if settings.gentle else self.network.parameters()
        optimiser = torch.optim.AdamW(weights, lr=rate, weight_decay=WEIGHT_DECAY)
        steps = int(self.trainer.estimated_stepping_batches)
        # No SequentialLR: its saved state would keep a run that is given more epochs on the shorter schedule.
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: rate_share(step, steps))
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
