"""Map text: a map in a sentence, its legend, and one of its cells."""

from __future__ import annotations

from html import escape

import numpy as np

from napari_rocks2net.class_colours import class_colours
from napari_rocks2net.slides.slide_map import CellState, PropertyMap, SlideMap
from napari_rocks2net.wording import count_of, percent

MOST_CLASSES = 12


def legend_html(property_map: PropertyMap) -> str:
    """Return the classes of a map with their colours and shares of the answered area, the largest first."""
    classes = property_map.rock_property.classes
    colours = class_colours(classes)
    counts = np.bincount(property_map.classes().ravel(), minlength=len(classes) + 1)[1:]
    order = [index for index in np.argsort(-counts, kind="stable").tolist() if counts[index]]
    entries = (
        f'<span style="color: {colours[classes[index]]}">■</span> {escape(classes[index])}'
        f" {percent(counts[index] / counts.sum())}"
        for index in order
    )
    return f"{escape(property_map.rock_property.name)}: {', '.join(entries)}" if order else ""


def cell_text(result: SlideMap, property: str, row: int, column: int) -> str:
    """Return the place of a cell and its prediction, the most probable classes first.

    Parameters
    ----------
    result : SlideMap
        The map.
    property : str
        One of its properties.
    row, column : int
        Of the cell.
    """
    each = result[property]
    y0, x0, y1, x1 = result.grid.window(row, column)
    place = f"Cell {row}, {column}: rows {y0:,} to {y1:,}, columns {x0:,} to {x1:,}."
    if not each.answered[row, column]:
        return f"{place} It has no answer."
    pairs = zip(each.rock_property.classes, each.probabilities[row, column].tolist(), strict=True)
    best = sorted(pairs, key=lambda pair: -pair[1])[:MOST_CLASSES]
    way = " By maps of the slide; its critical area is a rough place." if result.dense[row, column] else ""
    return f"{place} {property}: {', '.join(f'{name} {percent(value)}' for name, value in best)}.{way}"


def map_sentence(result: SlideMap) -> str:
    """Return one line about a map that is done: cells, and those that are empty."""
    counts = {
        "left out as no rock": result.count(CellState.BACKGROUND),
        "that cannot be read": result.count(CellState.UNREADABLE),
    }
    text = f"Mapped {count_of(result.count(CellState.ANSWERED), 'cell')}"
    background = result.answered_background()
    doubt = f" {background} of them are mostly glass or dark: see Leave out." if background else ""
    ways = result.answered_by_way()
    by_way = f" {ways['dense']} by maps of the slide, {ways['exact']} by themselves." if ways["dense"] else ""
    return "".join(
        [text, *(f", {count} {state}" for state, count in counts.items() if count), ".", by_way, doubt]
    )
