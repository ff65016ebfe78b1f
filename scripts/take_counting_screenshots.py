"""Take the pictures of counting points, with a synthetic section.

Run it where there is a display, or under a virtual one::

    xvfb-run -a -s "-screen 0 1600x1000x24" python scripts/take_counting_screenshots.py

The names are chosen by chance: the pictures show how one counts, not what is right.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import napari
import numpy as np
from PIL import Image

from napari_rocks2net.plugin.work import questions
from napari_rocks2net.synthetic import draw_mosaic
from real_viewer import close, open_viewer, open_widget, options_of, own_settings, take, wait_until

DOCK_WIDTH = 400
ROCKS = ("coarse crystal", "medium crystal")
SHAPE, UM_PER_PIXEL, SEED = (900, 1350), 3.0, 5
CLASSES = "quartz, feldspar, mica, other"
SHARES = (0.45, 0.35, 0.15, 0.05)
POINTS, NAMED = 200, 140


def main() -> None:
    """Draw, count, compare, take the pictures."""
    options = options_of(__doc__).parse_args()
    with own_settings() as folder:
        photo = folder / "Drawn section, XPL.png"
        picture = np.asarray(draw_mosaic(ROCKS, SHAPE, um_per_pixel=UM_PER_PIXEL, seed=SEED).xpl)
        Image.fromarray(picture).save(photo)
        viewer = open_viewer()
        (layer,) = viewer.open(str(photo), plugin="napari")
        layer.scale, layer.units = (UM_PER_PIXEL,) * 2, ("um", "um")
        viewer.reset_view()
        count(viewer, options.out)
        close(viewer)


def count(viewer: napari.Viewer, out: Path) -> None:
    """Count as two observers, and compare them."""
    questions.confirm = lambda *_: True
    widget = open_widget(viewer, "Count points", DOCK_WIDTH)
    widget.form.classes.value = CLASSES
    widget.form.fields["points"].value = POINTS
    rng = np.random.default_rng(SEED)
    minerals = rng.choice(len(SHARES), NAMED, p=SHARES)
    disagree = rng.random(NAMED) < 0.12
    for observer in ("Ben", "Ana"):
        other = rng.choice(len(SHARES), NAMED, p=SHARES)
        widget.form.observer.value = observer
        widget.begin()
        for number in np.where(disagree, other, minerals):
            widget.name_number(int(number))
    viewer.scene.camera.zoom /= 2
    viewer.canvas.overlays.scale_bar.visible = True
    take(viewer, out / "counting.png")
    show_comparison(widget)
    take(viewer, out / "counting-observers.png")


def show_comparison(widget: Any) -> None:
    """Compare both observers, and go to a point with two names."""
    widget.tabs.setCurrentIndex(2)
    widget.comparison.compare()
    wait_until(lambda: not widget.jobs.running)
    widget.comparison.point_clicked.emit(0)


if __name__ == "__main__":
    main()
