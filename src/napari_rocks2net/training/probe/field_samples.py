"""Samples that are fields: the descriptors of their views put together, one row a field."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from napari_rocks2net.features import Descriptors, FieldLayout
from napari_rocks2net.samples import SampleError, SampleTable, field_rows, has_fields
from napari_rocks2net.samples.columns import FILE, LIGHT
from napari_rocks2net.training.probe.regression import PHOTOS
from napari_rocks2net.views import LIGHTS


@dataclass(frozen=True, eq=False)
class DescribedSamples:
    """Samples, one row each, what each looks like in their order, and what each is known again by.

    Attributes
    ----------
    samples : SampleTable
        Of a field the row of its first view.
    descriptors : list of Descriptors
        Of photos, or of fields as `layout` says.
    hashes : list of frozenset of str
        Of all views.
    layout : FieldLayout
        Without lights where every sample is a photo.
    """

    samples: SampleTable
    descriptors: list[Descriptors]
    hashes: list[frozenset[str]]
    layout: FieldLayout = PHOTOS

    @property
    def split(self) -> npt.NDArray[np.str_]:
        """(N,) the part of each: "train", "validation" or "test"."""
        return self.samples.frame["split"].to_numpy(str)

    def where(self, chosen: npt.NDArray[np.bool_]) -> tuple[pd.DataFrame, list[Descriptors]]:
        """Return the rows (N,) that are chosen, and their descriptors."""
        return self.samples.frame[chosen], [self.descriptors[row] for row in np.flatnonzero(chosen)]


def as_fields(described: DescribedSamples) -> DescribedSamples:
    """Put the views of fields together; samples that are photos are returned as they are.

    Parameters
    ----------
    described : DescribedSamples
        One row a photo.

    Returns
    -------
    DescribedSamples
        One row a field.

    Raises
    ------
    SampleError
        When there are fields, and a photo beside them of which the table does not say the light.
    """
    frame = described.samples.frame
    if not has_fields(frame):
        return described
    if (unknown := frame[LIGHT] == "").any():
        raise SampleError(
            f"{unknown.sum()} photos have no light, the first is {frame.loc[unknown, FILE].iloc[0]}: fields "
            "are told apart by the lights of their views, so fill the column 'light' in."
        )
    rows = field_rows(frame)
    lights = frame[LIGHT].tolist()
    layout = FieldLayout.of([[lights[row] for row in own] for own in rows], LIGHTS)
    first = [int(own[0]) for own in rows]
    return DescribedSamples(
        replace(described.samples, frame=frame.iloc[first].reset_index(drop=True)),
        [layout.join_photos([(lights[row], described.descriptors[row]) for row in own]) for own in rows],
        [frozenset[str]().union(*(described.hashes[row] for row in own)) for own in rows],
        layout,
    )
