"""Point count file: a CSV with one row a point, and a first line that says what was counted and how.

After that line the table has ``point``, ``y``, ``x`` (pixels along the pixels' edges), ``y_um``, ``x_um``
where the pixel size is known, ``named by ...`` for each observer and ``suggested by ...`` for each model or
map.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from napari_rocks2net.annotation.storage.files import file_named, relative_names
from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.point_counting.counting_area import CountingArea
from napari_rocks2net.point_counting.errors import PointCountError
from napari_rocks2net.point_counting.point_count import PointCount
from napari_rocks2net.point_counting.settings import GridSettings
from napari_rocks2net.untrusted import parse_json, plain_cell, safe_cell, storable
from napari_rocks2net.wording import unreadable

SUFFIX = ".points.csv"
FORMAT = "# napari-rocks2net point count 1"
NAMED_BY, SUGGESTED_BY = "named by ", "suggested by "
LARGEST_FILE = 50_000_000


def write_count(count: PointCount, path: Path) -> Path:
    """Write a count, whole or not at all.

    Parameters
    ----------
    count : PointCount
        What to write.
    path : Path
        Where; an earlier file is replaced.

    Raises
    ------
    PointCountError
        When the disk is full or cannot be written; an earlier file stays as it was.
    """
    try:
        return atomic_write(path, _count_text(count, path.absolute().parent), durable=True)
    except OSError as error:
        raise PointCountError(
            f"{path} cannot be written ({error.strerror or error}): nothing was changed; make "
            "room for it and go on, or begin it elsewhere."
        ) from error


def read_count(path: Path) -> PointCount:
    """Read a count that `write_count` wrote, also after a spreadsheet has saved it again.

    Raises
    ------
    PointCountError
        When it cannot be read or is none.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError("it is larger than 50 MB")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PointCountError(unreadable(path, error)) from error
    except ValueError as error:
        raise PointCountError(f"{path} is no point count ({error}).") from error
    try:
        return _parsed(text, path)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, csv.Error, OverflowError) as error:
        raise PointCountError(
            f"{path} is no point count, or damaged ({error}); choose another file."
        ) from error


def _count_text(count: PointCount, folder: Path) -> str:
    """Return what the file of a count holds; the photo is named relative to its folder."""
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow([FORMAT, json.dumps(_facts(count, folder), ensure_ascii=False)])
    columns = _columns(count)
    table.writerow([safe_cell(name) for name in columns])
    table.writerows([safe_cell(cell) for cell in row] for row in zip(*columns.values(), strict=True))
    return storable(lines.getvalue())


def _columns(count: PointCount) -> dict[str, Sequence[str]]:
    columns: dict[str, Sequence[str]] = {"point": [str(number + 1) for number in range(len(count.positions))]}
    places = {"": count.positions} | ({"_um": count.micrometres} if count.micrometres is not None else {})
    for ending, points in places.items():
        for axis, name in enumerate("yx"):
            columns[name + ending] = [f"{value:.10g}" for value in points[:, axis]]
    columns |= {NAMED_BY + observer: names for observer, names in count.names.items()}
    return columns | {SUGGESTED_BY + source: names for source, names in count.suggestions.items()}


def _facts(count: PointCount, folder: Path) -> dict[str, Any]:
    return {
        "image": count.image,
        "file": "" if count.file is None else relative_names(folder)(count.file),
        "plane": count.plane,
        "size": count.area.size,
        "region": count.area.region,
        "excluded": count.area.excluded,
        "um_per_pixel": count.um_per_pixel,
        "grid": asdict(count.settings),
        "classes": count.classes,
    }


def _parsed(text: str, path: Path) -> PointCount:
    if not text.lstrip('"').startswith(FORMAT):
        raise ValueError("its first line is another one")
    rows = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
    facts = parse_json(next(rows)[1])
    header = [plain_cell(cell) for cell in next(rows)]
    table = [[plain_cell(cell) for cell in row] for row in rows if any(row)]
    columns = {name: tuple(row[place] for row in table) for place, name in enumerate(header)}
    positions = np.array([[_number(cell) for cell in columns[name]] for name in "yx"]).T
    file = facts["file"]
    if not np.isfinite(positions).all():
        raise ValueError("a position is no number")
    scale = facts["um_per_pixel"]
    return PointCount(
        image=str(facts["image"]),
        area=CountingArea.of(facts["size"], facts["region"], facts["excluded"]),
        positions=positions.reshape(-1, 2),
        classes=tuple(str(name) for name in facts["classes"]),
        file=file_named(file, path.absolute().parent) if file else None,
        plane=tuple(int(index) for index in facts["plane"]),
        um_per_pixel=None if scale is None else float(scale),
        settings=GridSettings(**facts["grid"]),
        names=_named(columns, NAMED_BY),
        suggestions=_named(columns, SUGGESTED_BY),
    )


def _named(columns: Mapping[str, tuple[str, ...]], prefix: str) -> dict[str, tuple[str, ...]]:
    return {name[len(prefix) :]: cells for name, cells in columns.items() if name.startswith(prefix)}


def _delimiter(text: str) -> str:
    """Return what separates the cells: what follows the first, however a spreadsheet has saved it."""
    return text.lstrip('"')[len(FORMAT) :].lstrip('"')[:1]


def _number(cell: str) -> float:
    return float(cell.replace(",", "."))


def proposed_path(folder: Path, image: str, plane: Sequence[int] = ()) -> Path:
    """Return where the count of an image is kept in a folder.

    Parameters
    ----------
    folder : Path
        That of the photo or of its collection.
    image : str
        The name of the photo, whose ending goes.
    plane : sequence of int
        Of a stack.
    """
    stem = "".join(letter if letter.isalnum() or letter in " ._-()" else "_" for letter in Path(image).stem)
    place = f" [{', '.join(map(str, plane))}]" if plane else ""
    return folder / f"{stem or 'photo'}{place}{SUFFIX}"
