"""Samples that are fields: their views as one item."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import torch
from torch.utils.data import Dataset

from napari_rocks2net.features import FieldLayout
from napari_rocks2net.models import ViewBatch
from napari_rocks2net.samples import field_rows
from napari_rocks2net.samples.columns import LIGHT
from napari_rocks2net.training.network.dataset import SectionDataset


def samples_in_words(count: int, sections: int, layout: FieldLayout) -> str:
    """Say of what a model was trained: "8 fields in PPL and XPL of 4 thin sections".

    Parameters
    ----------
    count : int
        How many photos or fields.
    sections : int
        Of how many thin sections.
    layout : FieldLayout
        Of the fields.

    Returns
    -------
    str
        For a model's card.
    """
    samples = f"{count} fields in {' and '.join(layout.lights)}" if layout.lights else f"{count} images"
    return f"{samples} of {sections} thin sections"


class FieldDataset(Dataset[tuple[ViewBatch, torch.Tensor]]):
    """Fields, one item each: the images of its views and the indices of its classes.

    Parameters
    ----------
    views : SectionDataset
        The photos, one a view, without augmentation.
    frame : pandas.DataFrame
        Their rows of a `SampleTable`.
    layout : FieldLayout
        Which lights count, in their order.
    augmentation : callable, optional
        Changes the images (V, 3, S, S) uint8 of a field every time it is drawn, all alike.

    Attributes
    ----------
    labels : torch.Tensor
        (N, P) int64, see `SectionDataset`.
    """

    def __init__(
        self,
        views: SectionDataset,
        frame: pd.DataFrame,
        layout: FieldLayout,
        augmentation: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ) -> None:
        self.views = views
        self.augmentation = augmentation
        self._rows = [own.tolist() for own in field_rows(frame)]
        self._lights = torch.tensor([layout.lights.index(light) for light in frame[LIGHT]])
        self.labels = views.labels[[own[0] for own in self._rows]]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> tuple[ViewBatch, torch.Tensor]:
        """Return a batch of one field, augmented if asked for, and its classes (P,)."""
        rows = self._rows[index]
        images = torch.stack([self.views[row][0] for row in rows])
        if self.augmentation is not None:
            images = self.augmentation(images)
        fields = torch.zeros(len(rows), dtype=torch.int64)
        return ViewBatch(images.contiguous(), fields, self._lights[rows]), self.labels[index]

    def picture_hashes(self) -> tuple[str, ...]:
        """Return what a model remembers of all views, see `SectionDataset.picture_hashes`."""
        return self.views.picture_hashes()


Samples = SectionDataset | FieldDataset
