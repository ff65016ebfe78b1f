"""Names of output files, by which our pictures are also distinguished from photos."""

from __future__ import annotations

PREDICTIONS_FILE = "predictions.csv"
"""A table of predictions, unless a person chooses another name."""
METRICS_FILE = "metrics.json"
"""The figures of a model."""
LABELS_END, OVERLAY_END = "_labels.tif", "_overlay.png"
"""How the names of pictures of crystals end: their label image, their outlines."""
OVERVIEW_END = "_overview.png"
"""How the names of pictures of maps of slides end."""
FIGURE_END = "_figure.png"
"""How the names of figures of classified photos end."""
CONFUSION_FILE, RELIABILITY_FILE = "confusion_matrix.png", "reliability.png"
LEARNING_CURVE_FILE = "learning_curve.png"
BENCHMARK_FILES = ("table.csv", "table.md", "table.png")
PICTURE_ENDS = (
    *(LABELS_END, OVERLAY_END, "_histograms.png", "_rose.png"),
    *(OVERVIEW_END, FIGURE_END),
    *(CONFUSION_FILE, RELIABILITY_FILE, LEARNING_CURVE_FILE, BENCHMARK_FILES[-1]),
    "_grains.tif",  # of synthetic slides
)
"""How the names of all such pictures end."""
