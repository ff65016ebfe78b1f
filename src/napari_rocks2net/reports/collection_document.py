"""Report of an annotated collection: images, thin sections, labels, warnings, photos of every class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from napari_rocks2net.annotation import AnnotatedImage, AnnotationCollection, CollectionError, Vocabulary
from napari_rocks2net.annotation.field_lines import one_line_a_field
from napari_rocks2net.annotation.storage.collection_file import read_collection
from napari_rocks2net.reports.document import Report, ReportSection
from napari_rocks2net.reports.errors import ReportError
from napari_rocks2net.reports.pictures import thumbnails
from napari_rocks2net.reports.settings import ReportSettings
from napari_rocks2net.samples.columns import ANGLE, CLASS, FIELD, FILE, LIGHT, PIXEL_SIZE, PLANE, SECTION
from napari_rocks2net.wording import count_of

MOST_SIZES = 5


def collection_report(path: str | Path, settings: ReportSettings) -> Report:
    """Return the report of a collection.

    Parameters
    ----------
    path : str or Path
        Its file.
    settings : ReportSettings
        How many photos it shows, shared by the classes.

    Raises
    ------
    ReportError
        When it cannot be read, or holds no image.
    """
    path = Path(path).expanduser().absolute()
    try:
        collection = read_collection(path)
    except CollectionError as error:
        raise ReportError(str(error)) from error
    if not len(collection):
        raise ReportError(f"{path} holds no image yet: add some first.")
    sections = [_property_section(collection, each, settings) for each in collection.vocabularies]
    return Report(
        f"Collection {path.name}", (_overview(path, collection), *sections), {"images": _images(collection)}
    )


def _overview(path: Path, collection: AnnotationCollection) -> ReportSection:
    missing = sum(image.missing for image in collection.images)
    sections = {image.section for image in collection.images if image.section}
    facts = {
        "File": str(path),
        "Images": f"{len(collection)}{f', of which {missing} are missing' if missing else ''}",
        **_fields(collection),
        "Thin sections": str(len(sections)),
        "Properties": ", ".join(each.property for each in collection.vocabularies) or "none yet",
        "Scale": _scale(collection),
    }
    return ReportSection("What this is", facts=facts)


def _fields(collection: AnnotationCollection) -> dict[str, str]:
    """Say how many fields have several views, and in which lights; nothing where none has."""
    fields = [views for _, views in collection.lines if len(views) > 1]
    if not fields:
        return {}
    lights = sorted({view.light for views in fields for view in views if view.light})
    return {"Fields": f"{len(fields)} of several views, in {' and '.join(lights)}"}


def _scale(collection: AnnotationCollection) -> str:
    """Say how many images have a scale, and which."""
    sizes = [image.pixel_size_um for image in collection.images if image.pixel_size_um is not None]
    if not sizes:
        return "of no image"
    different = sorted({f"{size:.4g}" for size in sizes}, key=float)
    return f"of {len(sizes)} images: {', '.join(different[:MOST_SIZES])} µm a pixel"


def _property_section(
    collection: AnnotationCollection, vocabulary: Vocabulary, settings: ReportSettings
) -> ReportSection:
    name = vocabulary.property
    counts = collection.class_counts(name)
    rows = [(each, *counts[each]) for each in vocabulary.classes]
    table = pd.DataFrame(rows, columns=[CLASS, "samples", "sections"])
    labelled = int(table["samples"].sum())
    pictures, unreadable = thumbnails(_examples(collection, vocabulary, settings), settings)
    sentences = [f"{count_of(labelled, 'label')}, classes: {len(vocabulary.classes)}."]
    sentences += collection.warnings(name)
    if unreadable:
        sentences.append(f"{count_of(unreadable, 'photo')} cannot be read and not be shown.")
    return ReportSection(name, tuple(sentences), tables={f"classes of {name}": table}, pictures=pictures)


def _examples(
    collection: AnnotationCollection, vocabulary: Vocabulary, settings: ReportSettings
) -> Iterator[tuple[str, None, tuple[int, ...], str]]:
    """Yield photos of every class, as many of each, of as many thin sections as there are.

    The views of a field stand side by side.
    """
    name = vocabulary.property
    most = max(1, settings.pictures // max(len(vocabulary.classes), 1))
    for each in vocabulary.classes:
        images = [image for image in collection.images if image.labels.get(name) == each]
        for image in _sections_in_turn(images)[:most]:
            parts = (each, image.name, image.light, _angle(image), image.section)
            yield str(image.file), None, image.plane, " · ".join(filter(None, parts))


def _angle(image: AnnotatedImage) -> str:
    return "" if image.angle is None else f"{image.angle:g}°"


def _sections_in_turn(images: Sequence[AnnotatedImage]) -> list[AnnotatedImage]:
    """Return images in an order in which no section comes twice before every other has come once."""
    turns: Counter[str] = Counter()
    lines = one_line_a_field(images)
    order = []
    for first, _ in lines:
        order.append(turns[first.section])
        turns[first.section] += 1
    in_turn = sorted(range(len(lines)), key=order.__getitem__)
    return [view for at in in_turn for view in lines[at][1]]


def _images(collection: AnnotationCollection) -> pd.DataFrame:
    names = [each.property for each in collection.vocabularies]
    rows: list[dict[str, Any]] = [
        {
            FILE: str(image.file),
            PLANE: ",".join(map(str, image.plane)),
            SECTION: image.section or "",
            FIELD: image.field,
            LIGHT: image.light,
            ANGLE: image.angle,
            **{name: image.labels.get(name, "") for name in names},
            "regions": len(image.regions),
            PIXEL_SIZE: image.pixel_size_um,
        }
        for image in collection.images
    ]
    return pd.DataFrame(rows)
