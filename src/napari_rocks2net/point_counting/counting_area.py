"""Counting area: a photo, or the part of it inside some polygons and outside others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_rocks2net.point_counting.errors import PointCountError

Points = npt.NDArray[np.float64]
Polygon = tuple[tuple[float, float], ...]
# Points a side of the trial lattice by which the area to count is measured.
TRIAL_SIDE = 120


@dataclass(frozen=True)
class CountingArea:
    """Area that is counted: a photo, or the part of it inside some polygons and outside others.

    Raises
    ------
    PointCountError
        When no part of the region lies on the photo.
    """

    size: tuple[int, int]
    """(Y, X) of the photo in pixels."""
    region: tuple[Polygon, ...] | None = None
    """Each a tuple of (y, x) along the pixels' edges; None for the whole photo."""
    excluded: tuple[Polygon, ...] = ()
    """Those that are left out."""

    def __post_init__(self) -> None:
        if not (self.extent > 0).all():
            height, width = self.size
            raise PointCountError(
                f"The region lies outside the photo of {width:,} x {height:,} pixels: draw it on the photo."
            )

    @classmethod
    def of(
        cls,
        size: Sequence[int],
        region: Iterable[npt.ArrayLike] | None = None,
        excluded: Iterable[npt.ArrayLike] = (),
    ) -> CountingArea:
        """Return the area of polygons that are arrays (N, 2) or lists.

        Parameters
        ----------
        size, region, excluded
            See `CountingArea`.

        Raises
        ------
        PointCountError
            When no part of the region lies on the photo.
        """
        height, width = size
        polygons = None if region is None else tuple(map(_polygon, region))
        return cls((int(height), int(width)), polygons, tuple(map(_polygon, excluded)))

    @property
    def corner(self) -> npt.NDArray[np.float64]:
        """The least y and x of it, (2,)."""
        if self.region is None:
            return np.zeros(2)
        return np.maximum(0, np.concatenate(self.region).min(axis=0))

    @property
    def extent(self) -> npt.NDArray[np.float64]:
        """Its height and width, (2,); not positive where it lies outside the photo."""
        end = np.array(self.size, float)
        if self.region is not None:
            end = np.minimum(end, np.concatenate(self.region).max(axis=0))
        return np.asarray(end - self.corner)

    def contains(self, points: Points) -> npt.NDArray[np.bool_]:
        """Return which points (N, 2) lie in it, (N,) bool."""
        inside = ((points >= self.corner) & (points < self.corner + self.extent)).all(axis=1)
        if self.region is not None:
            inside &= _within(points, self.region)
        return inside & ~_within(points, self.excluded)

    @property
    def pixels(self) -> float:
        """The area in pixels, to some percent."""
        steps = (np.arange(TRIAL_SIDE) + 0.5) / TRIAL_SIDE
        trial = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
        return float(self.contains(self.corner + trial * self.extent).mean() * self.extent.prod())


def _polygon(corners: npt.ArrayLike) -> Polygon:
    return tuple((round(float(y), 2), round(float(x), 2)) for y, x in np.asarray(corners, float))


def _within(points: Points, polygons: Sequence[Polygon]) -> npt.NDArray[np.bool_]:
    from skimage.measure import points_in_poly

    within = np.zeros(len(points), bool)
    for polygon in polygons:
        within |= points_in_poly(points, np.asarray(polygon, float))
    return within
