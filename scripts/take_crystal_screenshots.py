"""Take the pictures of the Crystals widget.

Run it where there is a display, or under a virtual one::

    xvfb-run -a -s "-screen 0 1920x1200x24" python scripts/take_crystal_screenshots.py

It draws an SEM image, segments and measures it, names crystals by their true classes, trains on them, and
classifies the rest.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import napari
import numpy as np
from skimage.segmentation import clear_border

from napari_rocks2net.crystals.synthetic import SemImage, draw_sem_image
from napari_rocks2net.plugin.work import preferences
from real_viewer import close, open_viewer, open_widget, options_of, own_settings, paint, take, wait_until

DOCK_WIDTH = 400
SHAPE, DIAMETER, SEED = (512, 640), 48, 4
NAMED = 70


def main() -> None:
    """Segment, measure, name, train, classify; a picture of each."""
    parser = options_of(__doc__)
    parser.add_argument("--epochs", type=int, default=25)
    options = parser.parse_args()
    with own_settings() as folder:
        preferences.remember(preferences.TRAINING_SETTINGS, {"runs": str(folder / "runs")})
        sem_image = draw_sem_image(SHAPE, diameter=DIAMETER, info_bar=True, seed=SEED)
        viewer, widget = opened(sem_image)
        segment(viewer, widget, options.out)
        measure(viewer, widget, options.out)
        classify(viewer, widget, sem_image, options)
        widget.close_jobs()
        close(viewer)


def opened(sem_image: SemImage) -> tuple[napari.Viewer, Any]:
    """Open the image and the widget."""
    viewer = open_viewer()
    viewer.add_image(
        sem_image.image, name="Microcrystals, SEM", scale=(sem_image.pixel_size,) * 2, units=("um", "um")
    )
    widget = open_widget(viewer, "Crystals", DOCK_WIDTH)
    viewer.reset_view(margin=0.02)
    return viewer, widget


def segment(viewer: napari.Viewer, widget: Any, out: Path) -> None:
    """Show the preview, then segment."""
    step = widget.segmenting
    step.page.preview.setChecked(True)
    wait_until(lambda: step.preview.layer is not None)
    take(viewer, out / "crystals-preview.png")
    step.segment()
    wait_until(lambda: not widget.running)
    print(widget.status.text())


def measure(viewer: napari.Viewer, widget: Any, out: Path) -> None:
    """Measure; histogram, rose diagram and the crystals in random colours."""
    widget.measure()
    wait_until(lambda: not widget.running)
    take(viewer, out / "crystals-measure.png")


def classify(viewer: napari.Viewer, widget: Any, sem_image: SemImage, options: argparse.Namespace) -> None:
    """Name crystals as they were drawn, train, and classify all."""
    step = widget.classifying
    widget.tabs.setCurrentWidget(step.page)
    step.page.picking.setChecked(True)
    for label, name in true_classes(widget.crystals.layer.data, sem_image).items():
        step.picker.select(label)
        step.name_selected(step.classes.index(name) + 1)
        paint(0.01)
    take(viewer, options.out / "crystals-name.png")
    step.page.picking.setChecked(False)
    step.page.epochs.setValue(options.epochs)
    step.page.train.click()
    wait_until(lambda: not step.training.job.alive)
    print(step.page.outcome.text())
    step.page.use.click()
    wait_until(lambda: not widget.running)
    take(viewer, options.out / "crystals-classes.png")


def true_classes(labels: np.ndarray, sem_image: SemImage) -> dict[int, str]:
    """Return the drawn class of the first crystals found that are whole in the image."""
    classes: dict[int, str] = {}
    for label in np.unique(clear_border(labels))[1:].tolist():
        true = np.bincount(sem_image.labels[labels == label], minlength=1)
        if len(true) > 1 and true.argmax() and len(classes) < NAMED:
            classes[label] = sem_image.classes[int(true.argmax()) - 1]
    return classes


if __name__ == "__main__":
    main()
