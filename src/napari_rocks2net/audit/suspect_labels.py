"""Likely label errors, from predictions for photos of thin sections that the model has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_rocks2net.audit.errors import AuditError, require_as_many

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SuspectSection:
    """A thin section all of whose photos look like another class than their label."""

    group: str
    label: str
    suggested: str
    """The section, its label, and the class that most speaks for."""
    photos: tuple[int, ...]
    """The positions of its photos."""
    self_confidence: float
    """Mean probability of the label over its photos."""

    def __str__(self) -> str:
        """Say in a sentence what is odd."""
        return f"Section {self.group} looks like {self.suggested} as a whole; its label is {self.label}."


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """Photos in the order in which their labels deserve a second look."""

    order: npt.NDArray[np.intp]
    """(N,) int: positions of all photos, the least credible label first."""
    self_confidence: Floats
    """(N,) the probability of the label that each photo has, photo by photo."""
    suggested: tuple[str, ...]
    """(N,) the most probable class of each photo."""
    likely: npt.NDArray[np.bool_]
    """(N,) bool: whether confident learning takes the label for wrong."""
    sections: tuple[SuspectSection, ...]
    """Sections of two photos or more that are odd as a whole, the least credible first."""


def label_errors(
    probabilities: Floats, labels: Sequence[str], groups: Sequence[str], classes: Sequence[str]
) -> LabelErrors:
    """Rank labels by the probability that a model of other thin sections gives them.

    Parameters
    ----------
    probabilities : numpy.ndarray
        (N, K) in 0..1, rows add up to 1, of each photo by a model that was trained without its section.
    labels, groups : sequence of str
        (N,) class and thin section of each photo.
    classes : sequence of str
        (K,) the classes of the columns.

    Returns
    -------
    LabelErrors
        Ranked by self-confidence; `likely` by cleanlab's confident learning (Northcutt, Jiang & Chuang 2021,
        J. Artif. Intell. Res. 70:1373).

    Raises
    ------
    AuditError
        When the lengths differ, a label is none of the classes, or a probability is not finite.
    """
    require_as_many(probabilities=probabilities, labels=labels, groups=groups)
    if set(labels) - set(classes) or probabilities.shape[1:] != (len(classes),):
        raise AuditError(
            f"The probabilities have {probabilities.shape[-1]} columns for the classes "
            f"{', '.join(classes)}; the labels are {', '.join(sorted(set(labels)))}."
        )
    if not np.isfinite(probabilities).all():
        raise AuditError("A probability is not a finite number: leave out the photos without an answer.")
    column = np.array([list(classes).index(label) for label in labels])
    confidence = probabilities[np.arange(len(column)), column]
    best = probabilities.argmax(1)
    return LabelErrors(
        order=np.argsort(confidence, kind="stable"),
        self_confidence=confidence,
        suggested=tuple(classes[index] for index in best),
        likely=_likely(probabilities, column),
        sections=_suspect_sections(probabilities, column, groups, classes),
    )


def _likely(probabilities: Floats, column: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Return cleanlab's mask; it wants labels numbered without gaps and knows of no absent class."""
    from cleanlab.filter import find_label_issues

    present, numbered = np.unique(column, return_inverse=True)
    if len(present) < 2:
        return np.zeros(len(column), bool)
    shares = np.maximum(probabilities[:, present], np.finfo(float).tiny)
    shares /= shares.sum(1, keepdims=True)
    mask: npt.NDArray[np.bool_] = find_label_issues(numbered, shares, min_examples_per_class=0, n_jobs=1)
    return mask


def _suspect_sections(
    probabilities: Floats, column: npt.NDArray[np.intp], groups: Sequence[str], classes: Sequence[str]
) -> tuple[SuspectSection, ...]:
    """Return the sections with one label where every photo looks like another class."""
    sections, suspects = np.asarray(groups, dtype=str), []
    for group in np.unique(sections):
        photos = np.flatnonzero(sections == group)
        labels = np.unique(column[photos])
        odd = probabilities[photos].argmax(1) != labels[0]
        if len(photos) < 2 or len(labels) > 1 or not odd.all():
            continue
        mean = probabilities[photos].mean(0)
        suspects.append(
            SuspectSection(
                group=str(group),
                label=str(classes[labels[0]]),
                suggested=str(classes[int(mean.argmax())]),
                photos=tuple(int(photo) for photo in photos),
                self_confidence=float(mean[labels[0]]),
            )
        )
    return tuple(sorted(suspects, key=lambda each: each.self_confidence))
