"""Answers of a network to the samples of one part: of each stream, with the features."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from napari_rocks2net.evaluation.calibration import mean_log_probabilities
from napari_rocks2net.models import mean_of_turns
from napari_rocks2net.training.network.dataset import LoaderOptions, make_loader
from napari_rocks2net.training.network.fields import Samples
from napari_rocks2net.training.network.module import RockModule

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers of a network for N samples."""

    streams: Floats  # (S, N, C) float64 log-probabilities of its S streams, 1 or 2.
    features: Floats | None  # (N, F) float64, see `ModelOutput.features`; None where the network gives none.

    def probabilities(
        self, classes_per_property: Sequence[int], temperatures: Sequence[float] | None = None
    ) -> Floats:
        """Return the probabilities (N, C), those of each property sum to 1.

        Parameters
        ----------
        classes_per_property : sequence of int
            Number of classes of each property, in the order of the columns.
        temperatures : sequence of float, optional
            One for each property, see `calibrated`; 1 by default.
        """
        parts = self.of_properties(classes_per_property)
        chosen = temperatures or [1.0] * len(parts)
        logs = [mean_log_probabilities(own, each) for own, each in zip(parts, chosen, strict=True)]
        probabilities: Floats = np.exp(np.concatenate(logs, axis=-1))
        return probabilities

    def of_properties(self, classes_per_property: Sequence[int]) -> list[Floats]:
        """Return the log-probabilities (S, N, classes) of each property."""
        return np.split(self.streams, np.cumsum(classes_per_property)[:-1], axis=-1)


def network_answers(
    module: RockModule, dataset: Samples, options: LoaderOptions, *, tta: bool = False
) -> Answers:
    """Return the answers of a network for the samples of a dataset as they are, in their order.

    Parameters
    ----------
    module : RockModule
        With the network, on the device to use; left in evaluation mode.
    dataset : Samples
        N samples; their labels and its augmentation are not used.
    options : LoaderOptions
        How batches are made.
    tta : bool
        Whether it answers by `mean_of_turns`.

    Raises
    ------
    ImageError
        If an image that is not kept in memory cannot be read.
    """
    plain = copy.copy(dataset)
    plain.augmentation = None
    module.eval()
    streams, features = [], []
    with torch.inference_mode():
        for images, _ in make_loader(plain, options):
            prepared = module.prepared(images.to(module.device))
            output = mean_of_turns(module.network, prepared) if tta else module.network(prepared)
            whole, local = output.global_log_probabilities, output.local_log_probabilities
            own = [output.log_probabilities] if whole is None or local is None else [whole, local]
            streams.append(torch.stack(own).double().cpu())
            if output.features is not None:
                features.append(output.features.double().cpu())
    all_features = torch.cat(features).numpy() if features else None
    return Answers(torch.cat(streams, dim=1).numpy(), all_features)
