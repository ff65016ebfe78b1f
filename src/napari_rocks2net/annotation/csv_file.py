"""A collection as the training table, a CSV that `load_samples` reads, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from napari_rocks2net.annotation.collection import Collection
from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.exchange import read_rows, write_export
from napari_rocks2net.annotation.image import AnnotatedImage, ImageKey, canonical_file
from napari_rocks2net.annotation.names import PLANE_COLUMN, RESERVED_COLUMNS
from napari_rocks2net.annotation.region import Region
from napari_rocks2net.annotation.relative_paths import file_named, relative_name
from napari_rocks2net.annotation.samples import region_text

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Row:
    """One row of a training table, its cells understood.

    Attributes
    ----------
    cells : dict of str
        Column -> text.
    key : ImageKey
        The image.
    box : tuple of float or None
        The region (y0, x0, y1, x1) in pixels; None for the whole image.
    section : str
        The thin section; empty when the row does not say.
    """

    cells: dict[str, str]
    key: ImageKey
    box: Box | None
    section: str

    @classmethod
    def of(cls, cells: dict[str, str], folder: Path, section: str) -> Row:
        """Read a row of a table in a folder; CollectionError when a cell cannot be understood."""
        try:
            plane = tuple(int(index) for index in cells.get(PLANE_COLUMN, "").split(",") if index)
            box = _box(cells.get("region", ""))
        except ValueError as error:
            raise CollectionError(
                f"The row of {cells['file']!r} cannot be read ({error}); correct it."
            ) from error
        key = ImageKey(file_named(cells["file"].replace("\\", "/"), folder), plane)
        return cls(cells, key, box, cells.get(section, ""))


def _box(text: str) -> Box | None:
    if not text:
        return None
    numbers = tuple(map(float, text.split(",")))
    if len(numbers) != 4 or numbers[0] >= numbers[2] or numbers[1] >= numbers[3]:
        raise ValueError(f"the region {text!r} is not four numbers y0,x0,y1,x1 with y0 < y1 and x0 < x1")
    return numbers[0], numbers[1], numbers[2], numbers[3]


def export_csv(collection: Collection, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a collection as a training table, in UTF-8.

    Parameters
    ----------
    collection : Collection
        One row for each image and each region.
    path : str or Path
        The table, with the columns ``file`` (relative to it), one per property, ``section``, ``region``
        (the bounding box "y0,x0,y1,x1", empty for the whole image) and, where there are stacks,
        ``stack_plane``.
    overwrite : bool
        Whether a file that is there may be replaced.

    Raises
    ------
    CollectionExistsError
        When there is a file and `overwrite` is not set.
    CollectionError
        When it cannot be written.
    """
    path = canonical_file(path)
    properties = [vocabulary.property for vocabulary in collection.vocabularies]
    stacks = any(image.plane for image in collection.images)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["file", *properties, "section", "region", *([PLANE_COLUMN] if stacks else [])])
    for image in collection.images:
        writer.writerows(_rows(image, relative_name(image.file, path.parent), properties, stacks))
    return write_export(path, buffer.getvalue(), overwrite)


def import_csv(
    collection: Collection,
    path: str | Path,
    *,
    properties: Sequence[str] | None = None,
    section: str = "section",
) -> Collection:
    """Add the images and labels of a table to a collection.

    Parameters
    ----------
    collection : Collection
        Labels of the table replace its labels of the same image; classes it does not know are added.
    path : str or Path
        A table as `export_csv` writes it. An empty label or section says nothing. Files that are missing are
        added as missing.
    properties : sequence of str, optional
        The columns that hold labels; by default those that the collection has vocabularies for, and if there
        are none, every column that has no other meaning.
    section : str
        The column that names the thin section; it may be absent.

    Returns
    -------
    Collection
        Another collection; the one given stays as it is.

    Raises
    ------
    CollectionError
        When the table cannot be read, a column is missing, or a row contradicts another.
    """
    path = canonical_file(path)
    rows = read_rows(path)
    columns = tuple(rows[0]) if rows else ("file",)
    properties = _properties(collection, columns, properties, section)
    for column in ("file", *properties):
        if column not in columns:
            there = ", ".join(map(repr, columns))
            raise CollectionError(f"{path} has no column {column!r}; its columns are {there}.")
    try:
        read = [Row.of(cells, path.parent, section) for cells in rows]
        return _imported(collection, read, properties)
    except CollectionError as error:
        raise CollectionError(f"{path}: {error}") from error


def _rows(image: AnnotatedImage, name: str, properties: Sequence[str], stacks: bool) -> Iterator[list[str]]:
    plane = [",".join(map(str, image.plane))] if stacks else []
    areas = [(image.labels, ""), *((region.labels, region_text(region)) for region in image.regions)]
    for labels, area in areas:
        yield [name, *(labels.get(property, "") for property in properties), image.section, area, *plane]


def _properties(
    collection: Collection, columns: Sequence[str], chosen: Sequence[str] | None, section: str
) -> tuple[str, ...]:
    if chosen is not None:
        return tuple(chosen)
    candidates = [name for name in columns if name and name not in {*RESERVED_COLUMNS, section}]
    known = [name for name in candidates if name in {v.property for v in collection.vocabularies}]
    return tuple(known or candidates)


def _imported(collection: Collection, rows: Sequence[Row], properties: Sequence[str]) -> Collection:
    for property in properties:
        collection = collection.with_classes(
            property, (row.cells[property] for row in rows if row.cells[property])
        )
    collection = collection.with_images(row.key for row in rows)
    sections = _sections(rows)
    said = _labels(rows, properties)

    def imported(image: AnnotatedImage) -> AnnotatedImage:
        if image.file in sections:
            image = replace(image, section=sections[image.file], section_by_person=True)
        return _with_labels(image, said[image.key]) if image.key in said else image

    return replace(collection, images=tuple(map(imported, collection.images)))


def _sections(rows: Sequence[Row]) -> dict[Path, str]:
    sections: dict[Path, str] = {}
    for row in rows:
        if row.section and sections.setdefault(row.key.file, row.section) != row.section:
            raise CollectionError(
                f"{row.cells['file']} is in the thin sections {sections[row.key.file]!r} and {row.section!r}"
                "; one image belongs to one thin section."
            )
    return sections


def _labels(
    rows: Sequence[Row], properties: Sequence[str]
) -> dict[ImageKey, dict[Box | None, dict[str, str]]]:
    """Gather what the table says: image -> area (None for all of it) -> property -> class."""
    said: dict[ImageKey, dict[Box | None, dict[str, str]]] = {}
    for row in rows:
        labels = said.setdefault(row.key, {}).setdefault(row.box, {})
        for property in properties:
            label = row.cells[property]
            if label and labels.setdefault(property, label) != label:
                raise CollectionError(
                    f"{row.cells['file']} is labelled {labels[property]!r} and {label!r}; "
                    f"it can have one label of {property!r}."
                )
    return said


def _with_labels(image: AnnotatedImage, said: dict[Box | None, dict[str, str]]) -> AnnotatedImage:
    labels = said.get(None, {})
    origins = {name: "person" if name in labels else origin for name, origin in image.origins.items()}
    regions = {region.box: region for region in image.regions}
    for box, region_labels in said.items():
        if box is not None:
            region = regions.get(box) or Region.rectangle(*box)
            regions[box] = replace(region, labels=dict(region.labels) | region_labels)
    return replace(
        image, labels=dict(image.labels) | labels, origins=origins, regions=tuple(regions.values())
    )
