"""Morphology of crystals: size, shape, orientation, contacts and brightness."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.labels import checked_labels, compacted
from napari_rocks2net.crystals.measuring.columns import (
    AREA,
    EQUIVALENT_DIAMETER,
    ORIENTATION,
    TOUCHES_BORDER,
    UNIT,
)
from napari_rocks2net.crystals.measuring.hulls import feret_of, hulls
from napari_rocks2net.samples.columns import CRYSTAL

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[Any]]

# Smoothing of the indicator function whose total variation is the perimeter, in pixels: of 0.6 to 1.4 the
# value with the smallest error over discs, ellipses and squares of radius 3 to 50.
PERIMETER_SMOOTHING = 0.8
LENGTHS = frozenset(
    {"perimeter", EQUIVALENT_DIAMETER, "feret_max", "feret_min", "major_axis", "minor_axis"}
    | {"centroid_y", "centroid_x"}
)


def measure_crystals(
    labels: Any, image: Any = None, pixel_size: float = 1.0, unit: str = "pixel"
) -> pd.DataFrame:
    """Measure the size, the shape, the brightness and the contacts of crystals.

    Parameters
    ----------
    labels : array_like
        (Y, X) integers; 0 is background, every other number a crystal, in one piece or several.
    image : array_like, optional
        (Y, X) or (Y, X, channels) numbers of the same height and width, for the intensity columns.
    pixel_size : float
        Length of the side of a pixel in `unit`.
    unit : str
        Unit of length; kept in the ``attrs`` of the table.

    Returns
    -------
    pandas.DataFrame
        One row a crystal, in the order of the labels; without rows where there are none. Columns:

        * ``label``; ``centroid_y``, ``centroid_x`` (centre of the first pixel is 0);
        * ``area``; ``perimeter`` (total variation of the slightly smoothed mask, so holes count too);
          ``equivalent_diameter`` of the circle of equal area;
        * ``feret_max``, ``feret_min``: largest and smallest caliper diameter;
        * ``major_axis``, ``minor_axis``, ``eccentricity`` of the ellipse with the same second moments,
          ``aspect_ratio`` = major / minor;
        * ``orientation`` of the major axis in degrees from the horizontal, counter-clockwise, 0 up to 180;
        * ``circularity`` = 4 pi area / perimeter²; ``roundness`` = 4 area / (pi major_axis²);
          ``solidity`` = area / convex area; ``extent`` = area / bounding box;
        * ``neighbours``: crystals that share pixel sides with it; ``contact_share``: part of its outline
          in 0..1 along which it touches them; ``touches_border`` of the image;
        * with an image ``intensity_mean``, ``intensity_std`` in its own values (mean of the channels).

    Raises
    ------
    CrystalError
        When labels, image or pixel size are not as described.
    """
    import pandas as pd

    if not (math.isfinite(pixel_size) and pixel_size > 0):
        raise CrystalError(f"The pixel size is {pixel_size}: pass a positive number.")
    compact, names = compacted(checked_labels(labels))
    columns: Columns = {CRYSTAL: names, **_size_and_ellipse(compact), **_outline(compact)}
    columns |= _ratios(columns) | _neighbourhood(compact)
    if image is not None:
        columns |= _intensity(compact, image)
    table = pd.DataFrame(columns)
    for name in table.columns:
        if _dimension(name):
            table[name] = table[name] * pixel_size ** _dimension(name)
    table.attrs = {UNIT: unit, "pixel_size": pixel_size}
    return table


def unit_of(column: str, unit: str) -> str:
    """Return the unit of a column of the table, such as "µm²"; empty for ratios, counts and grey values.

    Parameters
    ----------
    column : str
        Of `measure_crystals`.
    unit : str
        Of length.
    """
    if column == ORIENTATION:
        return "°"
    return {0: "", 1: unit, 2: f"{unit}²"}[_dimension(column)]


def _dimension(column: str) -> int:
    return 2 if column == AREA else int(column in LENGTHS)


def _size_and_ellipse(labels: Integers) -> Columns:
    """Area, centroid and the ellipse with the same second central moments, as scikit-image defines it."""
    rows, columns = np.nonzero(labels)
    crystal = labels[rows, columns] - 1
    count = int(labels.max(initial=0))
    area = np.bincount(crystal, minlength=count)

    def mean(values: npt.NDArray[Any]) -> Floats:
        """Return the mean over the pixels of each crystal."""
        return np.bincount(crystal, weights=values, minlength=count) / area

    y, x = mean(rows), mean(columns)
    down, right = rows - y[crystal], columns - x[crystal]
    # Rounding may leave a line of pixels with a variance slightly below zero.
    yy, xx, xy = mean(down * down), mean(right * right), mean(down * right)
    half_sum, root = (yy + xx) / 2, np.hypot((yy - xx) / 2, xy)
    major, minor = 4 * np.sqrt(half_sum + root), 4 * np.sqrt(np.maximum(half_sum - root, 0))
    # The y axis of an image points down, the angle is counter-clockwise.
    orientation = np.degrees(np.arctan2(-2 * xy, xx - yy) / 2) % 180
    return {
        "centroid_y": y,
        "centroid_x": x,
        AREA: area,
        EQUIVALENT_DIAMETER: np.sqrt(4 / math.pi * area),
        "major_axis": major,
        "minor_axis": minor,
        ORIENTATION: orientation,
    }


def _outline(labels: Integers) -> Columns:
    """Perimeter, Feret diameters, solidity and extent."""
    windows = ndimage.find_objects(labels)
    area = np.bincount(labels.ravel(), minlength=1)[1:]
    boxes = np.array([np.prod([side.stop - side.start for side in window]) for window in windows])
    convex_hulls = list(hulls(labels))
    feret = np.array([feret_of(hull.vertices) for hull in convex_hulls], float).reshape(-1, 2)
    return {
        "perimeter": np.array(
            [_perimeter(labels[window] == number) for number, window in enumerate(windows, 1)], float
        ),
        "feret_max": feret[:, 0],
        "feret_min": feret[:, 1],
        # The hull cuts the corners of rectangles off.
        "solidity": np.minimum(1.0, area / np.array([hull.area for hull in convex_hulls], float)),
        "extent": area / boxes if len(boxes) else np.empty(0),
    }


def _perimeter(mask: npt.NDArray[np.bool_]) -> float:
    """Return the total variation of a smoothed mask: by the coarea formula the mean length of its contours.

    Pixel-counting perimeters keep an error of up to 5 % in discs or squares however large they are; this
    one tends to 1 %.
    """
    padded = np.pad(mask, 4).astype(np.float32)
    return float(ndimage.gaussian_gradient_magnitude(padded, PERIMETER_SMOOTHING).sum())


def _ratios(measured: Columns) -> Columns:
    area, major, minor = measured[AREA], measured["major_axis"], measured["minor_axis"]
    with np.errstate(divide="ignore", invalid="ignore"):
        # A line one pixel wide has no minor axis, a single pixel neither axis.
        squeezed = np.where(major > 0, minor / major, 1.0)
        return {
            "aspect_ratio": 1 / squeezed,
            "eccentricity": np.sqrt(1 - squeezed**2),
            "circularity": 4 * math.pi * area / measured["perimeter"] ** 2,
            "roundness": np.where(major > 0, 4 * area / (math.pi * major**2), 1.0),
        }


def _neighbourhood(labels: Integers) -> Columns:
    """Neighbours by shared pixel sides, and whether a crystal touches the border, whose sides count too."""
    padded = np.pad(labels, 1)
    pairs = np.concatenate(
        [_differing(padded[:, :-1], padded[:, 1:]), _differing(padded[:-1], padded[1:])], axis=0
    )
    count = int(labels.max(initial=0))
    outline = np.bincount(pairs.ravel(), minlength=count + 1)[1:]
    touching = np.sort(pairs[(pairs > 0).all(axis=1)], axis=1)
    keys, sides = np.unique(touching[:, 0] * (count + 1) + touching[:, 1], return_counts=True)
    both = np.concatenate(np.divmod(keys, count + 1)) - 1
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return {
        "neighbours": np.bincount(both, minlength=count),
        "contact_share": np.bincount(both, weights=np.tile(sides, 2), minlength=count) / outline,
        TOUCHES_BORDER: np.isin(np.arange(1, count + 1), border),
    }


def _differing(one: Integers, other: Integers) -> Integers:
    """Return the neighbouring values that differ, (N, 2)."""
    differ = one != other
    return np.column_stack([one[differ], other[differ]])


def _intensity(labels: Integers, image: Any) -> Columns:
    values = np.asarray(image)
    if values.shape[:2] != labels.shape or values.ndim not in (2, 3) or values.dtype.kind not in "buif":
        raise CrystalError(
            f"The image has shape {values.shape} and type {values.dtype}, the labels {labels.shape}: "
            "pass the image that was segmented."
        )
    grey = values.astype(float) if values.ndim == 2 else values.mean(axis=2)
    crystals = np.arange(1, int(labels.max(initial=0)) + 1)
    return {
        "intensity_mean": np.asarray(ndimage.mean(grey, labels, crystals)),
        "intensity_std": np.asarray(ndimage.standard_deviation(grey, labels, crystals)),
    }
