"""CSV export and import of a collection: the sample table that `load_samples` reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from napari_rocks2net.annotation.annotated_region import AnnotatedRegion
from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.consistency import sections_of_files
from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.field_regions import regions_shown
from napari_rocks2net.annotation.image import PERSON, AnnotatedImage, ImageKey, canonical_file
from napari_rocks2net.annotation.image_bounds import ImageBounds, ImportRemarks
from napari_rocks2net.annotation.region_edits import with_shared_regions
from napari_rocks2net.annotation.samples import image_row
from napari_rocks2net.annotation.storage.files import file_named, relative_names, write_export
from napari_rocks2net.samples import Region, SampleError, SampleRow, csv_text, read_csv_table
from napari_rocks2net.samples.columns import find_column, likely_section_column, property_columns

Labels = dict[Region | None, tuple[dict[str, str], dict[str, Any], list[str]]]
"""Area (None for the whole image) -> its labels, what else is known about it, and its ids."""


def export_csv(collection: AnnotationCollection, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a collection as a sample table, in UTF-8.

    Parameters
    ----------
    collection : AnnotationCollection
        One row for each image and each region.
    path : str or Path
        The table; its files are named relative to it. For the columns see
        `napari_rocks2net.samples.csv_files.table`.
    overwrite : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Path
        The table's absolute path.

    Raises
    ------
    CollectionExistsError
        When there is a file and `overwrite` is not set.
    CollectionError
        When it cannot be written.
    """
    path = canonical_file(path)
    name_of = relative_names(path.parent)
    rows: list[SampleRow] = []
    for image in collection.images:
        whole = image_row(image, name_of(image.file))
        rows.append(whole)
        rows += [
            replace(
                whole,
                labels=region.labels,
                region=region.area,
                facts=region.facts,
                region_id=region.id if image.field else "",
            )
            for region in regions_shown(image)
        ]
    properties = [vocabulary.property for vocabulary in collection.vocabularies]
    return write_export(path, csv_text(rows, properties), overwrite)


def import_csv(
    collection: AnnotationCollection,
    path: str | Path,
    *,
    properties: Sequence[str] | None = None,
    section: str | None = None,
) -> AnnotationCollection:
    """Add the images and labels of a table to a collection.

    A region that lies beside its image is left out, and one that lies on it in part is cut at its border:
    `table_remarks` says how many.

    Parameters
    ----------
    collection : AnnotationCollection
        Labels of the table replace its labels of the same image; classes it does not know are added.
    path : str or Path
        A table as `export_csv` or another program writes it. An empty label or section says nothing. Files
        that are missing are added as missing.
    properties : sequence of str, optional
        The columns that hold labels; by default those that the collection has vocabularies for, and if there
        are none, every column that has no other meaning.
    section : str, optional
        The column that names the thin section; it may be absent. By default the first of
        `napari_rocks2net.samples.columns.SECTION_NAMES` that is there.

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
    try:
        table = read_csv_table(path)
        section = find_column(table.columns, section) if section else likely_section_column(table.columns)
        if properties is None:
            candidates = property_columns(table.columns, section)
            existing = {vocabulary.property for vocabulary in collection.vocabularies}
            properties = tuple(name for name in candidates if name in existing) or candidates
        rows = table.rows(properties, section)
    except SampleError as error:
        raise CollectionError(str(error)) from error
    try:
        return _imported(collection, _on_images(rows, path.parent), properties)
    except CollectionError as error:
        raise CollectionError(f"{path}: {error}") from error


def table_remarks(path: str | Path) -> ImportRemarks:
    """Count the regions of a table that `import_csv` leaves out, and those that it cuts.

    Parameters
    ----------
    path : str or Path
        The table.

    Returns
    -------
    ImportRemarks
        Zero everywhere where all is read as it is, or the table cannot be read, which is for the import to
        say.
    """
    path = canonical_file(path)
    try:
        rows = read_csv_table(path).rows([])
    except SampleError:
        return ImportRemarks()
    return ImageBounds().remarks((row.region, _key(row, path.parent)) for row in rows if row.region)


def _key(row: SampleRow, folder: Path) -> ImageKey:
    return ImageKey(file_named(row.file, folder), row.plane)


def _on_images(rows: Sequence[SampleRow], folder: Path) -> list[tuple[ImageKey, SampleRow]]:
    """Return rows with their images, regions cut at the borders of these, no labels where none is left."""
    bounds, placed = ImageBounds(), []
    for row in rows:
        key = _key(row, folder)
        if row.region is not None:
            area = bounds.part_inside(row.region, key)
            row = replace(row, region=area) if area else replace(row, region=None, labels={}, facts={})
        placed.append((key, row))
    return placed


def _imported(
    collection: AnnotationCollection, rows: Sequence[tuple[ImageKey, SampleRow]], properties: Sequence[str]
) -> AnnotationCollection:
    if not rows:
        return collection
    for property in properties:
        classes = (row.labels[property] for _, row in rows if property in row.labels)
        collection = collection.with_classes(property, classes)
    collection = collection.with_images(key for key, _ in rows)
    sections, labels = _sections(rows), _labels(rows)
    views = {key: row for key, row in rows if row.light}
    sizes = {key: row.pixel_size_um for key, row in rows if row.pixel_size_um is not None}

    def imported(image: AnnotatedImage) -> AnnotatedImage:
        """Return an image with its section, view and labels of the table."""
        if image.file in sections:
            image = replace(image, section=sections[image.file], section_by_person=True)
        image = replace(image, pixel_size_um=sizes.get(image.key, image.pixel_size_um))
        if row := views.get(image.key):
            image = replace(image, field=row.field or image.field, light=row.light, angle=row.angle)
            image = replace(image, affine=row.affine or image.affine)
        return _labelled(image, labels[image.key]) if image.key in labels else image

    imported_images = tuple(map(imported, collection.images))
    return with_shared_regions(replace(collection, images=imported_images))


def _sections(rows: Sequence[tuple[ImageKey, SampleRow]]) -> dict[Path, str]:
    return sections_of_files((key.file, row.section) for key, row in rows if row.section)


def _labels(rows: Sequence[tuple[ImageKey, SampleRow]]) -> dict[ImageKey, Labels]:
    """Return the labels of the table by image."""
    gathered: dict[ImageKey, Labels] = {}
    for key, row in rows:
        labels, facts, ids = gathered.setdefault(key, {}).setdefault(row.region, ({}, {}, []))
        facts |= row.facts
        ids += filter(None, [row.region_id])
        for property, label in row.labels.items():
            if labels.setdefault(property, label) != label:
                raise CollectionError(
                    f"{row.file} is labelled {labels[property]!r} and {label!r}; "
                    f"it can have one label of {property!r}."
                )
    return gathered


def _labelled(image: AnnotatedImage, gathered: Labels) -> AnnotatedImage:
    """Label an image and its regions, known by their outline or else their box, and add the others."""
    whole, *_ = gathered.get(None, ({}, {}, []))
    origins = {name: PERSON if name in whole else origin for name, origin in image.origins.items()}
    by_id = {region.id: region for region in image.regions}
    id_of: dict[object, str] = {region.area.box: region.id for region in image.regions}
    id_of |= {region.area.vertices: region.id for region in image.regions}
    for area, (labels, facts, named) in gathered.items():
        if area is not None:
            region_id = id_of.get(area.box if area.is_upright else area.vertices)
            region = by_id[region_id] if region_id else _named_region(area, named, by_id)
            by_id[region.id] = replace(region, labels=dict(region.labels) | labels).with_facts(facts)
    labels_of_image = dict(image.labels) | whole
    return replace(image, labels=labels_of_image, origins=origins, regions=tuple(by_id.values()))


def _named_region(
    area: Region, named: Sequence[str], by_id: Mapping[str, AnnotatedRegion]
) -> AnnotatedRegion:
    """Return a region of a table: the one of its id in its place, else a new one."""
    area = replace(area, plane=())
    if not named:
        return AnnotatedRegion.new(area)
    return replace(by_id[named[0]], area=area) if named[0] in by_id else AnnotatedRegion(named[0], area)
