"""A collection as the training table, a CSV that `load_samples` reads, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.csv_rows import Area, Row, extra_columns, rows_in_words
from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.exchange import read_rows, write_export
from napari_rocks2net.annotation.image import AnnotatedImage, ImageKey, canonical_file
from napari_rocks2net.annotation.names import may_hold_labels
from napari_rocks2net.annotation.region import AnnotatedRegion
from napari_rocks2net.annotation.relative_paths import relative_names
from napari_rocks2net.samples import RegionError

SECTION_COLUMNS = ("section", "thin_section", "thin section", "sample", "group")
"""What a table may call the thin section."""

Said = dict[Area | None, tuple[dict[str, str], dict[str, Any]]]
"""Area (None for the whole image) -> its labels, and what else is known about it."""


def export_csv(collection: AnnotationCollection, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a collection as a training table, in UTF-8.

    Parameters
    ----------
    collection : AnnotationCollection
        One row for each image and each region.
    path : str or Path
        The table, with the columns ``file`` (relative to it), one per property, ``section``, ``region``
        (the bounding box "y0,x0,y1,x1", empty for the whole image) and, where they are needed,
        ``region_outline`` ("y,x;y,x;..." of what is no upright rectangle), ``stack_plane`` and
        ``feature:...`` for other facts about regions.
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
    name_of = relative_names(path.parent)
    rows = [
        row for image in collection.images for row in rows_in_words(image, name_of(image.file), properties)
    ]
    columns = ["file", *properties, "section", "region", *extra_columns(rows)]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return write_export(path, buffer.getvalue(), overwrite)


def import_csv(
    collection: AnnotationCollection,
    path: str | Path,
    *,
    properties: Sequence[str] | None = None,
    section: str | None = None,
) -> AnnotationCollection:
    """Add the images and labels of a table to a collection.

    Parameters
    ----------
    collection : AnnotationCollection
        Labels of the table replace its labels of the same image; classes it does not know are added.
    path : str or Path
        A table as `export_csv` writes it. An empty label or section says nothing. Files that are missing are
        added as missing.
    properties : sequence of str, optional
        The columns that hold labels; by default those that the collection has vocabularies for, and if there
        are none, every column that has no other meaning.
    section : str, optional
        The column that names the thin section; it may be absent. By default the first of section,
        thin_section, sample and group that is there.

    Returns
    -------
    AnnotationCollection
        Another collection; the one given stays as it is.

    Raises
    ------
    CollectionError
        When the table cannot be read, a column is missing, or a row contradicts another.
    """
    path = canonical_file(path)
    rows = read_rows(path)
    columns = tuple(rows[0]) if rows else ("file",)
    section = section or next((name for name in SECTION_COLUMNS if name in columns), SECTION_COLUMNS[0])
    properties = _properties(collection, columns, properties, section)
    for column in ("file", *properties):
        if column not in columns:
            there = ", ".join(map(repr, columns))
            raise CollectionError(f"{path} has no column {column!r}; its columns are {there}.")
    try:
        read = [Row.of(cells, path.parent, section) for cells in rows]
        return _imported(collection, read, properties)
    except (CollectionError, RegionError) as error:
        raise CollectionError(f"{path}: {error}") from error


def _properties(
    collection: AnnotationCollection, columns: Sequence[str], chosen: Sequence[str] | None, section: str
) -> tuple[str, ...]:
    if chosen is not None:
        return tuple(chosen)
    candidates = [name for name in columns if may_hold_labels(name) and name != section]
    known = [name for name in candidates if name in {v.property for v in collection.vocabularies}]
    return tuple(known or candidates)


def _imported(
    collection: AnnotationCollection, rows: Sequence[Row], properties: Sequence[str]
) -> AnnotationCollection:
    for property in properties:
        collection = collection.with_classes(
            property, (row.cells[property] for row in rows if row.cells[property])
        )
    collection = collection.with_images(row.key for row in rows)
    sections = _sections(rows)
    said = _labels(rows, properties)

    def imported(image: AnnotatedImage) -> AnnotatedImage:
        """Return an image with what the table says about it."""
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


def _labels(rows: Sequence[Row], properties: Sequence[str]) -> dict[ImageKey, Said]:
    """Gather what the table says about each image."""
    said: dict[ImageKey, Said] = {}
    for row in rows:
        labels, facts = said.setdefault(row.key, {}).setdefault(row.area, ({}, {}))
        facts |= row.facts
        for property in properties:
            label = row.cells[property]
            if label and labels.setdefault(property, label) != label:
                raise CollectionError(
                    f"{row.cells['file']} is labelled {labels[property]!r} and {label!r}; "
                    f"it can have one label of {property!r}."
                )
    return said


def _with_labels(image: AnnotatedImage, said: Said) -> AnnotatedImage:
    labels, _ = said.get(None, ({}, {}))
    origins = {name: "person" if name in labels else origin for name, origin in image.origins.items()}
    return replace(
        image, labels=dict(image.labels) | labels, origins=origins, regions=_with_said(image.regions, said)
    )


def _with_said(regions: Sequence[AnnotatedRegion], said: Said) -> tuple[AnnotatedRegion, ...]:
    """Label the regions that are there, found by their outline or else their box, and add the others."""
    found: dict[str, AnnotatedRegion] = {region.id: region for region in regions}
    id_of: dict[object, str] = {region.area.box: region.id for region in regions}
    id_of |= {(region.area.box, region.area.vertices): region.id for region in regions}
    for area, (labels, facts) in said.items():
        if area is not None:
            known = id_of.get(tuple(area) if area.outline else area.box)
            region = found[known] if known else area.region()
            found[region.id] = _with_facts(replace(region, labels=dict(region.labels) | labels), facts)
    return tuple(found.values())


def _with_facts(region: AnnotatedRegion, facts: Mapping[str, Any]) -> AnnotatedRegion:
    if not facts:
        return region
    known = region.extra.get("properties", {})
    return replace(region, extra=dict(region.extra) | {"properties": dict(known) | dict(facts)})
