"""Agreement of the dense way with the exact one: how far it goes, and which cells are doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from napari_rocks2net.classify import Predictions

# Of the cells whose margin is large enough, so many at most may have another class than exactly.
MOST_OTHERS = 0.03
# Larger than any margin: all cells are run again.
ALL_AGAIN = 1.01


@dataclass(frozen=True)
class Agreement:
    """Agreement of the dense way with the exact one, on windows that it was not fitted on."""

    property: str  # Which.
    # Cells whose two most probable classes differ by less than this are run again, exactly.
    again_below: float
    again: float  # The share of cells that are, 0..1.
    labels: float  # The share of cells that have the same class then, 0..1.
    difference: float  # Mean absolute difference of the probabilities then.


def is_doubtful(predictions: Predictions, below: dict[str, float]) -> bool:
    """Return whether the margin of a property is too small for the dense way.

    Parameters
    ----------
    predictions : Predictions
        By the dense way.
    below : dict of float
        The least margin of each property.
    """
    return any(
        margin_of(list(predictions[name].probabilities.values())) < least for name, least in below.items()
    )


def margin_of(probabilities: Sequence[float]) -> float:
    """Return by how much the most probable class is above the next."""
    first, second = sorted([*probabilities, 0.0], reverse=True)[:2]
    return first - second


def agreement(property: str, dense: npt.NDArray[Any], exact: npt.NDArray[Any]) -> Agreement:
    """Return from which margin on dense answers can be trusted, and how far they agree then.

    A class changes where the error of the margin is larger than the margin. Every error that was seen is held
    against every margin, for of few windows few have another class. Errors and margins may go together, so
    the share of windows that have one is an estimate as well, and the larger counts.

    Parameters
    ----------
    property : str
        Its name.
    dense, exact : numpy.ndarray
        (N, C) probabilities of windows.
    """
    margins, errors = _margins(dense, exact)
    changes = np.stack([(errors[None, :] > margins[:, None]).mean(axis=1), errors > margins])
    trusted = [
        least
        for least in [0.0, *np.sort(margins), ALL_AGAIN]
        if _others(margins, changes, least) <= MOST_OTHERS
    ]
    least = float(trusted[0])
    certain = margins >= least
    difference = np.where(certain[:, None], np.abs(dense - exact), 0).mean()
    return Agreement(
        property, least, float(1 - certain.mean()), 1 - _others(margins, changes, least), float(difference)
    )


def _others(margins: npt.NDArray[Any], changes: npt.NDArray[Any], least: float) -> float:
    """Return the share of cells that are not run again and have another class, the larger of estimates."""
    return float(np.where(margins >= least, changes, 0).mean(axis=1).max())


def _margins(dense: npt.NDArray[Any], exact: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the margins (N,) of the dense classes, and by how much less they are exactly."""
    rows = np.arange(len(dense))
    label = dense.argmax(axis=1)

    def margin(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return by how much the dense class leads in some probabilities."""
        others = values.copy()
        others[rows, label] = -1
        return np.asarray(values[rows, label] - np.maximum(others.max(axis=1), 0))

    own = margin(dense)
    return own, own - margin(exact)
