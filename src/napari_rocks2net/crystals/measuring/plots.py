"""Histograms and rose diagrams of measured crystals, as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.projections.polar import PolarAxes
from matplotlib.ticker import MaxNLocator

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.measuring.columns import EQUIVALENT_DIAMETER, ORIENTATION, UNIT
from napari_rocks2net.crystals.measuring.morphology import unit_of
from napari_rocks2net.evaluation.plots import save_figure

if TYPE_CHECKING:
    import pandas as pd

PANEL_INCHES = (4.0, 3.0)
PANELS_A_ROW = 3
STYLE: dict[str, Any] = {"color": "#4477aa", "edgecolor": "#1b3a57", "linewidth": 0.6}
ROSE_SECTORS = 36
DEFAULT_COLUMNS = (
    EQUIVALENT_DIAMETER,
    "feret_max",
    "aspect_ratio",
    "circularity",
    "solidity",
    "roundness",
)


def save_histograms(table: pd.DataFrame, path: str | Path, columns: Sequence[str] = DEFAULT_COLUMNS) -> Path:
    """Draw one histogram a column, with the median as a line.

    Parameters
    ----------
    table : pandas.DataFrame
        From `measure_crystals`, or any part of its rows.
    path : str or pathlib.Path
        The picture; its suffix chooses the format (.png, .svg, .pdf).
    columns : sequence of str
        What to draw; bins after Freedman and Diaconis (1981) or Sturges (1926), whichever are finer.

    Raises
    ------
    CrystalError
        When the table is empty, has no such column, or the format is not known.
    """
    values = {column: _values(table, column) for column in columns}
    if not values:
        raise CrystalError("No column was named: name at least one to draw.")
    rows = -(-len(values) // PANELS_A_ROW)
    across = min(len(values), PANELS_A_ROW)
    figure = Figure(figsize=(PANEL_INCHES[0] * across, PANEL_INCHES[1] * rows), layout="constrained")
    unit = str(table.attrs.get(UNIT, "pixel"))
    for place, (column, numbers) in enumerate(values.items(), 1):
        _histogram(figure.add_subplot(rows, across, place), numbers, heading(column, unit))
    return _save(figure, path)


def save_rose_diagram(table: pd.DataFrame, path: str | Path, sectors: int = ROSE_SECTORS) -> Path:
    """Draw in which directions the crystals lie.

    An orientation has no head: every crystal is drawn in both of its directions. The area of a petal, not
    its length, is proportional to the number of crystals (Nemec 1988, Sanderson & Peacock 2020).

    Parameters
    ----------
    table : pandas.DataFrame
        From `measure_crystals`.
    path : str or pathlib.Path
        The picture; its suffix chooses the format.
    sectors : int
        Petals around the full circle, an even number.

    Raises
    ------
    CrystalError
        When the table is empty, the number of sectors is odd or below 4, or the format is not known.
    """
    if sectors < 4 or sectors % 2:
        raise CrystalError(f"The rose has {sectors} sectors: pass an even number from 4 on.")
    degrees = _values(table, ORIENTATION)
    counts, edges = rose_counts(degrees, sectors)
    figure = Figure(figsize=(PANEL_INCHES[0], PANEL_INCHES[0]), layout="constrained")
    axes = figure.add_subplot(projection="polar")
    assert isinstance(axes, PolarAxes)
    width = np.radians(360 / sectors)
    axes.bar(np.radians(edges[:-1]), np.sqrt(counts), width=width, align="edge", **STYLE)
    # Counts at three rings; radii are roots of counts.
    rings = sorted({max(1, round(int(counts.max()) * share)) for share in (0.25, 0.5, 1.0)})
    axes.set_rgrids(np.sqrt(rings), [str(ring) for ring in rings], angle=90, fontsize=8)
    axes.set_axisbelow(True)
    axes.set_title(f"orientation of the major axis, n = {len(degrees)}", fontsize=9)
    return _save(figure, path)


def rose_counts(
    degrees: npt.ArrayLike, sectors: int = ROSE_SECTORS
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Count the crystals whose axis points into each sector of the full circle.

    Parameters
    ----------
    degrees : array_like
        (N,) orientations; those that are not finite are left out.
    sectors : int
        An even number.

    Returns
    -------
    tuple of numpy.ndarray
        (sectors,) counts, of which opposite ones are equal, and (sectors + 1,) edges in degrees.
    """
    angles = np.asarray(degrees, float)
    half, edges = np.histogram(angles[np.isfinite(angles)] % 180, bins=sectors // 2, range=(0, 180))
    return np.concatenate([half, half]), np.concatenate([edges, edges[1:] + 180])


def heading(column: str, unit: str) -> str:
    """Return the name of a column for people, with its unit: "equivalent diameter (µm)".

    Parameters
    ----------
    column, unit : str
        See `unit_of`.
    """
    unit_shown = unit_of(column, unit)
    return column.replace("_", " ") + (f" ({unit_shown})" if unit_shown else "")


def _values(table: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    if column not in table:
        raise CrystalError(
            f"The table has no column {column!r}: it has {', '.join(map(str, table.columns))}."
        )
    values = table[column].to_numpy(float)
    values = values[np.isfinite(values)]
    if not len(values):
        raise CrystalError(f"There is nothing to draw: no crystal has a value of {column}.")
    return values


def _histogram(axes: Axes, values: npt.NDArray[np.float64], label: str) -> None:
    axes.hist(values, bins="auto", **STYLE)
    median = float(np.median(values))
    axes.axvline(median, color="black", linewidth=1, linestyle="--")
    axes.set_title(f"median {median:.3g}, n = {len(values)}", fontsize=9)
    axes.set_xlabel(label)
    axes.set_ylabel("crystals")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _save(figure: Figure, path: str | Path) -> Path:
    try:
        return save_figure(figure, path)
    except ValueError as error:
        raise CrystalError(f"{path} cannot be drawn: name it .png, .svg or .pdf.") from error
