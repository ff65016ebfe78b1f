"""Axes of a TIFF series whose pages are no pictures: colours or planes behind Y and X, as numpy has them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tifffile

# What tifffile calls an axis that nobody named.
UNNAMED = "Q"
# Nobody means a picture so narrow, or a stack of so few rows.
COLOURS, FEWEST_ROWS = (1, 3, 4), 5


@dataclass(frozen=True)
class PictureAxes:
    """Which axes of a series are planes, and which height, width and perhaps colours of a picture."""

    planes: tuple[int, ...]
    picture: tuple[int, ...]

    def picture_of(self, stack: npt.NDArray[np.generic], plane: tuple[int, ...]) -> npt.NDArray[np.generic]:
        """Return a picture of a stack.

        Parameters
        ----------
        stack : numpy.ndarray
            With the axes of the series.
        plane : tuple of int
            Position along those that are planes.

        Returns
        -------
        numpy.ndarray
            (Y, X, S).
        """
        picture = np.transpose(stack, (*self.planes, *self.picture))[plane]
        return picture.reshape(*picture.shape[:2], -1)


def axes_of_pictures(series: tifffile.TiffPageSeries, page: tifffile.TiffPage) -> PictureAxes | None:
    """Return the axes of a series by tifffile whose metadata say, or whose lengths show, that X is not last.

    Parameters
    ----------
    series : tifffile.TiffPageSeries
        Of any kind; other programs have an order of their own, which tifffile knows.
    page : tifffile.TiffPage
        The page that all are like.

    Returns
    -------
    PictureAxes or None
        None where the pages are the pictures.
    """
    axes, shape = series.axes, series.shape
    if series.kind != "shaped" or min(axes.count("Y"), axes.count("X")) != 1:
        return None
    if page.samplesperpixel > 1:
        return None if "YX" in axes else _moved(axes, shape)
    if not axes.endswith("YX"):
        return _moved(axes, shape)
    narrow = axes.endswith(f"{UNNAMED}YX") and shape[-1] in COLOURS and min(shape[-3:-1]) >= FEWEST_ROWS
    return PictureAxes(tuple(range(len(axes) - 3)), tuple(range(len(axes))[-3:])) if narrow else None


def _moved(axes: str, shape: tuple[int, ...]) -> PictureAxes:
    """Put the named axes in their places: those of colours behind Y and X, the others before."""
    colours = [at for at, axis in enumerate(axes) if axis in "CS" and shape[at] in COLOURS]
    picture = (axes.index("Y"), axes.index("X"), *colours[-1:])
    return PictureAxes(tuple(at for at in range(len(axes)) if at not in picture), picture)
