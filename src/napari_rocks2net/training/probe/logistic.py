"""Multinomial logistic regression with an L2 penalty: many training sets of the same photos in one go."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MOST_ITERATIONS = 500
# Relative change of the loss: what tells one strength from another, and what a model is made of.
TO_COMPARE, TO_KEEP = 1e-6, 1e-12


def balanced_weights(members: Flags, one_hot: Floats) -> Floats:
    """Return weights (F, N) that make every class of each of F training sets count the same.

    (F, N) float64, n / (classes there are x photos of the class), as ``class_weight="balanced"`` of scikit-
    learn; 0 for photos outside of the set.

    Parameters
    ----------
    members : numpy.ndarray
        (F, N) bool: which of the N photos are in each set.
    one_hot : numpy.ndarray
        (N, C) float64, 1 for the class of each photo.
    """
    counts = members @ one_hot
    present = (counts > 0).sum(axis=1, keepdims=True)
    of_class = members.sum(axis=1, keepdims=True) / (present * np.maximum(counts, 1))
    weights: Floats = members * (of_class @ one_hot.T)
    return weights


def fit_logistic(
    values: Floats,
    one_hot: Floats,
    weights: Floats,
    strength: float,
    start: Floats | None = None,
    tolerance: float = TO_COMPARE,
) -> Floats:
    """Fit one logistic regression to each of F training sets.

    Each is scikit-learn's: strength x the weighted sum of the cross entropies + half the squared length of
    the coefficients, intercepts free. All are one problem for L-BFGS, whose sums are then two products of
    matrices, in variables that are scaled by the curvature of the loss along each column; it takes about a
    twentieth of the time of one fit after another.

    Parameters
    ----------
    values : numpy.ndarray
        (N, R) float64; fastest where the columns are principal components.
    one_hot : numpy.ndarray
        (N, C) float64, 1 for the class of each photo.
    weights : numpy.ndarray
        (F, N) float64, 0 for photos that are not in a set.
    strength : float
        The C of scikit-learn, above 0.
    start : numpy.ndarray, optional
        Coefficients to start from, such as those of another strength.
    tolerance : float
        Relative change of the loss at which to stop.

    Returns
    -------
    numpy.ndarray
        (C, F, R + 1) float64: coefficients, the last of each row the intercept.
    """
    columns = np.vstack([values.T, np.ones(len(values))])
    steps = _steps(columns, strength, one_hot.shape[1])
    shape = (one_hot.shape[1], len(weights), len(columns))
    begin = np.zeros(shape) if start is None else start / steps
    optimum = minimize(
        _loss(columns * steps[:, None], one_hot, weights * strength, np.append(steps[:-1] ** 2, 0.0)),
        begin.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": MOST_ITERATIONS, "ftol": tolerance, "gtol": 1e-9},
    )
    coefficients: Floats = optimum.x.reshape(shape) * steps
    return coefficients


def _steps(columns: Floats, strength: float, classes: int) -> Floats:
    """Return by how much each variable is scaled: one over the root of a bound of the curvature."""
    curvature = strength * (classes - 1) / classes**2 * (columns**2).sum(axis=1)
    curvature[:-1] += 1
    return 1 / np.sqrt(curvature)


def _loss(
    columns: Floats, one_hot: Floats, weights: Floats, penalty: Floats
) -> Callable[[Floats], tuple[float, Floats]]:
    """Return the function of flat (C, F, R) coefficients that gives the loss and its gradient."""
    classes, (rows, photos), sets = one_hot.shape[1], columns.shape, len(weights)
    truth = one_hot.T[:, None]

    def loss(flat: Floats) -> tuple[float, Floats]:
        """Return the loss and its gradient."""
        coefficients = flat.reshape(-1, rows)
        # Classes first: sums over them then run along whole rows of photos.
        logits = (coefficients @ columns).reshape(classes, sets, photos)
        logits -= logits.max(axis=0)
        shares = np.exp(logits)
        total = shares.sum(axis=0)
        entropy = np.log(total) - (logits * truth).sum(axis=0)
        residual = (shares / total - truth) * weights
        penalised = coefficients * penalty
        gradient = residual.reshape(-1, photos) @ columns.T + penalised
        return float((weights * entropy).sum() + (coefficients * penalised).sum() / 2), gradient.ravel()

    return loss


NEGLIGIBLE = 1e-9


def principal_axes(values: Floats) -> Floats:
    """Return orthonormal axes (D, R) of the rows of values (N, D), the longest last; R <= N and D.

    A penalised fit has no coefficient outside of it, so nothing is lost.
    """
    small = values if values.shape[0] >= values.shape[1] else values.T
    squares, vectors = np.linalg.eigh(small.T @ small)
    significant = squares > NEGLIGIBLE * max(float(squares[-1]), NEGLIGIBLE)
    axes = vectors[:, significant]
    if small is values:
        return axes
    spanned: Floats = values.T @ (axes / np.sqrt(squares[significant]))
    return spanned
