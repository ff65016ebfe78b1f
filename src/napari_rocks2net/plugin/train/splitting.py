"""How samples are to be split, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.samples import SampleTable

NO_FOLDS = 1
PART_NAMES = {"train": "training", "validation": "validation", "test": "test"}


@dataclass(frozen=True)
class SplitRequest:
    """How samples are to be split.

    Parameters
    ----------
    validation, test : float
        Shares of the samples.
    seed : int
    folds : int
        1 for one training; more for a cross-validation, which tests every section once.
    """

    validation: float
    test: float
    seed: int
    folds: int = NO_FOLDS

    def apply(self, samples: SampleTable) -> Split:
        """Split samples.

        Raises
        ------
        SampleError
            When that cannot be done; one sentence that says why.
        """
        from napari_rocks2net.samples import split_folds, split_samples, split_summary

        if self.folds == NO_FOLDS:
            summary = split_summary(split_samples(samples, self.validation, self.test, self.seed))
            return Split(summary, samples.classes, NO_FOLDS)
        tested = [
            split_summary(fold).loc[["test"]].rename({"test": f"fold {number}"}, level="part")
            for number, fold in enumerate(
                split_folds(samples, self.folds, self.validation, self.seed), start=1
            )
        ]
        return Split(_stacked(tested), samples.classes, self.folds)


@dataclass(frozen=True, eq=False)
class Split:
    """A split, counted.

    Parameters
    ----------
    summary : pandas.DataFrame
        One row a part ("train", "validation" and "test", or "fold 1", ... which tests these sections) and
        thin section, the index; one int column a class.
    classes : tuple of str
    folds : int
        1 without folds.
    """

    summary: pd.DataFrame
    classes: tuple[str, ...]
    folds: int

    def total_rows(self) -> list[list[object]]:
        """Return one row a part: part, "all 5", images of each class."""
        sections = self.summary.groupby(level="part", sort=False).size()
        totals = self.summary.groupby(level="part", sort=False).sum()
        return [
            [part, f"all {sections[part]}", *map(int, row)]
            for part, row in zip(totals.index, totals.to_numpy(), strict=True)
        ]

    def section_rows(self) -> list[list[object]]:
        """Return one row a thin section: part, section, images of each class."""
        return [
            [*where, *map(int, row)]
            for where, row in zip(self.summary.index, self.summary.to_numpy(), strict=True)
        ]

    def sentence(self) -> str:
        """Say how many images and sections every part has, and which class is short where."""
        totals = self.summary.groupby(level="part", sort=False).sum()
        images, sections = int(self.summary.to_numpy().sum()), len(self.summary)
        whole = f"{images} images of {sections} thin sections"
        if self.folds > NO_FOLDS:
            text = f"{whole}: each section is tested once, in one of {self.folds} trainings."
        else:
            sizes = ", ".join(
                f"{int(totals.loc[part].sum())} for {PART_NAMES[part]}" for part in totals.index
            )
            text = f"{whole}: {sizes}. No section is in two parts."
        missing = [
            (part, name) for part in totals.index for name in totals.columns if not totals.loc[part, name]
        ]
        if missing:
            part, name = missing[0]
            text += (
                f" There is no {name!r} in the part {PART_NAMES.get(part, part)!r}: it says nothing of it."
            )
        return text


def _stacked(tables: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(tables)
