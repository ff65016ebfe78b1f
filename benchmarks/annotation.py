"""Speed of annotating and learning: 500 photos of 1,000 x 1,000 px with 2,000 regions, in a real viewer.

    xvfb-run -a -s "-screen 0 1600x1000x24" python benchmarks/annotation.py

Opening must not read all pixels, a label must be there at once, the table must scroll; with Learn on,
suggestions follow a label within a second, and the window answers meanwhile. Of more than 2,000 photos Learn
is not measured: they are described for hours.

    ... python benchmarks/annotation.py --photos 20000 --side 64 --regions 100
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import napari
import numpy as np
from PIL import Image
from qtpy.QtCore import QSettings, Qt, QTimer
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_rocks2net.annotation import (
    AnnotatedRegion,
    AnnotationCollection,
    CollectionSession,
    Vocabulary,
    with_regions,
)
from napari_rocks2net.plugin.commands import PLUGIN
from napari_rocks2net.samples import Region

SUFFIXES = (".jpg", ".png", ".tif")
DIFFERENT = 12
CLASSES = ("granite", "basalt", "slate")
MOST_LEARNED = 2_000
LABELS, SCROLLS, REGION_LABELS, LEARNED_LABELS = 60, 60, 10, 20


def write_photos(folder: Path, count: int, side: int) -> list[Path]:
    """Write photos of mixed formats; a dozen different ones, copied."""
    random = np.random.default_rng(0)
    files: list[Path] = []
    for number in range(count):
        suffix = SUFFIXES[number % len(SUFFIXES)]
        file = folder / f"section{number // 4:03d}_PPL_{number % 4}{suffix}"
        if number < DIFFERENT:
            small = random.integers(0, 256, (side // 8, side // 8, 3), dtype=np.uint8)
            Image.fromarray(small).resize((side, side)).save(file)
        else:
            shutil.copyfile(files[number - DIFFERENT], file)
        files.append(file)
    return files


def written_collection(folder: Path, files: list[Path], regions: int) -> Path:
    """Write a collection of the photos, all regions on the first."""
    collection = AnnotationCollection((Vocabulary.of_classes("rock", CLASSES),)).with_images(files)
    corners = np.random.default_rng(1).uniform(0, 950, (regions, 2))
    boxes = [Region.rectangle(y, x, y + 40, x + 50) for y, x in corners]
    annotated = [AnnotatedRegion.new(box, {"rock": CLASSES[0]}) for box in boxes]
    collection = with_regions(collection, {collection.images[0].key: annotated})
    return CollectionSession.create(folder / "many.collection.json", collection=collection).path


def shown(widget: Any) -> bool:
    """Return whether the layer shows the image that is current."""
    key, layer = widget.annotator.current, widget.layers.image
    mark = layer.metadata["rocks2net"] if layer is not None else {}
    return mark.get("file") == str(key.file)


def wait_until(done: Callable[[], bool]) -> float:
    """Let Qt work until something is so; return the seconds."""
    start = time.perf_counter()
    while not done():
        QApplication.processEvents()
        time.sleep(0.001)
    return time.perf_counter() - start


def timed(action: Callable[[], Any], then: Callable[[], bool] = lambda: True) -> float:
    """Return the seconds of an action and of what follows."""
    start = time.perf_counter()
    action()
    wait_until(then)
    return time.perf_counter() - start


def milliseconds(seconds: list[float]) -> str:
    """Return median and maximum."""
    return f"{1000 * statistics.median(seconds):.0f} (longest {1000 * max(seconds):.0f})"


def rows(widget: Any, collection: Path, regions: int) -> Iterator[tuple[str, str]]:
    """Do what a person does and yield (what, how long)."""
    opening = timed(lambda: widget.file_panel.open_collection(collection), lambda: shown(widget))
    yield "open the collection and show an image, s", f"{opening:.2f}"
    first = widget.annotator.collection.images[0].key
    layer_of_regions = lambda: widget.layers.regions.layer  # noqa: E731
    seconds = timed(
        lambda: widget.annotator.show(first),
        lambda: shown(widget) and layer_of_regions() is not None and layer_of_regions().nshapes >= regions,
    )
    yield f"show the image with {regions:,} regions, s", f"{seconds:.2f}"
    labels = []
    for number in range(REGION_LABELS):
        layer_of_regions().selected_data = {number}
        labels.append(timed(lambda: widget.annotator.label_number(2)))
    yield "label one of its regions, ms", milliseconds(labels)
    layer_of_regions().selected_data = set()
    widget.annotator.show_next()
    wait_until(lambda: shown(widget))
    keys, following = [], []
    for number in range(LABELS):
        key = Qt.Key(Qt.Key.Key_1 + number % len(CLASSES))
        start = time.perf_counter()
        QTest.keyClick(widget.page.table, key)
        keys.append(time.perf_counter() - start)
        wait_until(lambda: shown(widget))
        following.append(time.perf_counter() - start)
    yield "label an image by a key, ms", milliseconds(keys)
    yield "until the next image is shown, ms", milliseconds(following)
    bar = widget.page.table.verticalScrollBar()
    step = max(bar.maximum() // SCROLLS, 1)
    frames = []
    for number in range(SCROLLS):
        start = time.perf_counter()
        bar.setValue(number * step)
        widget.page.table.viewport().repaint()
        frames.append(time.perf_counter() - start)
        QApplication.processEvents()
    yield "draw the table after a scroll, ms", milliseconds(frames)


class LongestGap:
    """The longest time in which the window did not answer, in seconds."""

    def __init__(self) -> None:
        self.seconds, self._last = 0.0, time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self.tick)
        self._timer.start(1)

    def tick(self) -> None:
        """Note the time since the last tick."""
        now = time.perf_counter()
        self.seconds, self._last = max(self.seconds, now - self._last), now

    def stop(self) -> float:
        """Return the longest gap."""
        self._timer.stop()
        self.tick()
        return self.seconds


def learning_rows(widget: Any) -> Iterator[tuple[str, str]]:
    """Switch Learn on, give labels, and yield (what, how long)."""
    annotator, learn = widget.annotator, widget.page.learn
    annotator.move_on = False
    labelled = sum("rock" in image.labels for image in annotator.collection.images)
    is_learned = lambda: not learn.running and len(learn.learned_labels) == labelled  # noqa: E731
    gap = LongestGap()
    seconds = timed(lambda: learn.setChecked(True), is_learned)
    yield "describe all photos and learn, s", f"{seconds:.1f}"
    yield "longest time without an answer meanwhile, ms", f"{1000 * gap.stop():.0f}"
    following, gaps = [], []
    for number in range(LEARNED_LABELS):
        annotator.show_next()
        wait_until(lambda: shown(widget))
        labelled += 1
        gap = LongestGap()
        following.append(timed(partial(annotator.label_number, 1 + number % len(CLASSES)), is_learned))
        gaps.append(gap.stop())
    yield "from a label to the suggestions for all photos, ms", milliseconds(following)
    yield "longest time without an answer meanwhile, ms", milliseconds(gaps)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--side", type=int, default=1000)
    parser.add_argument("--regions", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder / "settings"))
        files = write_photos(folder, options.photos, options.side)
        collection = written_collection(folder, files, options.regions)
        viewer = napari.Viewer()
        # The first layers cost seconds of napari's own imports, whoever adds them.
        viewer.add_image(np.zeros((64, 64)))
        viewer.add_shapes(np.array([[0, 0], [0, 9], [9, 9]]), shape_type="polygon")
        QApplication.processEvents()
        print("| what | median |\n|---|---|")
        _, widget = viewer.window.add_plugin_dock_widget(PLUGIN, "Annotate")
        QApplication.processEvents()
        learning = learning_rows(widget) if options.photos <= MOST_LEARNED else ()
        for what, figure in chain(rows(widget, collection, options.regions), learning):
            print(f"| {what} | {figure} |", flush=True)
        viewer.close()


if __name__ == "__main__":
    main()
