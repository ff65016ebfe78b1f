"""One row of the training table: an image or a region of it, in words and back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.image import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.region import AnnotatedRegion
from napari_rocks2net.annotation.relative_paths import file_named
from napari_rocks2net.annotation.samples import region_text
from napari_rocks2net.samples import Region
from napari_rocks2net.samples.columns import FACT_PREFIX, OUTLINE_COLUMN, PLANE_COLUMN

Box = tuple[float, float, float, float]
Outline = tuple[tuple[float, float], ...]


class Area(NamedTuple):
    """Where a region is.

    Attributes
    ----------
    box : tuple of float
        y0, x0, y1, x1 in pixels.
    outline : tuple of (float, float)
        Its vertices (y, x) in pixels; empty for an upright rectangle, and where the table does not say.
    """

    box: Box
    outline: Outline = ()

    @classmethod
    def of(cls, region: AnnotatedRegion) -> Area:
        """Return where a region is."""
        return cls(region.area.box, () if region.area.is_upright else region.area.vertices)

    def region(self) -> AnnotatedRegion:
        """Return a new region there."""
        return AnnotatedRegion.new(Region(self.outline) if self.outline else Region.rectangle(*self.box))


@dataclass(frozen=True)
class Row:
    """One row of a training table, its cells understood.

    Attributes
    ----------
    cells : dict of str
        Column -> text.
    key : ImageKey
        The image.
    area : Area or None
        The region; None for the whole image.
    section : str
        The thin section; empty when the row does not say.
    """

    cells: dict[str, str]
    key: ImageKey
    area: Area | None
    section: str

    @classmethod
    def of(cls, cells: dict[str, str], folder: Path, section: str) -> Row:
        """Read a row of a table in a folder; CollectionError when a cell cannot be understood."""
        try:
            plane = tuple(int(index) for index in cells.get(PLANE_COLUMN, "").split(",") if index)
            area = _area(cells.get("region", ""), cells.get(OUTLINE_COLUMN, ""))
        except ValueError as error:
            raise CollectionError(
                f"The row of {cells['file']!r} cannot be read ({error}); correct it."
            ) from error
        key = ImageKey(file_named(cells["file"].replace("\\", "/"), folder), plane)
        return cls(cells, key, area, cells.get(section, ""))

    @property
    def facts(self) -> dict[str, Any]:
        """What else the row says about its region: numbers, true or false, and texts."""
        named = {name: text for name, text in self.cells.items() if name.startswith(FACT_PREFIX) and text}
        return {name.removeprefix(FACT_PREFIX): _value(text) for name, text in named.items()}


def rows_in_words(image: AnnotatedImage, name: str, properties: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the rows of an image and of each of its regions, column -> text.

    Parameters
    ----------
    image : AnnotatedImage
    name : str
        How the table names the file.
    properties : sequence of str
        The columns that hold labels.
    """
    facts = {"file": name, "section": image.section, PLANE_COLUMN: ",".join(map(str, image.plane))}
    yield facts | _labels(image.labels, properties)
    for region in image.regions:
        area = {"region": region_text(region), OUTLINE_COLUMN: _outline_text(Area.of(region).outline)}
        more = {FACT_PREFIX + name: _text(value) for name, value in _facts(region).items()}
        yield facts | _labels(region.labels, properties) | area | more


def extra_columns(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the columns that only some tables need: outlines, planes of stacks, facts about regions."""
    used = dict.fromkeys(name for row in rows for name, text in row.items() if text)
    places = [name for name in (OUTLINE_COLUMN, PLANE_COLUMN) if name in used]
    return [*places, *(name for name in used if name.startswith(FACT_PREFIX))]


def _labels(labels: Mapping[str, str], properties: Sequence[str]) -> dict[str, str]:
    return {property: labels.get(property, "") for property in properties}


def _facts(region: AnnotatedRegion) -> Mapping[str, Any]:
    facts = region.extra.get("properties", {})
    return facts if isinstance(facts, Mapping) else {}


def _area(box: str, outline: str) -> Area | None:
    if not box:
        return None
    numbers = tuple(map(float, box.split(",")))
    if len(numbers) != 4 or numbers[0] >= numbers[2] or numbers[1] >= numbers[3]:
        raise ValueError(f"the region {box!r} is not four numbers y0,x0,y1,x1 with y0 < y1 and x0 < x1")
    return Area((numbers[0], numbers[1], numbers[2], numbers[3]), _outline(outline))


def _outline(text: str) -> Outline:
    corners = [tuple(map(float, corner.split(","))) for corner in text.split(";") if corner.strip()]
    if corners and (len(corners) < 3 or any(len(corner) != 2 for corner in corners)):
        raise ValueError(f"the outline {text!r:.80} is not three or more corners y,x;y,x;y,x")
    return tuple((corner[0], corner[1]) for corner in corners)


def _outline_text(outline: Outline) -> str:
    return ";".join(f"{y},{x}" for y, x in outline)


def _text(value: Any) -> str:
    """Return a fact as a cell shows it; nothing for what is not known."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _value(text: str) -> Any:
    """Return the number, true or false that a cell shows, else its text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    # JSON has no word for infinity, and a collection could not be saved with it.
    return value if isinstance(value, (int, float)) and math.isfinite(value) else text
