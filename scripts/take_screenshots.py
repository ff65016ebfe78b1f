"""Take the picture of the Classify widget that the README shows.

Run it where there is a display, or under a virtual one::

    xvfb-run -a python scripts/take_screenshots.py
    xvfb-run -a python scripts/take_screenshots.py --image photo.jpg --model mine.safetensors --out photo.png
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import napari
from qtpy.QtWidgets import QApplication

from napari_rocks2net import read_image
from napari_rocks2net.model_file import built_in_models
from napari_rocks2net.plugin.commands import open_classify_widget
from napari_rocks2net.plugin.samples import coarse_crystals

WINDOW = (1500, 980)
PATIENCE_SECONDS = 180


def main() -> None:
    """Open napari, classify one image, save what the window shows."""
    options = _options()
    viewer = napari.Viewer(show=True)
    viewer.window.resize(*WINDOW)
    _open_image(viewer, options.image)
    widget = open_classify_widget(viewer)
    _choose_model(widget, options.model)
    _paint(1.0)
    widget.classify()
    _wait_until(lambda: not widget.running)
    if not any(layer.name == "predictions" for layer in viewer.layers):
        raise SystemExit(f"Nothing was classified: {widget.status.value}")
    widget.open_features_table()
    _show_predictions(viewer)
    _paint(2.0)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    viewer.screenshot(str(options.out), canvas_only=False, flash=False)
    print(f"{options.out}: {widget.status.value}")
    viewer.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--image", type=Path, help="a photo; a sample section without it")
    parser.add_argument("--model", type=Path, help="a model file; the first built-in model without it")
    parser.add_argument("--out", type=Path, default=Path("docs/images/classify.png"))
    return parser.parse_args()


def _open_image(viewer: napari.Viewer, path: Path | None) -> None:
    if path is not None:
        viewer.add_image(read_image(path), name=path.stem)
        return
    for data, place, _ in coarse_crystals():
        viewer.add_image(data, **place)


def _choose_model(widget: Any, model: Path | None) -> None:
    if model is not None:
        widget.add_model_file(model)
    elif built_in_models():
        widget.models.value = [next(iter(built_in_models()))]
    else:
        raise SystemExit("There is no built-in model; name a model file with --model.")


def _show_predictions(viewer: napari.Viewer) -> None:
    """Make the predictions the active layer, whose table is shown, with the image centred."""
    viewer.layers.selection.active = viewer.layers["predictions"]
    _paint(0.5)
    viewer.reset_view(margin=0.08)


def _wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > end:
            raise SystemExit(f"The classification took longer than {PATIENCE_SECONDS} s.")
        _paint(0.05)


def _paint(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main()
