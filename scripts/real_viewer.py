"""A napari window that the screenshot scripts work in, as a person would."""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import napari
from qtpy.QtCore import QCoreApplication, QEvent, QSettings, Qt
from qtpy.QtWidgets import QApplication

from napari_rocks2net.plugin.commands import PLUGIN

WINDOW = (1500, 980)
PATIENCE_SECONDS = 900
# Plots are drawn a little after the last key, and sentences get their lines after that.
SETTLING_SECONDS = 3


def options_of(description: str) -> argparse.ArgumentParser:
    """Return the options that every script has: where the pictures go."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/images"), help="the folder of the pictures")
    return parser


@contextmanager
def own_settings() -> Iterator[Path]:
    """Keep what widgets remember in a folder that is removed at the end, and yield the folder."""
    with tempfile.TemporaryDirectory() as folder:
        settings = str(Path(folder) / "settings")
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, settings)
        yield Path(folder)


def open_viewer() -> napari.Viewer:
    """Open a window of the size that all pictures of the documentation have."""
    viewer = napari.Viewer(show=True)
    viewer.window.resize(*WINDOW)
    return viewer


def open_widget(viewer: napari.Viewer, name: str, width: int) -> Any:
    """Open one of our widgets in a dock so many pixels wide."""
    dock, widget = viewer.window.add_plugin_dock_widget(PLUGIN, name)
    paint(1)
    # Plugins get napari's objects in a wrapper, which Qt does not take.
    dock = getattr(dock, "__wrapped__", dock)
    dock.parent().resizeDocks([dock], [width], Qt.Orientation.Horizontal)
    paint(1)
    return widget


def take(viewer: napari.Viewer, path: Path) -> None:
    """Save what the window shows in all its colours: a palette makes two classes one."""
    paint(SETTLING_SECONDS)
    path.parent.mkdir(parents=True, exist_ok=True)
    viewer.screenshot(str(path), canvas_only=False, flash=False)
    print(path)


def close(viewer: napari.Viewer) -> None:
    """Close the window, and delete what was in it before the interpreter ends.

    What is left then PyQt deletes while it goes through its list of it, which crashes where plots are left.
    """
    viewer.close()
    paint(1)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    paint(0.5)


def wait_until(done: Callable[[], Any]) -> None:
    """Let Qt work until something is so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > end:
            raise SystemExit(f"It took longer than {PATIENCE_SECONDS} s.")
        paint(0.05)


def paint(seconds: float) -> None:
    """Let Qt work for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)
