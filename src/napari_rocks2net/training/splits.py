"""Training, validation and test parts that never share a thin section."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from napari_rocks2net.training.samples import SampleError, SampleTable, check_trainable

SPLITS = ("train", "test", "validation")
GROUPS_FOR_EVERY_SPLIT = 3
UNASSIGNED = -1


def split_samples(
    samples: SampleTable, validation: float = 0.15, test: float = 0.2, seed: int = 0
) -> SampleTable:
    """Assign whole thin sections to training, validation and test.

    Every class with three thin sections or more gets one of them in every part first; a class with two
    gets one in training and one in test. The others go, rarest class first, to the part that still lacks
    most samples of the class (iterative stratification: Sechidis et al. 2011, ECML PKDD, applied to groups).

    Parameters
    ----------
    samples : SampleTable
        The samples; whatever shares a ``group`` stays together.
    validation, test : float
        The wanted shares of the samples, above 0 with a sum below 1. ``test=0`` sets nothing aside.
    seed : int
        The same seed and samples give the same split.

    Returns
    -------
    SampleTable
        The same rows in the same order with a column ``split`` of "train", "validation" and "test".

    Raises
    ------
    SampleError
        When the shares are impossible, or there are too few classes, samples or thin sections.
    """
    shares = _shares(validation, test)
    check_trainable(samples)
    counts = pd.crosstab(samples.frame["group"], samples.frame["label"])
    counts = counts.iloc[np.random.default_rng(seed).permutation(len(counts))]
    assignment = _Assignment(counts.to_numpy(np.int64), np.array(list(shares.values())))
    assignment.seed_every_part()
    assignment.fill()
    part_of = dict(zip(counts.index, np.array(list(shares))[assignment.part_of], strict=True))
    frame = samples.frame.assign(split=samples.frame["group"].map(part_of))
    _check(frame, shares)
    return replace(samples, frame=frame)


class _Assignment:
    """Groups handed out one by one, and what each part still lacks.

    Parameters
    ----------
    counts : numpy.ndarray
        (G, C) int64, samples of each class in each group.
    shares : numpy.ndarray
        (P,) float64, the wanted share of each part.
    """

    def __init__(self, counts: npt.NDArray[np.int64], shares: npt.NDArray[np.float64]) -> None:
        self.counts = counts
        self.lacking = shares[:, None] * counts.sum(axis=0)
        self.part_of = np.full(len(counts), UNASSIGNED)

    def seed_every_part(self) -> None:
        """Give every part one group of each class, rarest class first, as far as its groups go."""
        for label in np.argsort((self.counts > 0).sum(axis=0), kind="stable"):
            for part in range(len(self.lacking)):
                free = self._free(label)
                if len(free) and not self.counts[self.part_of == part, label].any():
                    distance = np.abs(self.counts[free, label] - self.lacking[part, label])
                    self._assign(free[distance.argmin()], part)

    def fill(self) -> None:
        """Give every other group to the part that lacks most samples of the rarest class left."""
        while (self.part_of == UNASSIGNED).any():
            groups_left = (self.counts[self.part_of == UNASSIGNED] > 0).sum(axis=0)
            label = np.where(groups_left > 0, groups_left, len(self.counts) + 1).argmin()
            free = self._free(label)
            self._assign(free[self.counts[free, label].argmax()], self.lacking[:, label].argmax())

    def _free(self, label: np.intp) -> npt.NDArray[np.intp]:
        return np.flatnonzero((self.part_of == UNASSIGNED) & (self.counts[:, label] > 0))

    def _assign(self, group: np.intp, part: np.intp | int) -> None:
        self.part_of[group] = part
        self.lacking[part] -= self.counts[group]


def _shares(validation: float, test: float) -> dict[str, float]:
    if not (validation > 0 and test >= 0 and validation + test < 1):
        raise SampleError(
            f"The shares validation={validation} and test={test} leave no room; "
            "validation must be above 0, test at least 0 and their sum below 1."
        )
    shares = {"train": 1 - validation - test, "test": test, "validation": validation}
    return {part: shares[part] for part in SPLITS if shares[part] > 0}


def _check(frame: pd.DataFrame, shares: dict[str, float]) -> None:
    leaking = frame.groupby("group")["split"].nunique() > 1
    if leaking.any():
        raise AssertionError(f"The thin section {leaking.idxmax()!r} is in more than one split.")
    for part in shares:
        if not (frame["split"] == part).any():
            raise SampleError(
                f"{frame['group'].nunique()} thin sections are too few for a {part} part; "
                f"at least one class needs {GROUPS_FOR_EVERY_SPLIT} sections or more."
            )
    trained = set(frame.loc[frame["split"] == "train", "label"])
    for label in sorted(set(frame["label"]) - trained):
        raise SampleError(
            f"The thin sections of {label!r} leave none for training; add sections or lower the shares."
        )
