"""Grouped splits: training, validation and test parts that never share a thin section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from napari_rocks2net.samples.columns import CLASS, FILE, GROUP, LABEL, PROPERTY, SPLIT
from napari_rocks2net.samples.copies.identical import identical_pictures, join_groups_of_identical
from napari_rocks2net.samples.errors import SampleError
from napari_rocks2net.samples.parts import (
    PARTS,
    TEST,
    TEST_SHARE,
    TRAIN,
    VALIDATION,
    VALIDATION_SHARE,
    check_shares,
)
from napari_rocks2net.samples.splits.assignment import Assignment, deal_to_folds
from napari_rocks2net.samples.table import SampleTable
from napari_rocks2net.samples.table_checks import (
    check_trainable,
    require_one_label_a_picture,
    require_one_part,
)

if TYPE_CHECKING:
    import pandas as pd

GROUPS_FOR_EVERY_SPLIT = 3


def split_samples(
    samples: SampleTable, validation: float = VALIDATION_SHARE, test: float = TEST_SHARE, seed: int = 0
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
        The same rows in the same order with a column ``split`` of "train", "validation" and "test"; thin
        sections that share a picture, be it under two names, are one group, and the pictures are logged.

    Raises
    ------
    SampleError
        When the shares are impossible, there are too few classes, samples or thin sections, or one picture
        has two labels of a property under two names.
    """
    shares = _shares(validation, test)
    samples = _without_copies_apart(samples)
    check_trainable(samples)
    return _split(samples, shares, seed)


def ensure_split(
    samples: SampleTable, validation: float = VALIDATION_SHARE, test: float = TEST_SHARE, seed: int = 0
) -> SampleTable:
    """Return samples that are split already as they are, and split others with `split_samples`.

    Parameters
    ----------
    samples : SampleTable
        Split where its frame has a column ``split`` of "train", "validation" and "test".
    validation, test : float
        As `split_samples` takes them; without effect on samples that are split, as is `seed`.
    seed : int
        The same seed and samples give the same split.

    Raises
    ------
    SampleError
        When a part has an unknown name, the training or the validation part is empty, a class is not
        trained on, or one thin section is in two parts; else as `split_samples`.
    """
    if SPLIT not in samples.frame:
        return split_samples(samples, validation, test, seed)
    unknown = set(samples.frame[SPLIT]) - set(PARTS)
    if unknown:
        raise SampleError(f"The samples have a part {min(unknown)!r}; the parts are {', '.join(PARTS)}.")
    _check(samples, (TRAIN, VALIDATION))
    return samples


def split_folds(
    samples: SampleTable, folds: int = 5, validation: float = VALIDATION_SHARE, seed: int = 0
) -> tuple[SampleTable, ...]:
    """Split samples for a cross-validation by thin sections.

    Each thin section is in the test part of exactly one fold. Sections go, rarest class first and large
    ones before small ones, to the fold with fewest samples of the class, so that every class is in every
    fold as far as its sections go.

    Parameters
    ----------
    samples : SampleTable
        The samples; whatever shares a ``group`` stays together.
    folds : int
        At least 2, and at most the number of thin sections.
    validation : float
        Share of all samples that each fold takes from its training sections to choose the epoch on.
    seed : int
        The same seed and samples give the same folds.

    Returns
    -------
    tuple of SampleTable
        For each fold the same rows in the same order with a column ``split``; see `split_samples`.

    Raises
    ------
    SampleError
        When there are too few thin sections for the folds, a fold leaves a class untrained, or one picture
        has two labels of a property.
    """
    samples = _without_copies_apart(samples)
    check_trainable(samples)
    sections = samples.frame[GROUP].nunique()
    if not 2 <= folds <= sections:
        raise SampleError(
            f"{sections} thin sections cannot make {folds} folds; give a number from 2 to {sections}."
        )
    if not 0 < validation < 1 - 1 / folds:
        raise SampleError(
            f"The share validation={validation} leaves no training part in {folds} folds; "
            f"it must be above 0 and below {1 - 1 / folds:.2f}."
        )
    fold_of = samples.frame[GROUP].map(_fold_of_section(samples, folds, seed))
    inner = validation / (1 - 1 / folds)
    shares = {TRAIN: 1 - inner, VALIDATION: inner}
    return tuple(_one_fold(samples, fold_of == fold, shares, seed) for fold in range(folds))


def split_summary(samples: SampleTable) -> pd.DataFrame:
    """Count the samples of each thin section, class by class.

    Parameters
    ----------
    samples : SampleTable
        With the column ``split``.

    Returns
    -------
    pandas.DataFrame
        One row a part and thin section (the index ``part``, ``section``; training, validation, test), one
        int column per class, (property, class), in the order of the samples' properties.
    """
    import pandas as pd

    labels = samples.labels()
    counts = pd.crosstab([labels[SPLIT], labels[GROUP]], [labels[PROPERTY], labels[LABEL]])
    parts = [part for part in PARTS if part in counts.index.get_level_values(0)]
    classes = pd.MultiIndex.from_tuples(
        [(each.name, name) for each in samples.properties for name in each.classes],
        names=[PROPERTY, CLASS],
    )
    counts = counts.reindex(columns=classes, fill_value=0).reindex(parts, level=0)
    return counts.rename_axis(index=["part", "section"])


def _without_copies_apart(samples: SampleTable) -> SampleTable:
    """Join the thin sections that share a picture, also a turned one; refuse one with two labels."""
    files = samples.frame[FILE].unique().tolist()
    turned = identical_pictures(files, turned=True)
    if not turned:
        return samples
    require_one_label_a_picture(samples, identical_pictures(files), turned)
    return replace(samples, frame=join_groups_of_identical(samples.frame, turned))


def _split(samples: SampleTable, shares: dict[str, float], seed: int) -> SampleTable:
    counts = _shuffled_counts(samples, seed)
    assignment = Assignment(counts.to_numpy(np.int64), np.array(list(shares.values())))
    assignment.seed_every_part()
    assignment.fill()
    part_of = dict(zip(counts.index, np.array(list(shares))[assignment.part_of], strict=True))
    split = replace(samples, frame=samples.frame.assign(**{SPLIT: samples.frame[GROUP].map(part_of)}))
    _check(split, tuple(shares))
    return split


def _shuffled_counts(samples: SampleTable, seed: int) -> pd.DataFrame:
    """Return how many labels each thin section has of each class, the sections in random order."""
    import pandas as pd

    labels = samples.labels()
    counts = pd.crosstab(labels[GROUP], [labels[PROPERTY], labels[LABEL]])
    return counts.iloc[np.random.default_rng(seed).permutation(len(counts))]


def _fold_of_section(samples: SampleTable, folds: int, seed: int) -> dict[str, int]:
    counts = _shuffled_counts(samples, seed)
    return dict(zip(counts.index, deal_to_folds(counts.to_numpy(np.int64), folds).tolist(), strict=True))


def _one_fold(samples: SampleTable, tested: pd.Series, shares: dict[str, float], seed: int) -> SampleTable:
    frame = samples.frame.assign(**{SPLIT: TEST})
    others = _split(replace(samples, frame=frame[~tested]), shares, seed)
    frame.loc[~tested, SPLIT] = others.frame[SPLIT]
    fold = replace(samples, frame=frame)
    _check(fold, PARTS)
    return fold


def _shares(validation: float, test: float) -> dict[str, float]:
    check_shares(validation, test)
    shares = {TRAIN: 1 - validation - test, TEST: test, VALIDATION: validation}
    return {part: share for part, share in shares.items() if share > 0}


def _check(samples: SampleTable, parts: Sequence[str]) -> None:
    frame = samples.frame
    require_one_part(frame, SPLIT)
    for part in parts:
        if not (frame[SPLIT] == part).any():
            raise SampleError(
                f"{frame[GROUP].nunique()} thin sections are too few for a {part} part; "
                f"at least one class needs {GROUPS_FOR_EVERY_SPLIT} sections or more."
            )
    for name in samples.names:
        trained = set(frame.loc[frame[SPLIT] == TRAIN, name])
        for label in sorted(set(frame[name]) - trained - {""}):
            raise SampleError(
                f"The thin sections of {label!r} leave none for training; add sections or lower the shares."
            )
