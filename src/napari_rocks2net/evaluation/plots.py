"""Confusion matrix and reliability diagram as pictures, and how every picture of ours is saved."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.evaluation.figure_keys import ACCURACY, CONFIDENCE
from napari_rocks2net.imaging.own_outputs import FIGURE_SOFTWARE

INCHES_PER_CLASS = 0.6
SMALLEST_INCHES = 3.5
RELIABILITY_INCHES = 4.5
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
    """
    counts = np.asarray(matrix)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…" for name in classes]
    side = max(SMALLEST_INCHES, 2 + INCHES_PER_CLASS * len(classes))
    figure = Figure(figsize=(side, side))
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour)
    # A dollar sign in a class name is no mathematics.
    axes.set_xticks(
        range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor", parse_math=False
    )
    axes.set_yticks(range(len(names)), names, parse_math=False)
    axes.set(xlabel="predicted", ylabel="true")
    return save_figure(figure, path, bbox_inches="tight")


def save_reliability_diagram(curves: Mapping[str, Sequence[Mapping[str, float]]], path: str | Path) -> Path:
    """Draw how often answers are right against how sure they are.

    Parameters
    ----------
    curves : mapping
        Title -> the bins of `napari_rocks2net.evaluation.calibration.reliability`, at least one.
    path : str or pathlib.Path
        The picture; its suffix chooses the format.
    """
    figure = Figure(figsize=(RELIABILITY_INCHES, RELIABILITY_INCHES))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
    for title, bins in curves.items():
        sure, right = [each[CONFIDENCE] for each in bins], [each[ACCURACY] for each in bins]
        axes.plot(sure, right, marker="o", label=title.replace("$", r"\$"))
    axes.set(xlabel="probability of the answer", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1.02))
    axes.set_aspect("equal")
    axes.legend(loc="upper left")
    return save_figure(figure, path, bbox_inches="tight")


def save_figure(figure: Figure, path: str | Path, bbox_inches: str | None = None) -> Path:
    """Write a picture that says which program drew it, whole or not at all.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The picture.
    path : str or pathlib.Path
        Its suffix chooses the format; missing folders are made.
    bbox_inches : str, optional
        "tight" cuts off the margins.
    """
    picture, kind = io.BytesIO(), Path(path).suffix.lower().removeprefix(".")
    marked = {"Software": FIGURE_SOFTWARE} if kind == "png" else None
    # A font without, say, Chinese letters draws boxes; the classes also stand in metrics.json. Other threads
    # that turn warnings off and on would bring back what is turned off for a while.
    warnings.filterwarnings("ignore", message="Glyph .* missing", module=rf"{__name__}$")
    figure.savefig(picture, format=kind, dpi=DOTS_PER_INCH, bbox_inches=bbox_inches, metadata=marked)
    return atomic_write(path, picture.getvalue())
