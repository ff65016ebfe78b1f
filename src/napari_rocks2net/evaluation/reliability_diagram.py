"""Reliability diagram as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from napari_rocks2net.evaluation.confusion import save_figure

INCHES = 4.5


def save_reliability_diagram(curves: Mapping[str, Sequence[Mapping[str, float]]], path: str | Path) -> Path:
    """Draw how often answers are right against how sure they are.

    Parameters
    ----------
    curves : mapping
        Title -> the bins of `napari_rocks2net.evaluation.calibration.reliability`, at least one.
    path : str or pathlib.Path
        The picture; its suffix chooses the format.

    Returns
    -------
    pathlib.Path
        The file written.
    """
    figure = Figure(figsize=(INCHES, INCHES))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
    for title, bins in curves.items():
        sure, right = [each["confidence"] for each in bins], [each["accuracy"] for each in bins]
        axes.plot(sure, right, marker="o", label=title.replace("$", r"\$"))
    axes.set(xlabel="probability of the answer", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1.02))
    axes.set_aspect("equal")
    axes.legend(loc="upper left")
    return save_figure(figure, path)
