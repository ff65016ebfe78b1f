"""Contact sheet of synthetic thin sections: every class of the five rock properties, PPL and XPL.

python scripts/draw_contact_sheet.py --out docs/images/contact_sheet.jpg
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from napari_rocks2net.synthetic import FIELD_UM, RECIPES, StagedRegion, ThinSection, draw_slide
from napari_rocks2net.synthetic.optics.light import interference_colours, linear_to_srgb
from napari_rocks2net.synthetic.petrology.recipes import Recipe

CAPTION = 20
GAP = 4
STRIP_NM = 2200
MINERAL_FIELD_UM = 1600.0
SEEDS = {"granite": 2, "diorite": 1, "basalt": 2, "fine gravel": 2, "medium gravel": 1, "aggregate": 2}
"""Seeds of the classes that look best with another than the default."""

MINERALS = {
    "quartz": ("quartzite", 300.0),
    "plagioclase, augite": ("gabbro", 500.0),
    "biotite": ("mica quartzite", 300.0),
    "hornblende": ("amphibolite", 400.0),
    "olivine": ("dunite", 400.0),
    "calcite": ("marble", 400.0),
    "dolomite": ("dolostone", 300.0),
    "chlorite": ("greenschist", 300.0),
    "garnet": ("garnet mica schist", 300.0),
}
"""A mineral to know, and the rock and grain size to show it in."""

Picture = NDArray[np.uint8]


def parsed() -> argparse.Namespace:
    """Return the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/images/contact_sheet.jpg"))
    parser.add_argument("--side", type=int, default=200, help="side of one picture in pixels")
    parser.add_argument("--seed", type=int, default=1, help="seed of the sections")
    parser.add_argument("--property", action="append", choices=list(RECIPES), help="only these properties")
    return parser.parse_args()


def class_photos(property: str, name: str, side: int, seed: int) -> Picture:
    """Return the photos of a section of a class."""
    um_per_pixel = FIELD_UM[property] / (2 * side)
    seed = SEEDS.get(name, seed)
    return stacked(draw_slide(name, property=property, size=2 * side, um_per_pixel=um_per_pixel, seed=seed))


def mineral_photos(name: str, side: int) -> Picture:
    """Return the photos of a rock of a mineral."""
    rock, diameter_um = MINERALS[name]
    recipe = Recipe("rock", rock, (rock,), (diameter_um, diameter_um), overlap=0)
    section = ThinSection.of_recipe(recipe, MINERAL_FIELD_UM / (2 * side), seed=3)
    return stacked(section.region(0, 0, 2 * side, 2 * side))


def stacked(slide: StagedRegion) -> Picture:
    """Return a slide in PPL and, below it, XPL, averaged to half its size."""
    photos = [Image.fromarray(slide.vignetted(photo)) for photo in (slide.ppl(), slide.xpl())]
    return np.vstack([np.asarray(photo.reduce(2)) for photo in photos])


def rows(properties: list[str], side: int, seed: int) -> Iterator[list[tuple[str, Picture]]]:
    """Yield the rows of the sheet, as captions and pictures."""
    for property in properties:
        yield [
            (caption(property, name), class_photos(property, name, side, seed)) for name in RECIPES[property]
        ]
        print(f"Drew {property}", flush=True)
    yield [(name, mineral_photos(name, side)) for name in MINERALS]


def sheet(properties: list[str], side: int, seed: int) -> Image.Image:
    """Return the sheet: a row a property and one of minerals, and the Michel-Lévy chart below."""
    columns = max(len(MINERALS), *(len(RECIPES[property]) for property in properties))
    row_height = 2 * side + CAPTION + GAP
    width, height = columns * (side + GAP) - GAP, (len(properties) + 1) * row_height + 2 * CAPTION
    canvas = Image.new("RGB", (width, height), "white")
    write, font = ImageDraw.Draw(canvas), ImageFont.load_default(size=13)
    for row, pictures in enumerate(rows(properties, side, seed)):
        for column, (text, picture) in enumerate(pictures):
            x, y = column * (side + GAP), row * row_height
            write.text((x + 2, y + 2), text, fill="black", font=font)
            canvas.paste(Image.fromarray(picture), (x, y + CAPTION))
    strip = michel_levy_chart(2 * CAPTION, width)
    canvas.paste(Image.fromarray(strip), (0, height - 2 * CAPTION))
    return canvas


def michel_levy_chart(height: int, width: int) -> Picture:
    """Return the interference colours from no retardation up to that of `STRIP_NM`."""
    retardation = np.round(np.linspace(0, STRIP_NM, width)).astype(int)
    row = np.round(linear_to_srgb(interference_colours()[retardation]) * 255).astype(np.uint8)
    return np.repeat(row[None], height, axis=0)


def caption(property: str, name: str) -> str:
    """Return a class's caption; the first of each property names the field's width too."""
    if name != next(iter(RECIPES[property])):
        return name
    return f"{name} ({FIELD_UM[property] / 1000:.1f} mm)"


if __name__ == "__main__":
    options = parsed()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    sheet(options.property or list(RECIPES), options.side, options.seed).save(
        options.out, quality=84, optimize=True
    )
    print(f"Wrote {options.out}, {options.out.stat().st_size / 1e6:.2f} MB")
