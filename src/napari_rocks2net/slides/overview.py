"""Overview of a map: the slide under the colours of its classes, with a legend and a scale bar."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageDraw, ImageFont

from napari_rocks2net.atomic_write import atomic_write_png
from napari_rocks2net.class_colours import class_colours
from napari_rocks2net.imaging import OUTPUT_SOFTWARE
from napari_rocks2net.imaging.reduction import fitting_size
from napari_rocks2net.output_files import OVERVIEW_END
from napari_rocks2net.slides.slide_map import SlideMap
from napari_rocks2net.wording import percent

SIDE = 1200
LEGEND_WIDTH = 420
LINE = 34
COLOUR_SHARE = 0.5
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
UNSAFE = re.compile(r"[^\w-]+")


def write_overview(result: SlideMap, property: str, folder: Path) -> Path:
    """Write the overview of one property as a PNG.

    Parameters
    ----------
    result : SlideMap
        A map.
    property : str
        One of its properties.
    folder : Path
        The file is ``<property>_overview.png`` in it.
    """
    names = [each.rock_property.name for each in result.properties]
    safe = UNSAFE.sub("_", property)
    # Two names may differ in signs only.
    clashes = [UNSAFE.sub("_", name) for name in names].count(safe) > 1
    name = f"{safe}{f'_{names.index(property)}' if clashes else ''}{OVERVIEW_END}"
    return atomic_write_png(folder / name, draw_overview(result, property), OUTPUT_SOFTWARE)


def draw_overview(result: SlideMap, property: str) -> npt.NDArray[np.uint8]:
    """Draw the overview of one property.

    Parameters
    ----------
    result, property
        See `write_overview`.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8: the slide with the colours of its classes; beside it the classes that it has, with
        their shares of the answered area; below it a scale bar.
    """
    coloured = _coloured(result, property)
    height, width = fitting_size(coloured.height, coloured.width, SIDE)
    coloured = coloured.resize((width, height), Image.Resampling.NEAREST)
    legend = _legend(result, property)
    canvas = Image.new("RGB", (width + LEGEND_WIDTH, max(height + 2 * LINE, legend.height)), WHITE)
    canvas.paste(coloured)
    canvas.paste(legend, (width, 0))
    _draw_scale_bar(ImageDraw.Draw(canvas), result, width, height)
    return np.asarray(canvas)


def _coloured(result: SlideMap, property: str) -> Image.Image:
    """Return the slide's picture, the cells that have a class in its colour."""
    each = result[property]
    colours = class_colours(each.rock_property.classes)
    palette = np.array([WHITE, *map(ImageColor.getrgb, colours.values())], np.float32)
    classes = each.classes()
    side = result.picture.shape[0] // result.grid.rows
    over = palette[classes].repeat(side, axis=0).repeat(side, axis=1)
    share = np.where(classes > 0, COLOUR_SHARE, 0).repeat(side, axis=0).repeat(side, axis=1)[..., None]
    mixed = result.picture * (1 - share) + over * share
    return Image.fromarray(np.rint(mixed).astype(np.uint8))


def _legend(result: SlideMap, property: str) -> Image.Image:
    each = result[property]
    colours = class_colours(each.rock_property.classes)
    counts = np.bincount(each.classes().ravel(), minlength=len(colours) + 1)[1:]
    shares = counts / max(1, counts.sum())
    listed = [index for index in np.argsort(-shares, kind="stable").tolist() if counts[index]]
    legend = Image.new("RGB", (LEGEND_WIDTH, LINE * (len(listed) + 2)), WHITE)
    pen, font = ImageDraw.Draw(legend), _font()
    pen.text((LINE / 2, LINE / 2), _fitting(f"{property}, {result.name}", font), BLACK, font)
    for line, index in enumerate(listed):
        top = LINE * (line + 1.5)
        name = each.rock_property.classes[index]
        pen.rectangle((LINE / 2, top, LINE * 1.2, top + 0.7 * LINE), colours[name], BLACK)
        pen.text((LINE * 1.6, top), _fitting(f"{percent(shares[index])} {name}", font), BLACK, font)
    return legend


def _font() -> ImageFont.FreeTypeFont:
    """Return a font with Greek and accented letters, which Pillow's own has not."""
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"), 0.6 * LINE)


def _fitting(text: str, font: ImageFont.FreeTypeFont) -> str:
    """Return a text that is not wider than the legend."""
    while len(text) > 1 and font.getlength(text) > LEGEND_WIDTH - 2 * LINE:
        text = f"{text[:-2].rstrip()}…"
    return text


def _draw_scale_bar(pen: ImageDraw.ImageDraw, result: SlideMap, width: int, height: int) -> None:
    """Draw a bar of a round length, about a quarter of the slide, in the lower margin."""
    span = result.grid.columns * result.grid.stride * (result.um_per_pixel or 1.0)
    length = round_length(span / 4)
    font = _font()
    top, right = height + LINE / 2, LINE / 2 + width * length / span
    pen.rectangle((LINE / 2, top, right, top + LINE / 4), BLACK)
    pen.text((right + LINE / 2, top - LINE / 4), length_text(length, result.um_per_pixel), BLACK, font)


def round_length(length: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not larger than a length."""
    power = 10.0 ** math.floor(math.log10(length))
    return next(step * power for step in (5, 2, 1) if step * power <= length * (1 + 1e-9))


def length_text(length: float, um_per_pixel: float | None) -> str:
    """Return a length as a scale bar says it.

    Parameters
    ----------
    length : float
        In micrometres, or in pixels where these have no known size.
    um_per_pixel : float or None
        Micrometres a pixel.
    """
    if um_per_pixel is None:
        return f"{length:g} px"
    return f"{length / 1000:g} mm" if length >= 1000 else f"{length:g} µm"
