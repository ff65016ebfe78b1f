"""A napari window that the screenshot scripts work in, as a person would."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import napari
from qtpy.QtWidgets import QApplication

WINDOW = (1500, 980)
PATIENCE_SECONDS = 900


def open_viewer() -> napari.Viewer:
    """Open a window of the size that all pictures of the documentation have."""
    viewer = napari.Viewer(show=True)
    viewer.window.resize(*WINDOW)
    return viewer


def take(viewer: napari.Viewer, path: Path) -> None:
    """Save what the window shows."""
    paint(1)
    path.parent.mkdir(parents=True, exist_ok=True)
    viewer.screenshot(str(path), canvas_only=False, flash=False)
    print(path)


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
