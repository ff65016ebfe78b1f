"""Take the picture of a map of a drawn slide.

Run it where there is a display, or under a virtual one::

    xvfb-run -a -s "-screen 0 1600x1000x24" python scripts/take_slide_screenshot.py

Three rocks lie side by side on the slide; the built-in model maps their grain, and one cell is looked at.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from qtpy.QtCore import QSettings, Qt

from napari_rocks2net.plugin.commands import PLUGIN
from napari_rocks2net.plugin.slides import slide_widget
from napari_rocks2net.synthetic import draw_mosaic
from real_viewer import open_viewer, paint, take, wait_until

DOCK_WIDTH = 380
ROCKS = ("coarse crystal", "medium crystal", "mud crystal")
SHAPE, UM_PER_PIXEL, SEED = (1152, 1728), 8.0, 11
# The model's field for grain is 2 mm.
FIELD, STRIDE = 256, 128


def main() -> None:
    """Map, click, take the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    options = parser.parse_args()
    slide_widget.QUICK_SECONDS = 1e6
    with tempfile.TemporaryDirectory() as folder:
        QSettings.setPath(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(Path(folder) / "settings")
        )
        viewer = open_viewer()
        picture = np.asarray(draw_mosaic(ROCKS, SHAPE, um_per_pixel=UM_PER_PIXEL, seed=SEED).xpl)
        viewer.add_image(
            picture, name="Drawn slide, XPL", scale=(UM_PER_PIXEL,) * 2, units=("um", "um"), rgb=True
        )
        dock, widget = viewer.window.add_plugin_dock_widget(PLUGIN, "Map slide")
        paint(1)
        dock = getattr(dock, "__wrapped__", dock)
        dock.parent().resizeDocks([dock], [DOCK_WIDTH], Qt.Orientation.Horizontal)
        widget.form.fields["field"].value, widget.form.fields["stride"].value = FIELD, STRIDE
        paint(1)
        viewer.reset_view(margin=0.02)
        widget.map()
        wait_until(lambda: not widget.running)
        print(widget.status.text())
        for layer in viewer.layers:
            layer.visible = layer.name in ("Drawn slide, XPL", "map: grain")
        widget.show_cell(4, 3)
        viewer.canvas.overlays.scale_bar.visible = True
        take(viewer, options.out / "slide-map.png")
        viewer.close()


if __name__ == "__main__":
    main()
