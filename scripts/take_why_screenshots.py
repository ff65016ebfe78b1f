"""Take the pictures of docs/why.md: an evidence map, the map of a collection, a gallery.

Run it where there is a display, or under a virtual one::

    xvfb-run -a python scripts/take_why_screenshots.py
    xvfb-run -a python scripts/take_why_screenshots.py --out pictures --only explore
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest

from napari_rocks2net.annotation import AnnotationCollection, CollectionSession
from napari_rocks2net.annotation.exchange.csv_file import import_csv
from napari_rocks2net.model_file import built_in_models
from napari_rocks2net.plugin.commands import (
    open_annotate_widget,
    open_annotator,
    open_classify_widget,
    open_explore_widget,
)
from napari_rocks2net.synthetic import write_collection
from real_viewer import close, open_viewer, options_of, own_settings, paint, take, wait_until

LASSO_SHARE = 0.3
DISPUTED = "powder_crystal_0001_xpl_0.png"


def labelled_collection(folder: Path) -> Path:
    """Draw a small collection, label two thirds of it, and return its file."""
    table = write_collection(folder / "photos", "grain", per_class=6, photos=2, size=192)
    collection = import_csv(AnnotationCollection(), table, properties=["grain"])
    unlabelled = [image.key for image in collection.images][::3]
    collection = collection.labelled(unlabelled, "grain", None)
    path = folder / "drawn sections.collection.json"
    CollectionSession.create(path, collection=collection)
    return path


def take_map(viewer: Any, folder: Path) -> None:
    """Map the collection, draw around a group of points, take the picture; then that of a gallery."""
    explore = open_explore_widget(viewer)
    explore.map.projection.setCurrentText("t-SNE")
    explore.map.draw.click()
    wait_until(lambda: not explore.map.jobs.running)
    paint(0.5)
    _lasso(explore.map.plot)
    take(viewer, folder / "explore_map.png")
    explore.tabs.setCurrentWidget(explore.gallery)
    explore.gallery.classes.setCurrentText("coarse crystal")
    explore.gallery.show_button.click()
    wait_until(lambda: not explore.gallery.jobs.running)
    take(viewer, folder / "explore_gallery.png")


def _lasso(plot: Any) -> None:
    """Draw around the points of the left with the mouse."""
    box, places = plot.getViewBox(), plot.places
    low, high = places.min(axis=0), places.max(axis=0)
    right = low + (high - low) * [LASSO_SHARE, 1]
    margin = 0.03 * (high - low)
    corners = [low - margin, [right[0], low[1]], right + margin * [0, 1], [low[0], high[1]] - margin * [1, 0]]
    points = [box.mapViewToDevice(pg_point(*corner)).toPoint() for corner in [*corners, corners[0]]]
    canvas = plot.viewport()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=points[0])
    for start, end in pairwise(points):
        for share in np.linspace(0, 1, 8):
            at = QPoint(*(round(a + share * (b - a)) for a, b in zip(*map(_xy, (start, end)), strict=True)))
            QTest.mouseMove(canvas, at)
            paint(0.02)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=points[-1])
    paint(0.5)


def pg_point(x: float, y: float) -> Any:
    """Return a point as pyqtgraph takes it."""
    from qtpy.QtCore import QPointF

    return QPointF(x, y)


def _xy(point: QPoint) -> tuple[int, int]:
    return point.x(), point.y()


def take_evidence(viewer: Any, folder: Path) -> None:
    """Classify a photo of which the streams disagree and ask why."""
    annotator = open_annotator(viewer)
    assert annotator is not None
    annotator.show(next(key for key in annotator.order() if key.file.name == DISPUTED))
    wait_until(lambda: any(layer.name == DISPUTED for layer in viewer.layers))
    paint(1)
    classify = open_classify_widget(viewer)
    classify.setup.models.value = [next(iter(built_in_models()))]
    classify.classify()
    wait_until(lambda: not classify.running)
    tree = classify.answers.predictions
    line = tree.topLevelItem(0).child(0)
    line.setExpanded(True)
    tree.setCurrentItem(line)
    tree.itemClicked.emit(line, 0)
    classify.answers.why.map.click()
    wait_until(lambda: not classify.answers.why.jobs.running)
    classify.answers.why.likeness.ask.click()
    wait_until(lambda: not classify.answers.why.likeness.jobs.running)
    take(viewer, folder / "why.png")


PICTURES = {"evidence": take_evidence, "explore": take_map}


def main() -> None:
    """Open napari and take the pictures."""
    parser = options_of(__doc__)
    parser.add_argument("--only", choices=list(PICTURES))
    options = parser.parse_args()
    with own_settings() as folder:
        path = labelled_collection(folder)
        for name, take_pictures in PICTURES.items():
            if options.only in (None, name):
                viewer = open_viewer()
                open_annotate_widget(viewer).file_panel.open_collection(path)
                paint(1)
                take_pictures(viewer, options.out)
                close(viewer)


if __name__ == "__main__":
    main()
