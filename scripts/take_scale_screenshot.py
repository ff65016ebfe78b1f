"""Take the picture of the page on scale: a synthetic section with a scale bar.

Run it where there is a display, or under a virtual one::

    xvfb-run -a python scripts/take_scale_screenshot.py
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from napari_rocks2net.plugin.commands import open_classify_widget
from napari_rocks2net.synthetic.drawing import draw_section
from real_viewer import close, open_viewer, options_of, paint, take, wait_until

UM_PER_PIXEL = 4.0


def photo_with_bar() -> np.ndarray:
    """Draw a section, and a bar of half a millimetre as a camera's program does."""
    section = draw_section("medium crystal", property="grain", size=900, um_per_pixel=UM_PER_PIXEL, seed=4)
    picture = Image.fromarray(section.xpl)
    draw, length = ImageDraw.Draw(picture), 500 / UM_PER_PIXEL
    left, row, red = 740, 860, (255, 0, 0)
    draw.rectangle((left, row, left + length, row + 2), fill=red)
    for end in (left, left + length):
        draw.rectangle((end - 1, row - 9, end + 1, row + 12), fill=red)
    draw.text((left + length / 2, row - 18), "0.5 mm", red, ImageFont.load_default(26), anchor="mm")
    return np.asarray(picture)


def main() -> None:
    """Open napari, find the bar, say what is written at it."""
    options = options_of(__doc__).parse_args()
    viewer = open_viewer()
    viewer.add_image(photo_with_bar(), name="section", rgb=True)
    widget = open_classify_widget(viewer)
    scale = widget.setup.scale
    paint(1)
    scale.find.click()
    scale.bar_length.setValue(0.5)
    scale.bar_unit.setCurrentText("mm")
    viewer.reset_view()
    wait_until(lambda: not widget.setup.device.value.startswith("looking"))
    take(viewer, options.out / "scale.png")
    close(viewer)


if __name__ == "__main__":
    main()
