"""Split request: how samples are to be split, and the summary of what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from napari_rocks2net.samples.parts import PART_NAMES, TEST
from napari_rocks2net.samples.splits.by_section import split_folds, split_samples, split_summary
from napari_rocks2net.samples.table import SampleTable

if TYPE_CHECKING:
    import pandas as pd

NO_FOLDS = 1


@dataclass(frozen=True)
class SplitRequest:
    """Request to split samples."""

    validation: float
    test: float
    """Shares of the samples, 0..1."""
    seed: int
    """The same seed and samples give the same split."""
    folds: int = NO_FOLDS
    """1 for one training; more for a cross-validation, which tests every section once."""

    def apply(self, samples: SampleTable) -> SplitSummary:
        """Split samples and count.

        Raises
        ------
        SampleError
            When that cannot be done; one sentence that says why.
        """
        import pandas as pd

        if self.folds == NO_FOLDS:
            return SplitSummary(split_summary(split_samples(samples, self.validation, self.test, self.seed)))
        folds = split_folds(samples, self.folds, self.validation, self.seed)
        tested = [
            split_summary(fold).loc[[TEST]].rename({TEST: f"fold {number}"}, level="part")
            for number, fold in enumerate(folds, start=1)
        ]
        return SplitSummary(pd.concat(tested), self.folds)


@dataclass(frozen=True, eq=False)
class SplitSummary:
    """Images of each class in every part and thin section of a split."""

    counts: pd.DataFrame
    """One row a part ("train", "validation" and "test", or "fold 1", ... which tests these sections) and thin
    section, the index; one int column a (property, class)."""
    folds: int = NO_FOLDS
    """1 without folds."""

    @property
    def classes(self) -> list[str]:
        """What each column counts; with the property where there are several."""
        columns = self.counts.columns
        if columns.get_level_values(0).nunique() == 1:
            return list(columns.get_level_values(1))
        return [f"{name} ({property})" for property, name in columns]

    def total_rows(self) -> list[list[object]]:
        """Return one row a part: part, "all 5", images of each class."""
        sections = self.counts.groupby(level="part", sort=False).size()
        totals = self._totals()
        return [
            [part, f"all {sections[part]}", *map(int, row)]
            for part, row in zip(totals.index, totals.to_numpy(), strict=True)
        ]

    def section_rows(self) -> list[list[object]]:
        """Return one row a thin section: part, section, images of each class."""
        return [
            [*place, *map(int, row)]
            for place, row in zip(self.counts.index, self.counts.to_numpy(), strict=True)
        ]

    def sentence(self) -> str:
        """Say how many images and sections every part has, and which class is short where."""
        totals = self._totals()
        whole = f"{int(totals.to_numpy().sum())} images of {len(self.counts)} thin sections"
        if self.folds > NO_FOLDS:
            text = f"{whole}: each section is tested once, in one of {self.folds} trainings."
        else:
            sizes = ", ".join(
                f"{int(totals.loc[part].sum())} for {PART_NAMES[part]}" for part in totals.index
            )
            text = f"{whole}: {sizes}. No section is in two parts."
        for part, counts in zip(totals.index, totals.to_numpy(), strict=True):
            for name, count in zip(self.classes, counts, strict=True):
                if not count:
                    part_name = PART_NAMES.get(part, part)
                    return f"{text} There is no {name!r} in the part {part_name!r}: it says nothing of it."
        return text

    def _totals(self) -> pd.DataFrame:
        return self.counts.groupby(level="part", sort=False).sum()
