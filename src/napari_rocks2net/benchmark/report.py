"""Benchmark report: the table for programs, for a page, and for the eye."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.evaluation import figure_keys as keys
from napari_rocks2net.evaluation import write_table
from napari_rocks2net.evaluation.plots import save_figure
from napari_rocks2net.output_files import BENCHMARK_FILES

HEADINGS = {
    "model": "model",
    "accuracy": "accuracy",
    "95 % interval": "95 %",
    "gain on the first": "",
    "balanced accuracy": "balanced",
    "parameters": "parameters",
    "images/s": "images/s",
    "training (s)": "seconds",
}
"""Of table.md -> of a console of 80 columns, for which the gain is too long."""
INCHES_PER_ROW = 0.42


def write_report(table: pd.DataFrame, folder: Path) -> None:
    """Write table.csv, table.md and table.png.

    Parameters
    ----------
    table : pandas.DataFrame
        See `napari_rocks2net.benchmark.summary.table_of`.
    folder : Path
        Made when it is not there; the files are replaced.
    """
    csv, markdown, picture = (folder / name for name in BENCHMARK_FILES)
    write_table(table, csv)
    atomic_write(markdown, _markdown(table))
    _save_picture(table, picture)


def readable_rows(table: pd.DataFrame) -> list[dict[str, str]]:
    """Return the rows as texts by their `HEADINGS`."""
    return [dict(zip(HEADINGS, _readable(row), strict=True)) for row in table.to_dict("records")]


def failures_of(table: pd.DataFrame) -> list[str]:
    """Return a sentence for each network that failed."""
    failed = table[table[keys.FAILURE] != ""]
    return [f"{row['model']} failed: {row[keys.FAILURE]}" for row in failed.to_dict("records")]


def _readable(row: dict[str, Any]) -> list[str]:
    if row[keys.FAILURE]:
        return [row["model"], "failed", *[""] * (len(HEADINGS) - 2)]
    return [
        row["model"],
        f"{row[keys.ACCURACY]:.3f}",
        f"{row[keys.ACCURACY_LOW]:.3f}–{row[keys.ACCURACY_HIGH]:.3f}",
        _gain(row),
        f"{row[keys.BALANCED_ACCURACY]:.3f}",
        f"{row[keys.PARAMETERS]:,}",
        f"{row[keys.IMAGES_PER_SECOND]:.1f}",
        f"{row[keys.TRAINING_SECONDS]:.0f}",
    ]


def _gain(row: dict[str, Any]) -> str:
    if pd.isna(row[keys.GAIN]):
        return ""
    return f"{row[keys.GAIN]:+.3f} ({row[keys.GAIN_LOW]:+.3f} to {row[keys.GAIN_HIGH]:+.3f})"


def _markdown(table: pd.DataFrame) -> str:
    rows = [list(HEADINGS), ["---"] * len(HEADINGS), *(list(row.values()) for row in readable_rows(table))]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, *(f"\n{sentence}" for sentence in failures_of(table))]) + "\n"


def _save_picture(table: pd.DataFrame, path: Path) -> None:
    figure = Figure(figsize=(7, 1.2 + INCHES_PER_ROW * len(table)), layout="constrained")
    axes = figure.add_subplot()
    _draw_intervals(axes, table)
    axes.set_yticks(range(len(table)), table["model"], parse_math=False)
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_xlabel("accuracy on the test parts, with its 95 % interval")
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    save_figure(figure, path)


def _draw_intervals(axes: Axes, table: pd.DataFrame) -> None:
    for place, row in enumerate(table.to_dict("records")):
        if row[keys.FAILURE]:
            axes.text(0.01, place, "failed", va="center", color="grey", style="italic")
            continue
        axes.hlines(place, row[keys.ACCURACY_LOW], row[keys.ACCURACY_HIGH], color="tab:blue", linewidth=2)
        axes.plot(row[keys.ACCURACY], place, "o", color="tab:blue", clip_on=False)
        axes.annotate(
            f"{row[keys.ACCURACY]:.2f}", (row[keys.ACCURACY], place), (0, 6), textcoords="offset points",
            ha="center", fontsize="small",
        )  # fmt: skip
