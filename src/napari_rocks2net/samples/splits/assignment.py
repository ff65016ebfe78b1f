"""Assignment of thin sections to parts and folds, class by class."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

UNASSIGNED = -1


class Assignment:
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


def deal_to_folds(counts: npt.NDArray[np.number], folds: int) -> npt.NDArray[np.int64]:
    """Return the fold of each thin section: that with least samples of its rarest class, then of all.

    Parameters
    ----------
    counts : numpy.ndarray
        (N, C) samples of each section and class, the sections in random order; those with rare classes, then
        large ones, are dealt first.
    folds : int
        How many; none stays empty, for an empty one has least of every class.
    """
    sections_of_class = (counts > 0).sum(axis=0)
    rarest = np.where(counts > 0, sections_of_class, len(counts) + 1).argmin(axis=1)
    dealt, fold_of = np.zeros((folds, counts.shape[1])), np.zeros(len(counts), np.int64)
    for section in np.lexsort((-counts.sum(axis=1), sections_of_class[rarest])):
        fold_of[section] = fold = np.lexsort((dealt.sum(axis=1), dealt[:, rarest[section]]))[0]
        dealt[fold] += counts[section]
    return fold_of
