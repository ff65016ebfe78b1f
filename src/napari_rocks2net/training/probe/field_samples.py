"""Samples that are fields: the descriptors of their views put together, one row a field."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import compress

import numpy as np
import numpy.typing as npt
import pandas as pd

from napari_rocks2net.features import PHOTOS, Descriptors, FieldLayout
from napari_rocks2net.samples import SampleTable, field_rows, remembered
from napari_rocks2net.samples.columns import LIGHT, SPLIT
from napari_rocks2net.samples.field_layout import layout_of, one_row_a_field


@dataclass(frozen=True, eq=False)
class DescribedSamples:
    """Samples, one row each, what each looks like in their order, and what each is known again by."""

    samples: SampleTable  # Of a field the row of its first view.
    descriptors: list[Descriptors]  # Of photos, or of fields as `layout` says.
    hashes: list[frozenset[str]]  # Of all views.
    thumbnails: list[npt.NDArray[np.uint8]]  # (72, 72, 3) of the first view.
    layout: FieldLayout = PHOTOS  # Without lights where every sample is a photo.
    # (K, N) of all samples at each of the other magnifications.
    copies: list[list[Descriptors]] = field(default_factory=list)

    @property
    def split(self) -> npt.NDArray[np.str_]:
        """(N,) the part of each: "train", "validation" or "test"."""
        return self.samples.frame[SPLIT].to_numpy(str)

    def where(self, chosen: npt.NDArray[np.bool_]) -> tuple[pd.DataFrame, list[Descriptors]]:
        """Return the rows (N,) that are chosen, and their descriptors."""
        return self.samples.frame[chosen], list(compress(self.descriptors, chosen))

    def copies_where(self, chosen: npt.NDArray[np.bool_]) -> list[list[Descriptors]]:
        """Return the descriptors of the rows (N,) that are chosen at each of the other magnifications."""
        return [list(compress(each, chosen)) for each in self.copies]

    def pictures(self, chosen: npt.NDArray[np.bool_]) -> tuple[str, ...]:
        """Return what the pictures of the rows (N,) that are chosen are known again by."""
        return remembered(compress(self.hashes, chosen))


def as_fields(described: DescribedSamples) -> DescribedSamples:
    """Put the views of fields together; samples that are photos are returned as they are.

    Returns
    -------
    DescribedSamples
        One row a field.

    Raises
    ------
    SampleError
        See `layout_of`.
    """
    layout = layout_of(described.samples)
    if not layout.lights:
        return described
    rows, lights = field_rows(described.samples.frame), described.samples.frame[LIGHT].tolist()

    def joined(descriptors: list[Descriptors]) -> list[Descriptors]:
        """Return what each field looks like, of its views."""
        return [layout.join_photos([(lights[row], descriptors[row]) for row in own]) for own in rows]

    return DescribedSamples(
        one_row_a_field(described.samples),
        joined(described.descriptors),
        [frozenset[str]().union(*(described.hashes[row] for row in own)) for own in rows],
        [described.thumbnails[own[0]] for own in rows],
        layout,
        [joined(each) for each in described.copies],
    )
