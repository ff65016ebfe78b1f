"""Region of an image: a rectangle or polygon, on one plane of a stack; its pixels, its cells in a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import ImageError

RegionKind: TypeAlias = Literal["rectangle", "polygon"]
CORNERS = {"rectangle": 4, "polygon": 3}
# Programs round outlines along the border of an image outwards, by so many pixels.
ROUNDING = 1.0
# A region that lies outside by more of its box is no careless outline, but one of another photo or scale.
MOST_OUTSIDE = 0.5


class RegionError(ValueError):
    """An outline that encloses no area, or none that an image can have."""


@dataclass(frozen=True)
class Region:
    """Rectangle or polygon on an image.

    Raises
    ------
    RegionError
        When it is no area: too few vertices, infinite coordinates, or no height or width.
    """

    vertices: tuple[tuple[float, float], ...]
    """(y, x) along the edges of the image's pixels: the first pixel's centre is at 0.5, 0.5. Not closed; a
    rectangle has four (it may be turned), a polygon three or more."""
    kind: RegionKind = "polygon"
    """How it was drawn."""
    plane: tuple[int, ...] = ()
    """The indices of the plane in a stack; empty for an image of one plane."""

    def __post_init__(self) -> None:
        if self.kind not in get_args(RegionKind):
            raise RegionError(f"A region is a rectangle or a polygon, not {self.kind!r}.")
        try:
            vertices = tuple((float(y), float(x)) for y, x in self.vertices)
        except OverflowError:
            raise RegionError("A region has coordinates of hundreds of digits; draw it again.") from None
        corners = CORNERS[self.kind]
        if len(vertices) < corners or (self.kind == "rectangle" and len(vertices) != corners):
            raise RegionError(f"A {self.kind} cannot have {len(vertices)} vertices; draw it again.")
        object.__setattr__(self, "vertices", vertices)
        object.__setattr__(self, "plane", tuple(map(int, self.plane)))
        y0, x0, y1, x1 = self.box
        if not (all(math.isfinite(edge) for vertex in vertices for edge in vertex) and y0 < y1 and x0 < x1):
            raise RegionError(f"A region from {y0}, {x0} to {y1}, {x1} (y, x) has no area; draw it again.")

    @classmethod
    def rectangle(cls, y0: float, x0: float, y1: float, x1: float, plane: tuple[int, ...] = ()) -> Region:
        """Make an upright rectangle.

        Parameters
        ----------
        y0, x0, y1, x1 : float
            Its edges in pixels of the image, y0 < y1 and x0 < x1.
        plane : tuple of int
            See `Region`.

        Raises
        ------
        RegionError
            When it has no height or width, or an edge is not finite.
        """
        if not (y0 < y1 and x0 < x1):
            raise RegionError(f"A region has y0 < y1 and x0 < x1, not {y0}, {x0}, {y1}, {x1}.")
        return cls(((y0, x0), (y0, x1), (y1, x1), (y1, x0)), "rectangle", plane)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The bounding box (y0, x0, y1, x1) in pixels of the image."""
        ys, xs = zip(*self.vertices, strict=True)
        return min(ys), min(xs), max(ys), max(xs)

    def outside(self, height: float, width: float) -> float:
        """Return how much of its box lies beside an image: the share from 0 to 1.

        Parameters
        ----------
        height, width : float
            Of the image, in pixels; what is beyond by a rounding does not count.
        """
        y0, x0, y1, x1 = self.box
        if min(y0, x0) >= -ROUNDING and y1 <= height + ROUNDING and x1 <= width + ROUNDING:
            return 0.0
        across, down = min(x1, width) - max(x0, 0), min(y1, height) - max(y0, 0)
        return 1 - max(0.0, across) * max(0.0, down) / ((x1 - x0) * (y1 - y0))

    def clipped(self, height: float, width: float) -> Region | None:
        """Return what of the region lies on an image; the algorithm of Sutherland and Hodgman (1974).

        Parameters
        ----------
        height, width : float
            Of the image, in pixels.

        Returns
        -------
        Region or None
            A rectangle along the edges stays one; parts of a concave polygon hang together along the border.
            None where nothing does.
        """
        vertices = list(self.vertices)
        for axis, edge, inside in ((0, 0.0, 1), (0, height, -1), (1, 0.0, 1), (1, width, -1)):
            vertices = _cut(vertices, axis, edge, inside)
        try:
            if self.is_upright and vertices:
                (ys, xs) = zip(*vertices, strict=True)
                return Region.rectangle(min(ys), min(xs), max(ys), max(xs), self.plane)
            return Region(tuple(vertices), "polygon", self.plane)
        except RegionError:
            return None

    def moved(self, matrix: npt.NDArray[np.float64]) -> Region:
        """Return the region on another image, by a matrix (3, 3) of pixel edges (y, x, 1)."""
        if np.array_equal(matrix, np.eye(3)):
            return self
        moved = np.asarray(self.vertices) @ matrix[:2, :2].T + matrix[:2, 2]
        # A thousandth of a pixel is more than registration knows.
        return Region(tuple((float(y), float(x)) for y, x in moved.round(3)), self.kind, self.plane)

    @property
    def is_upright(self) -> bool:
        """Whether it is a rectangle along the image's edges, so that its box says all."""
        y0, x0, y1, x1 = self.box
        return self.kind == "rectangle" and set(self.vertices) == {(y0, x0), (y0, x1), (y1, x1), (y1, x0)}


def _cut(
    vertices: list[tuple[float, float]], axis: int, edge: float, inside: int
) -> list[tuple[float, float]]:
    """Cut a polygon along a line of one axis; `inside` is 1 where the larger side stays, else -1."""
    vertices_kept: list[tuple[float, float]] = []
    for before, vertex in zip(vertices[-1:] + vertices[:-1], vertices, strict=True):
        depth_before, depth = (inside * (each[axis] - edge) for each in (before, vertex))
        if (depth_before < 0) != (depth < 0):
            share = depth_before / (depth_before - depth)
            crossing = before[1 - axis] + share * (vertex[1 - axis] - before[1 - axis])
            vertices_kept.append((edge, crossing) if axis == 0 else (crossing, edge))
        if depth >= 0:
            vertices_kept.append(vertex)
    return vertices_kept


def crop_region(rgb: npt.NDArray[np.uint8], region: Region | None) -> npt.NDArray[np.uint8]:
    """Cut the bounding box of a region out of an image.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.
    region : Region or None
        Its box is rounded to whole pixels and cut at the image's edges; None means the whole image.

    Returns
    -------
    numpy.ndarray
        (y1 - y0, x1 - x0, 3) uint8, a view.

    Raises
    ------
    ImageError
        When the region lies for the most part beside the image, or holds no pixel.
    """
    if region is None:
        return rgb
    height, width = rgb.shape[:2]
    outside = region.outside(height, width)
    y0, x0, y1, x1 = map(round, region.box)
    part = rgb[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
    edges = ", ".join(f"{edge:g}" for edge in region.box)
    if max(region.box) <= 1 < max(height, width):
        raise ImageError(
            f"The region {edges} (y0, x0, y1, x1) is a pixel at most: if these are shares of the image, "
            "multiply them by its height and width."
        )
    if outside > MOST_OUTSIDE or part.size == 0:
        where = f"lies to {outside:.0%} beside" if 0 < outside < 1 else "holds no pixel of"
        raise ImageError(
            f"The region {edges} (y0, x0, y1, x1) {where} the image, which is {height} x {width} pixels: "
            "its table may be of another photo, or of one at another scale."
        )
    return part


def area_of(file: str, region: Any) -> tuple[str, Any]:
    """Return what tells the area of a sample from others: its file and what is cut out of it.

    Parameters
    ----------
    file : str
        The image.
    region : Region or None
        None for the whole image.
    """
    return file, None if region is None else (region.plane, region.box)
