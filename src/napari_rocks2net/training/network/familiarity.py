"""Familiarity fitted: what a model remembers of its photos, to tell the unlike ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from napari_rocks2net.features import SMALLEST_SCALE
from napari_rocks2net.models import Familiarity

Floats = npt.NDArray[np.float64]

MOST_LEARNED = 2_000


def section_distances(values: Floats, sections: npt.NDArray[np.int64], most: int) -> tuple[Floats, Floats]:
    """Return the descriptors to remember, and how far each photo is from those of other thin sections.

    Parameters
    ----------
    values : numpy.ndarray
        (N, D) float64 standardised descriptors, N >= 2.
    sections : numpy.ndarray
        (N,) int, the number of its thin section; photos of a single one are told apart one by one.
    most : int
        Of how many photos to remember them; more are thinned out by chance.

    Returns
    -------
    values : numpy.ndarray
        (M, D), at most so many rows of the values.
    distances : numpy.ndarray
        (M,) to the nearest photo of another section, in ascending order.
    """
    if len(values) > most:
        chosen = np.sort(np.random.default_rng(0).choice(len(values), most, replace=False))
        values, sections = values[chosen], sections[chosen]
    squares = (values**2).sum(axis=1)
    squared = np.maximum(squares[:, None] + squares - 2 * values @ values.T, 0)
    parted = sections if len(np.unique(sections)) > 1 else np.arange(len(sections))
    squared[parted[:, None] == parted] = np.inf
    return values, np.sort(np.sqrt(squared.min(axis=1)))


def fit_familiarity(learned: Floats, held_out: Floats, most: int = MOST_LEARNED) -> Familiarity:
    """Return what tells a network the photos that are unlike those that it learned from.

    Parameters
    ----------
    learned : numpy.ndarray
        (N, F) features of the photos that it was trained on, see `ModelOutput.features`. What fields lack of
        them is taken for the average of the others.
    held_out : numpy.ndarray
        (M, F) of photos of other thin sections that are alike.
    most : int
        Of how many photos to remember them; more are thinned out by chance.
    """
    known = ~np.isnan(learned)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, learned, 0).sum(axis=0) / count
    learned = np.where(known, learned, mean)
    scale = np.maximum(np.sqrt(((learned - mean) ** 2).sum(axis=0) / count), SMALLEST_SCALE)
    if len(learned) > most:
        learned = learned[np.random.default_rng(0).choice(len(learned), most, replace=False)]
    photos, features = learned.shape
    familiarity = Familiarity(photos, features, len(held_out))
    familiarity.mean.copy_(torch.from_numpy(mean))
    familiarity.scale.copy_(torch.from_numpy(scale))
    familiarity.learned.copy_(familiarity.standardised(torch.from_numpy(learned)))
    distances = familiarity.distance(torch.from_numpy(held_out))
    familiarity.distances.copy_(distances.sort().values)
    return familiarity
