"""Confusion matrix as a picture."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from napari_rocks2net.imaging import OUTPUT_SOFTWARE

INCHES_PER_CLASS = 0.6
SMALLEST_INCHES = 3.5
DOTS_PER_INCH = 150
LONGEST_LABEL = 24


def save_confusion_matrix(matrix: npt.ArrayLike, classes: Sequence[str], path: str | Path) -> Path:
    """Draw a confusion matrix: rows are true classes, shaded by the share of the row.

    Parameters
    ----------
    matrix : array_like
        (C, C) int, samples of the true class (row) given the predicted class (column).
    classes : sequence of str
        (C,) class names.
    path : str or pathlib.Path
        The picture; its suffix chooses the format.

    Returns
    -------
    pathlib.Path
        The file written.
    """
    counts = np.asarray(matrix)
    side = max(SMALLEST_INCHES, 2 + INCHES_PER_CLASS * len(classes))
    figure = Figure(figsize=(side, side))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.imshow(_row_shares(counts), cmap="Blues", vmin=0, vmax=1)
    _write_counts(axes, counts)
    _name_classes(axes, [_shortened(name) for name in classes])
    return save_figure(figure, path)


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a picture that says which program drew it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        With a canvas.
    path : str or pathlib.Path
        Its suffix chooses the format.

    Returns
    -------
    pathlib.Path
        The file written.
    """
    with warnings.catch_warnings():
        # A font without, say, Chinese letters draws boxes; the classes also stand in metrics.json.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        marked = {"Software": OUTPUT_SOFTWARE} if Path(path).suffix.lower() == ".png" else None
        figure.savefig(path, dpi=DOTS_PER_INCH, bbox_inches="tight", metadata=marked)
    return Path(path)


def _row_shares(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _write_counts(axes: Axes, counts: npt.NDArray[np.int64]) -> None:
    shares = _row_shares(counts)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour)


def _name_classes(axes: Axes, names: Sequence[str]) -> None:
    # A dollar sign in a class name is no mathematics.
    axes.set_xticks(
        range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor", parse_math=False
    )
    axes.set_yticks(range(len(names)), names, parse_math=False)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…"
