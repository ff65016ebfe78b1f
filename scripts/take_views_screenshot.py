"""Take the picture of a synthetic field whose views are paired and laid on one another.

Run it where there is a display, or under a virtual one::

    xvfb-run -a -s "-screen 0 1600x1000x24" python scripts/take_views_screenshot.py
"""

from __future__ import annotations

from napari_rocks2net.plugin.commands import PLUGIN
from napari_rocks2net.synthetic import draw_slide
from real_viewer import close, open_viewer, options_of, take, wait_until

SIDE, SEED = 512, 14
# Where the camera was moved to between the photos, in pixels.
MOVED = (11, 17)
ANGLES = (0, 30, 60)
WINDOW = (1300, 640)


def main() -> None:
    """Pair, register, take the picture."""
    options = options_of(__doc__).parse_args()
    viewer = open_viewer()
    viewer.window.resize(*WINDOW)
    slide = draw_slide("granite", size=SIDE + 32, seed=SEED)
    viewer.add_image(slide.ppl()[:SIDE, :SIDE], name="S12 PPL")
    y, x = MOVED
    for angle in ANGLES:
        picture = slide.xpl(angle)[y : y + SIDE, x : x + SIDE]
        viewer.add_image(picture, name=f"S12 XPL {angle}deg", visible=angle == ANGLES[1])
    _, widget = viewer.window.add_plugin_dock_widget(PLUGIN, "Pair views")
    viewer.layers.selection = set(viewer.layers)
    # The picture stands still while the polars turn.
    for row, turned in enumerate((0, *ANGLES)):
        widget.table.set_view(row, "XPL" if row else "PPL", str(turned))
    widget.pair()
    widget.register()
    wait_until(lambda: not widget.jobs.running)
    viewer.reset_view()
    take(viewer, options.out / "views.png")
    close(viewer)


if __name__ == "__main__":
    main()
