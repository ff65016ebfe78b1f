"""Evidence maps: what each place of a photo says for or against a class."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from napari_rocks2net.classify.prediction import CriticalArea

Floats = npt.NDArray[np.float32]
Stream = Literal["global", "local"]

# A map whose places differ by less says nothing about places.
FLAT = 1e-4


@dataclass(frozen=True, eq=False)
class EvidenceMap:
    """Evidence of each place for a class (above 0) or against it (below 0), in units of the logit.

    The places' mean is the logit of the class. A logit stands here for the class's own minus the mean of
    those of all classes of the property, as only differences count; calibrated, so that the softmax over
    the classes gives the stream's probabilities.
    """

    property: str
    class_name: str
    """What it is about."""
    stream: Stream
    """The whole photo, or the critical area alone."""
    cells: Floats
    """(h, w) float32; equal places that tile `area`, row by row."""
    area: CriticalArea
    """Where the places lie, in pixels of the photo. Of a padded input it is larger than the photo."""
    size: tuple[int, int]
    """(H, W) of the photo in pixels."""
    unplaced: float
    """The part of the logit that belongs to no single place, such as the contrast between places; every place
    has it as an equal share. 0 where the map is exact."""
    method: str
    """How it was made, in a sentence."""

    # The field "property" takes the name of the decorator.
    @builtins.property
    def logit(self) -> float:
        """The mean of the places."""
        return float(self.cells.mean(dtype=np.float64))

    @builtins.property
    def is_flat(self) -> bool:
        """Whether all places say the same, as in a photo of one colour."""
        return float(np.ptp(self.cells)) < FLAT

    @builtins.property
    def cell_size(self) -> tuple[float, float]:
        """Height and width of a place in pixels of the photo."""
        rows, columns = self.cells.shape
        return (self.area.y1 - self.area.y0) / rows, (self.area.x1 - self.area.x0) / columns

    @builtins.property
    def strongest(self) -> CriticalArea:
        """The place that says most for the class, in pixels of the photo."""
        row, column = np.unravel_index(int(self.cells.argmax()), self.cells.shape)
        height, width = self.cell_size
        y0, x0 = self.area.y0 + row * height, self.area.x0 + column * width
        return CriticalArea(y0, x0, y0 + height, x0 + width)

    def over_image(self) -> Floats:
        """Return the map pixel by pixel, (H, W) float32: linear between the places, NaN outside of `area`."""
        from scipy.ndimage import map_coordinates

        height, width = self.cell_size
        y, x = (np.arange(side, dtype=np.float64) + 0.5 for side in self.size)
        inside = np.ix_(_within(y, self.area.y0, self.area.y1), _within(x, self.area.x0, self.area.x1))
        rows, columns = (y[inside[0]] - self.area.y0) / height, (x[inside[1]] - self.area.x0) / width
        values = np.full(self.size, np.nan, np.float32)
        places = np.broadcast_arrays(rows - 0.5, columns - 0.5)
        values[inside] = map_coordinates(self.cells, places, order=1, mode="nearest")
        return values


@dataclass(frozen=True, eq=False)
class EvidenceMaps:
    """The maps of both streams."""

    whole: EvidenceMap
    """Of the whole photo."""
    local: EvidenceMap | None
    """Of the critical area; None for models that look at the whole photo only."""


def _within(positions: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.intp]:
    return np.flatnonzero((positions >= low) & (positions <= high))
