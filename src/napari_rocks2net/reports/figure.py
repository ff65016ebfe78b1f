"""Figure of a classified photo: critical area, bars of the probabilities, scale bar and caption."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from napari_rocks2net.class_colours import class_colours
from napari_rocks2net.evaluation.plots import LONGEST_LABEL, save_figure
from napari_rocks2net.reports.errors import ReportError
from napari_rocks2net.slides.overview import length_text, round_length
from napari_rocks2net.wording import unwritable

if TYPE_CHECKING:
    from napari_rocks2net.classify import CriticalArea, Prediction

FORMATS = (".png", ".svg", ".pdf")
INCHES = (8.0, 4.6)
INCHES_PER_BAR, INCHES_PER_TITLE = 0.18, 0.45
MOST_BARS = 8
# More would make vector files of tens of megabytes.
LARGEST_SIDE = 1600
YELLOW = "#ffdd00"
LINE_LETTERS = 110
SCALE_SHARE = 0.25


def draw_figure(
    rgb: npt.NDArray[np.uint8],
    predictions: Sequence[Prediction],
    *,
    title: str = "",
    models: Sequence[str] = (),
    um_per_pixel: float | None = None,
) -> Figure:
    """Draw a classified photo for a paper or a report.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8, the image that was classified.
    predictions : sequence of Prediction
        What was said about it, one for each property.
    title : str
        The name of the photo.
    models : sequence of str
        By what: names and versions of the models.
    um_per_pixel : float, optional
        Gives a scale bar.

    Returns
    -------
    matplotlib.figure.Figure
        To be saved by `save_figure_of`.

    Raises
    ------
    ReportError
        When there is no prediction.
    """
    if not predictions:
        raise ReportError("There is no answer to draw: classify the photo first.")
    bars = [min(len(each.probabilities), MOST_BARS) for each in predictions]
    height = max(INCHES[1], INCHES_PER_BAR * sum(bars) + INCHES_PER_TITLE * len(bars))
    figure = Figure(figsize=(INCHES[0], height), layout="constrained")
    grid = figure.add_gridspec(len(bars), 2, width_ratios=(1.35, 1), height_ratios=bars)
    _draw_photo(figure.add_subplot(grid[:, 0]), rgb, predictions, title, um_per_pixel)
    for number, prediction in enumerate(predictions):
        _draw_bars(figure.add_subplot(grid[number, 1]), prediction)
    figure.text(0.01, -0.01, _caption(predictions, models), va="top", fontsize=8, parse_math=False)
    return figure


def save_figure_of(figure: Figure, path: str | Path) -> Path:
    """Save a figure as PNG, SVG or PDF, whole or not at all.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Of `draw_figure`.
    path : str or Path
        Its ending chooses the format.

    Raises
    ------
    ReportError
        For another format, or where it cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise ReportError(f"{path.name}: end the name in one of {', '.join(FORMATS)}.")
    try:
        return save_figure(figure, path, bbox_inches="tight")
    except OSError as error:
        raise ReportError(unwritable(path, error)) from error


def _draw_photo(
    axes: Any,
    rgb: npt.NDArray[np.uint8],
    predictions: Sequence[Prediction],
    title: str,
    um_per_pixel: float | None,
) -> None:
    height, width = rgb.shape[:2]
    axes.imshow(_reduced(rgb), extent=(0, width, height, 0))
    for area in {each.critical_area for each in predictions if each.critical_area is not None}:
        _outline(axes, area)
    if um_per_pixel is not None:
        _draw_scale_bar(axes, width, height, um_per_pixel)
    axes.set_title(title, fontsize=9, loc="left", parse_math=False)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")


def _reduced(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    picture = Image.fromarray(np.ascontiguousarray(rgb))
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def _outline(axes: Any, area: CriticalArea) -> None:
    """Draw the critical area with a dark rim, which shows on bright and on dark crystals."""
    for colour, line in (("black", 3.0), (YELLOW, 1.5)):
        axes.add_patch(
            Rectangle(
                (area.x0, area.y0),
                area.x1 - area.x0,
                area.y1 - area.y0,
                fill=False,
                edgecolor=colour,
                linewidth=line,
            )
        )


def _draw_scale_bar(axes: Any, width: int, height: int, um_per_pixel: float) -> None:
    length = round_length(SCALE_SHARE * width * um_per_pixel)
    bar, margin, thick = length / um_per_pixel, 0.03 * width, 0.012 * height
    bottom = height - margin
    axes.add_patch(
        Rectangle(
            (margin * 0.6, bottom - 6 * thick), bar + margin * 0.8, 7.4 * thick, color="white", alpha=0.85
        )
    )
    axes.add_patch(Rectangle((margin, bottom - thick), bar, thick, color="black"))
    axes.text(
        margin + bar / 2,
        bottom - 1.6 * thick,
        length_text(length, um_per_pixel),
        ha="center",
        va="bottom",
        fontsize=8,
        color="black",
    )


def _draw_bars(axes: Any, prediction: Prediction) -> None:
    colours = class_colours(prediction.probabilities)
    most = sorted(prediction.probabilities.items(), key=lambda each: -each[1])[:MOST_BARS]
    names = [name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…" for name, _ in most]
    places = range(len(most))
    axes.barh(places, [share for _, share in most], color=[colours[name] for name, _ in most])
    axes.set_yticks(places, names, fontsize=8, parse_math=False)
    for place, (_, share) in enumerate(most):
        axes.text(share + 0.02, place, f"{100 * share:.0f} %", va="center", fontsize=8)
    axes.invert_yaxis()
    # Behind a bar of 100 % there is room for its share.
    axes.set_xlim(0, 1.2)
    axes.set_xticks([])
    axes.set_title(prediction.property, fontsize=9, loc="left", parse_math=False)
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def _caption(predictions: Sequence[Prediction], models: Sequence[str]) -> str:
    answers = "; ".join(each.caption() for each in predictions)
    by = f" Model: {', '.join(models)}." if models else ""
    area = " Rectangle: the critical area." if any(each.critical_area for each in predictions) else ""
    unlike = (
        " The photo is like nothing that the model learned."
        if any(each.is_unfamiliar for each in predictions)
        else ""
    )
    known = " The model was trained on this photo." if any(each.trained_on for each in predictions) else ""
    text = f"{answers}.{unlike}{known}{area}{by} napari-rocks2net {version('napari-rocks2net')}."
    return textwrap.fill(text, LINE_LETTERS)
