"""Local stream of a probe on held-out photos: what their strongest windows say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from napari_rocks2net.features import Descriptors
from napari_rocks2net.models.probe import Probe
from napari_rocks2net.training.probe.choosing import Candidate, Folds

Floats = npt.NDArray[np.float64]


def strongest_windows(
    descriptors: Sequence[Descriptors], probe: Probe, candidate: Candidate, folds: Folds
) -> Floats:
    """Return the logits of the window with the strongest evidence for what the whole photo says.

    (S, N, C), each photo by the set that it is not in.

    Parameters
    ----------
    descriptors : sequence of Descriptors
        (N,) with windows.
    probe : Probe
        Standardises them.
    candidate : Candidate
        Its coefficients of each training set, and its answers to the photos held out.
    folds : Folds
        In which sets a photo is not.
    """
    logits = np.empty_like(candidate.logits)
    labels = candidate.logits.argmax(axis=-1)
    for photo, described in enumerate(descriptors):
        windows = probe.standardised(described.windows).flatten(0, 2).double().numpy()
        sets = np.arange(len(logits)) * folds.count + folds.fold_of[:, photo]
        coefficients = candidate.coefficients[:, sets]
        answers = np.einsum("wd,csd->swc", windows, coefficients[..., :-1], optimize=True)
        answers += coefficients[..., -1].T[:, None]
        for shuffle, own in enumerate(answers):
            logits[shuffle, photo] = own[_log_odds(own, labels[shuffle, photo]).argmax()]
    return logits


def _log_odds(logits: Floats, label: int) -> Floats:
    """Return the log-odds (W,) of one class in logits (W, C)."""
    odds: Floats = logits[:, label] - logsumexp(np.delete(logits, label, axis=1), axis=1)
    return odds
