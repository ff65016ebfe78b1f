"""Familiarity: how unlike the photos that a model learned from others are, by their features."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from napari_rocks2net.features import MOST_DEVIATIONS

PREFIX = "familiarity."


# Of so many photos it is compared how far apart they are.
MOST_COMPARED = 256
SMALLEST_DISTANCE = 1e-6


class Familiarity(nn.Module):
    """Features of photos that a network learned from, and how far held-out photos are from them.

    Parameters
    ----------
    photos : int
        N >= 1, of how many it keeps the features.
    features : int
        F >= 1, see `ModelOutput.features`.
    held_out : int
        M >= 1, of how many held-out photos it keeps the distance.

    Attributes
    ----------
    mean, scale : Tensor, shape (F,)
        What standardises the features.
    learned : Tensor, shape (N, F)
        Standardised.
    distances : Tensor, shape (M,)
        From each held-out photo to the nearest learned from, in ascending order.

    Raises
    ------
    ValueError
        For a number below 1.
    """

    def __init__(self, photos: int, features: int, held_out: int) -> None:
        super().__init__()
        if min(photos, features, held_out) < 1:
            raise ValueError(
                f"its familiarity is of {photos} photos, {features} features, {held_out} held out"
            )
        for name, shape in {
            "mean": (features,),
            "scale": (features,),
            "learned": (photos, features),
            "distances": (held_out,),
        }.items():
            self.register_buffer(name, torch.zeros(shape))
        self.mean: Tensor
        self.scale: Tensor
        self.learned: Tensor
        self.distances: Tensor

    @classmethod
    def for_weights(cls, weights: Mapping[str, Tensor]) -> Familiarity | None:
        """Return an empty one into which the weights of a network fit; None for a network without.

        Raises
        ------
        ValueError
            When its arrays are missing, or their shapes are none that it can have.
        """
        own = {name: value for name, value in weights.items() if name.startswith(PREFIX)}
        if not own:
            return None
        learned, distances = own.get(f"{PREFIX}learned"), own.get(f"{PREFIX}distances")
        if learned is None or distances is None or learned.ndim != 2 or distances.ndim != 1:
            raise ValueError("the arrays of its familiarity are incomplete")
        photos, features = learned.shape
        return cls(photos, features, len(distances))

    def forward(self, features: Tensor) -> Tensor:
        """Return how unlike the photos learned from others are, (B,) in 0..1, by their features (B, F)."""
        return share_nearer(self.distance(features), self.distances)

    def distance(self, features: Tensor) -> Tensor:
        """Return the distance (B,) of features (B, F) to the nearest photo learned from.

        What a field lacks, not a number, is left out, see `distance_by_known`.
        """
        standardised, missing = self.standardised(features), features.isnan()
        if not bool(missing.any()):
            return torch.cdist(standardised, self.learned).amin(dim=1)
        rows = zip(standardised, ~missing, strict=True)
        return torch.stack([distance_by_known(row, known, self.learned) for row, known in rows])

    def standardised(self, features: Tensor) -> Tensor:
        """Return features (B, F) in deviations of the photos learned from, at most 10."""
        deviations = (features.to(self.mean) - self.mean) / self.scale
        return deviations.clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS)


def distance_by_known(row: Tensor, known: Tensor, learned: Tensor) -> Tensor:
    """Return the distance to the nearest photo learned from by the features that a field has.

    It is scaled by how much farther from one another those learned from are by all features than by these,
    so that it can be ranked among distances by all.

    Parameters
    ----------
    row : Tensor, shape (F,)
        Standardised; what is not known may be anything.
    known : Tensor, shape (F,), bool
        Which are known, one at least.
    learned : Tensor, shape (N, F)
        Standardised.
    """
    distance = torch.cdist(row[known][None], learned[:, known]).amin()
    few = learned[:: max(1, len(learned) // MOST_COMPARED)]
    if len(few) < 2:
        return distance * (len(known) / known.sum()).sqrt()
    return distance * _apart(few) / _apart(few[:, known]).clamp(min=SMALLEST_DISTANCE)


def _apart(learned: Tensor) -> Tensor:
    """Return the median distance of photos to the nearest other one."""
    distances = torch.cdist(learned, learned).fill_diagonal_(torch.inf)
    return distances.amin(dim=1).median()


def share_nearer(distance: Tensor, distances: Tensor) -> Tensor:
    """Return the share of known photos that lie nearer to those learned from, 0..1.

    Beyond the farthest of these the rest of the way to 1 is exponential, in steps of the distance from the
    middle one to the farthest: with ten photos a rank alone would say nothing above 0.91. 0 for what
    lies nearer than all of them.

    Parameters
    ----------
    distance : Tensor, shape (...)
        From photos to the nearest learned from (Sun et al. 2022, arXiv 2204.06507, with k = 1).
    distances : Tensor, shape (M,)
        The same of photos that are known to be alike, in ascending order.
    """
    count = len(distances)
    rank = torch.searchsorted(distances, distance) / (count + 1)
    farthest, middle = distances[-1], distances[count // 2]
    step = torch.maximum(farthest - middle, 0.1 * farthest).clamp(min=1e-6)
    beyond = 1 - torch.exp(-(distance - farthest) / step) / (count + 1)
    return torch.where(distance > farthest, beyond, rank)
