"""Counting grid: regular or stratified points in a photo or a region of it."""

from __future__ import annotations

import numpy as np

from napari_rocks2net.point_counting.counting_area import CountingArea, Points
from napari_rocks2net.point_counting.errors import PointCountError
from napari_rocks2net.point_counting.modal_composition import goodman_interval
from napari_rocks2net.point_counting.settings import MOST_POINTS, GridSettings

# Spacings that are tried for the one with the fewest points too many, as shares of the first guess.
TRIED_SPACINGS = np.linspace(1.1, 0.5, 61)


def counting_grid(area: CountingArea, settings: GridSettings, um_per_pixel: float | None = None) -> Points:
    """Lay the points of a count.

    Parameters
    ----------
    area : CountingArea
        Where.
    settings : GridSettings
        How many, or how far apart.
    um_per_pixel : float, optional
        Needed for a spacing in micrometres.

    Returns
    -------
    numpy.ndarray
        (N, 2) y and x along the pixels' edges, in the order in which they are visited. Of a grid with more
        points than asked for some are left out at random: every place of the area stays equally likely.

    Raises
    ------
    PointCountError
        When no point lies in the area, the pixel size is needed and not known, or points would be closer
        than pixels.
    """
    pixels = area.pixels
    if not pixels:
        raise PointCountError("Nothing is left to count: the excluded areas cover the region; draw less.")
    if settings.spacing_um is None:
        spacing = _spacing_for(settings.points, area, pixels, settings)
    else:
        spacing = _spacing_in_pixels(settings.spacing_um, um_per_pixel, area, pixels)
    points = _lattice(area, spacing, settings)
    if not len(points):
        raise PointCountError(
            f"No point of a grid of {spacing:,.0f} pixels lies in the area: give a smaller spacing, "
            "or another "
            "seed."
        )
    return _visited(points, settings)


def more_points(points: Points, area: CountingArea, settings: GridSettings, number: int) -> Points:
    """Return a count's points and so many more, which are spread over the whole area as the first ones were.

    Parameters
    ----------
    points : numpy.ndarray
        (N, 2) those that are there.
    area : CountingArea
        The same as theirs.
    settings : GridSettings
        The same as theirs; the seed of the new ones follows from it and from N.
    number : int
        How many more.
    """
    fresh = GridSettings(settings.arrangement, number, None, settings.order, settings.seed + len(points))
    return np.concatenate([points, counting_grid(area, fresh)])


def expectation(area: CountingArea, settings: GridSettings, um_per_pixel: float | None, classes: int) -> str:
    """Return in a sentence how far apart the points will be, and how wide the intervals.

    Parameters
    ----------
    area, settings, um_per_pixel
        See `counting_grid`.
    classes : int
        How many classes there are.

    Raises
    ------
    PointCountError
        When they cannot be laid.
    """
    number = len(counting_grid(area, settings, um_per_pixel))
    apart = float(np.sqrt(area.pixels / number))
    length = f"{apart:,.0f} px" + (f" ({apart * um_per_pixel:,.0f} µm)" if um_per_pixel is not None else "")
    low, high = goodman_interval(number / 2, number, max(classes, 1))
    return (
        f"{number:,} points, about {length} apart. A class of half the area will be known to "
        f"± {50 * float(high - low):.1f} %."
    )


def _spacing_in_pixels(
    spacing_um: float, um_per_pixel: float | None, area: CountingArea, pixels: float
) -> float:
    if um_per_pixel is None:
        raise PointCountError(
            "The pixel size of the photo is not known, and the spacing is in micrometres: set the layer's "
            "scale, or give the number of points."
        )
    spacing = spacing_um / um_per_pixel
    _require_apart(spacing)
    if spacing > area.extent.max():
        sides = " x ".join(f"{side:,.0f}" for side in area.extent * um_per_pixel)
        raise PointCountError(
            f"The spacing of {spacing_um:g} µm is larger than the area of {sides} µm: give a smaller one."
        )
    if pixels / spacing**2 > MOST_POINTS:
        raise PointCountError(
            f"A spacing of {spacing_um:g} µm gives {pixels / spacing**2:,.0f} points, more than "
            f"{MOST_POINTS:,}: give a larger one."
        )
    return spacing


def _spacing_for(number: int, area: CountingArea, pixels: float, settings: GridSettings) -> float:
    """Return the spacing with the fewest points too many."""
    guess = np.sqrt(pixels / number)
    _require_apart(guess)
    counts = {spacing: len(_lattice(area, spacing, settings)) for spacing in guess * TRIED_SPACINGS}
    enough = [spacing for spacing, count in counts.items() if count >= number]
    return min(enough or counts, key=lambda spacing: abs(counts[spacing] - number))


def _require_apart(spacing: float) -> None:
    if spacing < 1:
        raise PointCountError(
            f"The points would lie {spacing:.2g} pixels apart, closer than the pixels: lay fewer."
        )


def _lattice(area: CountingArea, spacing: float, settings: GridSettings) -> Points:
    """Return the points of a grid that lie in the area, row by row, every other row backwards."""
    rng = np.random.default_rng(settings.seed)
    rows, columns = np.ceil(area.extent / spacing).astype(int)
    cells = np.moveaxis(np.indices((rows, columns), float), 0, -1).copy()
    cells[1::2] = cells[1::2, ::-1]
    cells = cells.reshape(-1, 2)
    within_cell = rng.random(2) if settings.arrangement == "regular" else rng.random((len(cells), 2))
    points = area.corner + (cells + within_cell) * spacing
    return points[area.contains(points)]


def _visited(points: Points, settings: GridSettings) -> Points:
    """Return the points in the order of their visit, no more than asked for."""
    order = np.random.default_rng([settings.seed, 1]).permutation(len(points))
    visited = order if settings.spacing_um is not None else order[: settings.points]
    return points[visited if settings.order == "scattered" else np.sort(visited)]
