"""Take the picture of a map of a synthetic slide.

Run it where there is a display, or under a virtual one::

    xvfb-run -a -s "-screen 0 1600x1000x24" python scripts/take_slide_screenshot.py

Three rocks lie side by side on the slide; the built-in model maps their grain, and one cell is looked at.
"""

from __future__ import annotations

import numpy as np

from napari_rocks2net.plugin.slides import slide_widget
from napari_rocks2net.synthetic import draw_mosaic
from real_viewer import close, open_viewer, open_widget, options_of, own_settings, paint, take, wait_until

DOCK_WIDTH = 380
ROCKS = ("coarse crystal", "medium crystal", "mud crystal")
SHAPE, UM_PER_PIXEL, SEED = (1152, 1728), 8.0, 11
# The model's field for grain is 2 mm.
FIELD, STRIDE = 256, 128


def main() -> None:
    """Map, click, take the picture."""
    options = options_of(__doc__).parse_args()
    slide_widget.QUICK_SECONDS = 1e6
    with own_settings():
        viewer = open_viewer()
        picture = np.asarray(draw_mosaic(ROCKS, SHAPE, um_per_pixel=UM_PER_PIXEL, seed=SEED).xpl)
        viewer.add_image(
            picture, name="Drawn slide, XPL", scale=(UM_PER_PIXEL,) * 2, units=("um", "um"), rgb=True
        )
        widget = open_widget(viewer, "Map slide", DOCK_WIDTH)
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
        close(viewer)


if __name__ == "__main__":
    main()
