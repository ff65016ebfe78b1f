"""Out-of-fold probabilities: a quick model's answers to photos of sections that it has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.audit.errors import AuditError, require_as_many

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.str_]

STRENGTH = 0.3
FOLDS = 5
SHUFFLES = 3


def fit_logistic(features: npt.NDArray[Any], labels: Labels) -> Any:
    """Fit a logistic regression of standardised descriptors, classes balanced.

    Parameters
    ----------
    features : numpy.ndarray
        (n, D).
    labels : numpy.ndarray
        (n,) of two classes or more.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Its ``predict`` and ``predict_proba`` take features (m, D).
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    regression = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1_000)
    return make_pipeline(StandardScaler(), regression).fit(features, labels)


def out_of_fold_probabilities(
    features: npt.NDArray[Any],
    labels: Sequence[str],
    groups: Sequence[str],
    classes: Sequence[str],
) -> Floats:
    """Return the predictions of models of the other thin sections for each photo, mean of three shuffles.

    Parameters
    ----------
    features : numpy.ndarray
        (N, D) descriptors.
    labels, groups : sequence of str
        (N,) class and thin section of each photo.
    classes : sequence of str
        (K,) the classes of the columns.

    Returns
    -------
    numpy.ndarray
        (N, K) in 0..1; rows add up to 1.

    Raises
    ------
    AuditError
        For one thin section or one class, which leave nothing to learn from.
    """
    require_as_many(features=features, labels=labels, groups=groups)
    y, sections = np.asarray(labels, dtype=str), np.asarray(groups, dtype=str)
    probabilities = np.zeros((len(y), len(classes)))
    for trained, tested in _splits(y, sections):
        probabilities[tested] += _answers(features, y, trained, tested, classes)
    return probabilities / SHUFFLES


def _splits(y: Labels, sections: Labels) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Yield what is learned from and what is judged, by thin section, each photo judged once a shuffle."""
    from sklearn.model_selection import StratifiedGroupKFold

    folds = min(FOLDS, len(np.unique(sections)))
    if folds < 2 or len(np.unique(y)) < 2:
        raise AuditError(
            f"There are photos of {len(np.unique(sections))} thin sections and {len(np.unique(y))} classes: "
            "labels can be doubted from two of either on."
        )
    _, numbered, counts = np.unique(y, return_inverse=True, return_counts=True)
    # Classes with fewer photos than folds are one to the splitter, which warns of them.
    numbered = np.where(counts[numbered] < FOLDS, -1, numbered)
    for shuffle in range(SHUFFLES):
        yield from StratifiedGroupKFold(folds, shuffle=True, random_state=shuffle).split(
            y, numbered, sections
        )


def _answers(
    features: npt.NDArray[Any],
    y: Labels,
    trained: npt.NDArray[np.intp],
    tested: npt.NDArray[np.intp],
    classes: Sequence[str],
) -> Floats:
    answers = np.zeros((len(tested), len(classes)))
    classes_trained = np.unique(y[trained])
    columns = [list(classes).index(name) for name in classes_trained]
    answers[:, columns] = 1.0
    if len(classes_trained) > 1:
        answers[:, columns] = fit_logistic(features[trained], y[trained]).predict_proba(features[tested])
    return answers
