"""Take the picture of the Classify widget that the README shows.

Run it where there is a display, or under a virtual one::

    xvfb-run -a python scripts/take_screenshots.py
    xvfb-run -a python scripts/take_screenshots.py --image photo.jpg --model mine.safetensors --out photo.png
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import napari

from napari_rocks2net import read_image
from napari_rocks2net.model_file import built_in_models
from napari_rocks2net.plugin.commands import open_classify_widget
from napari_rocks2net.plugin.sample_data import coarse_crystals
from real_viewer import close, open_viewer, paint, take, wait_until


def main() -> None:
    """Open napari, classify one image, save what the window shows."""
    options = _options()
    viewer = open_viewer()
    _open_image(viewer, options.image)
    widget = open_classify_widget(viewer)
    _choose_model(widget, options.model)
    paint(1.0)
    widget.classify()
    wait_until(lambda: not widget.running)
    if not any(layer.name == "predictions" for layer in viewer.layers):
        raise SystemExit(f"Nothing was classified: {widget.status.text()}")
    widget.open_features_table()
    _show_predictions(viewer)
    take(viewer, options.out)
    print(widget.status.text())
    close(viewer)


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
        widget.setup.add_model.add(model)
    elif built_in_models():
        widget.setup.models.value = [next(iter(built_in_models()))]
    else:
        raise SystemExit("There is no built-in model; name a model file with --model.")


def _show_predictions(viewer: napari.Viewer) -> None:
    """Make the predictions the active layer, whose table is shown, with the image centred."""
    viewer.layers.selection.active = viewer.layers["predictions"]
    paint(0.5)
    viewer.reset_view(margin=0.08)


if __name__ == "__main__":
    main()
