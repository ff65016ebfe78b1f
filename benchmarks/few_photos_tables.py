"""Markdown tables of what `few_photos.py` has measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from real_sets import SETS, Photos

from napari_rocks2net.evaluation import gain_interval, grouped_interval
from napari_rocks2net.evaluation.calibration import calibration_figures, equal_mass_error

Floats = npt.NDArray[np.float64]
RIVAL = "hand-made"
CALIBRATED = "probe"
DRAWS = 200
PER_CLASS = {5: "5", 10: "10", 20: "20", 0: "all"}


def tables(known: dict[str, Any], data: Path) -> str:
    """Return all tables of answers.json."""
    photos = {name: load(data) for name, load in SETS.items()}
    parts = [accuracies(known, photos, per_class) for per_class in (0, 5, 10, 20)]
    return "\n\n".join([*filter(None, parts), calibration(known, photos), others(known)]) + "\n"


def draw(known: dict[str, Any], data: Path, file: Path) -> None:
    """Draw how the accuracies of the probe and the rival grow with the photos of each class."""
    figure = Figure(figsize=(11, 3.2), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (name, load) in zip(figure.subplots(1, len(SETS), sharey=True), SETS.items(), strict=True):
        photos = load(data)
        for way, marker in ((CALIBRATED, "o"), (RIVAL, "s")):
            every = {label: answers(known, name, count).get(way) for count, label in PER_CLASS.items()}
            points = {label: right(each, photos).mean() for label, each in every.items() if each is not None}
            axes.plot(list(points), list(points.values()), marker=marker, label=way)
        axes.set(title=name, xlabel="photos of each class")
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("accuracy")
    figure.axes[0].legend(loc="lower right")
    figure.savefig(file, dpi=110)


def answers(known: dict[str, Any], name: str, per_class: int) -> dict[str, Floats]:
    """Return the answers (S, N, C) of each way to answer, of the seeds that there are."""
    ways: dict[str, list[Any]] = {}
    for key, value in known.items():
        if key.startswith(f"{name}|{per_class}|"):
            for way, rows in value.items():
                ways.setdefault(way, []).append(rows)
    return {way: np.array(rows, float) for way, rows in ways.items()}


def right(probabilities: Floats, photos: Photos) -> npt.NDArray[np.bool_]:
    """Return (S, N) whether each answer is right."""
    truth = np.unique(photos.labels, return_inverse=True)[1]
    correct: npt.NDArray[np.bool_] = probabilities.argmax(axis=-1) == truth
    return correct


def accuracies(known: dict[str, Any], photos: dict[str, Photos], per_class: int) -> str:
    """Return the table of accuracies: a row a way to answer, a column a set."""
    every = {name: answers(known, name, per_class) for name in photos}
    ways = dict.fromkeys(way for each in every.values() for way in each)
    if not ways:
        return ""
    title = f"{per_class} training photos a class" if per_class else "all training photos"
    lines = [f"| {title} | " + " | ".join(every) + " |", "|---" * (len(every) + 1) + "|"]
    for way in ways:
        cells = [cell(every[name], way, photos[name]) for name in every]
        lines.append(f"| {way} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def cell(ways: dict[str, Floats], way: str, photos: Photos) -> str:
    """Return accuracy, its interval and the gain over the rival as text."""
    if way not in ways:
        return ""
    mine = right(ways[way], photos)
    low, high = grouped_interval(mine.ravel(), photos.groups.tolist() * len(mine))
    text = f"**{mine.mean():.3f}** ({low:.2f} to {high:.2f})"
    if way == RIVAL or RIVAL not in ways:
        return text
    theirs = right(ways[RIVAL], photos)
    seeds = min(len(mine), len(theirs))
    mine, theirs = mine[:seeds], theirs[:seeds]
    low, high = gain_interval(theirs.ravel(), mine.ravel(), photos.groups.tolist() * seeds)
    return f"{text}, {mine.mean() - theirs.mean():+.3f} ({low:+.2f} to {high:+.2f})"


def calibration(known: dict[str, Any], photos: dict[str, Photos]) -> str:
    """Return the table of calibration errors, pooled over the folds."""
    lines = [
        "| calibration error of the probe | all seeds | 95 % interval | each seed, mean | by chance alone |",
        "|---|---|---|---|---|",
    ]
    for name, each in photos.items():
        every = answers(known, name, 0)
        if CALIBRATED in every:
            lines.append(f"| {name} | " + " | ".join(errors(every[CALIBRATED], each)) + " |")
    return "\n".join(lines)


def errors(probabilities: Floats, photos: Photos) -> Iterator[str]:
    """Yield the calibration error, its interval, its mean over seeds, and what perfect answers would have."""
    correct, sure = right(probabilities, photos), probabilities.max(axis=-1)
    figures = calibration_figures(sure.ravel(), correct.ravel(), photos.groups.tolist() * len(correct))
    yield f"**{figures['expected_calibration_error']:.3f}**"
    low, high = figures["interval"]
    yield f"{low:.3f} to {high:.3f}"
    yield f"{np.mean([equal_mass_error(*each) for each in zip(sure, correct, strict=True)]):.3f}"
    rng = np.random.default_rng(0)
    chance = [equal_mass_error(sure[0], rng.random(len(sure[0])) < sure[0]) for _ in range(DRAWS)]
    yield f"{np.mean(chance):.3f}"


def others(known: dict[str, Any]) -> str:
    """Return the table of the unfamiliar and that of the seconds."""
    seeds = [value for key, value in known.items() if key.startswith("unfamiliar|")]
    lines = ["| unfamiliar to probes of mudstones | AUROC |", "|---|---|"]
    lines += [f"| {name} | {np.mean([each[name] for each in seeds]):.3f} |" for name in (seeds or [{}])[0]]
    lines += ["", "| training on 100 photos | seconds |", "|---|---|"]
    lines += [f"| {name} | {value:.1f} |" for name, value in known.get("seconds", {}).items()]
    return "\n".join(lines)
