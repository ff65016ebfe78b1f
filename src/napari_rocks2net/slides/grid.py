"""Grid of windows over a slide, and the cells that they answer for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.settings import MapSettings
from napari_rocks2net.slides.slide import Slide

Window = tuple[int, int, int, int]


@dataclass(frozen=True)
class Grid:
    """Square windows at equal steps; each answers for the cell of one step a side at its centre."""

    field: int
    """Side of a window in pixels of the slide."""
    stride: int
    """Step from one to the next in both directions, and the side of a cell."""
    top: int
    left: int
    """Where the first window begins: what the steps do not fill is left equally at both sides."""
    rows: int
    columns: int
    """How many there are."""

    @classmethod
    def over(cls, slide: Slide, settings: MapSettings, usual_field: int) -> Grid:
        """Lay a grid over a slide.

        Parameters
        ----------
        slide : Slide
            What is mapped.
        settings : MapSettings
            Field and stride.
        usual_field : int
            The field in pixels where the settings state none.

        Raises
        ------
        SlideError
            When the slide is smaller than a window, the stride larger than it, or the slide's pixel size
            is needed and not known.
        """
        scale = _pixels_per_unit(slide, settings)
        field = usual_field if settings.field is None else max(1, round(settings.field * scale))
        stride = field // 2 if settings.stride is None else round(settings.stride * scale)
        stride = max(1, stride)
        if stride > field:
            raise SlideError(
                f"The stride of {stride:,} pixels is larger than the field of {field:,}: parts of the slide "
                "would lie in no window; give a smaller stride."
            )
        height, width = slide.shape
        if field > min(height, width):
            raise SlideError(
                f"{slide.name} is {width:,} x {height:,} pixels, less than one window of {field:,}: give a "
                "smaller field, or classify it as a photo."
            )
        rows, columns = (height - field) // stride + 1, (width - field) // stride + 1
        top = (height - field - (rows - 1) * stride) // 2
        left = (width - field - (columns - 1) * stride) // 2
        return cls(field, stride, top, left, rows, columns)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        return self.rows, self.columns

    def window(self, row: int, column: int) -> Window:
        """Return y0, x0, y1, x1 of a window in pixels of the slide.

        Parameters
        ----------
        row, column : int
            Of its cell.
        """
        y0, x0 = self.top + row * self.stride, self.left + column * self.stride
        return y0, x0, y0 + self.field, x0 + self.field

    @property
    def origin(self) -> tuple[float, float]:
        """Where the first cell begins, y and x in pixels of the slide, counted along the pixels' edges."""
        margin = (self.field - self.stride) / 2
        return self.top + margin, self.left + margin

    def centres(self) -> npt.NDArray[np.float64]:
        """Return the centres of the cells, (rows, columns, 2) y and x in pixels, along the pixels' edges."""
        rows, columns = np.indices(self.shape)
        places = np.stack([rows, columns], axis=-1) * float(self.stride)
        return places + np.array([self.top, self.left]) + self.field / 2

    def cell_at(self, y: float, x: float) -> tuple[int, int] | None:
        """Return the row and column of the cell at a place.

        Parameters
        ----------
        y, x : float
            In pixels of the slide, counted along the pixels' edges.

        Returns
        -------
        tuple of int or None
            None where no cell is.
        """
        top, left = self.origin
        row, column = int((y - top) // self.stride), int((x - left) // self.stride)
        return (row, column) if 0 <= row < self.rows and 0 <= column < self.columns else None

    def to_dict(self) -> dict[str, Any]:
        """Return its numbers, for a file."""
        return dict(vars(self))


def _pixels_per_unit(slide: Slide, settings: MapSettings) -> float:
    if settings.unit == "pixel" or (settings.field is None and settings.stride is None):
        return 1.0
    if slide.um_per_pixel is None:
        raise SlideError(
            f"The pixel size of {slide.name} is not known, and the field is given in micrometres: state the "
            "micrometres a pixel, or give the field in pixels."
        )
    return 1 / slide.um_per_pixel
