"""Annotate photos in a viewer as a person does, until the process is killed; started by the test.

    python annotating_process.py COLLECTION LABELS.CSV

Prints the number of labels after each, and never ends by itself.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import napari
from qtpy.QtCore import QSettings, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_rocks2net.annotation import Vocabulary


def main(collection: Path, table: Path) -> None:
    """Open the photos, make a collection of them, and press a key for each."""
    QSettings.setPath(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(collection.parent / "settings")
    )
    with table.open(encoding="utf-8") as file:
        truth = {row["file"]: row["lithology"] for row in csv.DictReader(file)}
    classes = sorted(set(truth.values()))
    viewer = napari.Viewer()
    viewer.open(list(truth), plugin="napari")
    _, widget = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Annotate")
    widget.file_panel.new_collection(collection)
    widget.vocabulary.add_vocabulary(lambda: Vocabulary.of_classes("lithology", classes))
    widget.file_panel.adding.add_open_layers()
    while widget.file_panel.adding.jobs.running:
        QApplication.processEvents()
    done = 0
    while True:
        if done < len(truth):
            label = truth[str(widget.annotator.current.file)]
            QTest.keyClick(widget.page.table, Qt.Key(Qt.Key.Key_1 + classes.index(label)))
            done += 1
        print(done, flush=True)
        QApplication.processEvents()
        time.sleep(0.05)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
