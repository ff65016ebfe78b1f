"""Samples of a collection: its labelled images and regions as training takes them."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.field_regions import regions_shown
from napari_rocks2net.annotation.image import ACCEPTED, AnnotatedImage, ImageKey
from napari_rocks2net.annotation.storage.collection_file import read_collection
from napari_rocks2net.atomic_write import atomic_write_png
from napari_rocks2net.imaging import read_plane
from napari_rocks2net.samples import Region, SampleRow
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.samples import SampleTable

logger = logging.getLogger(__name__)


def collection_samples(
    collection: AnnotationCollection, property: str, planes_folder: str | Path
) -> SampleTable:
    """Return the labelled images and regions of a collection as samples to train on.

    Parameters
    ----------
    collection : AnnotationCollection
        Images whose file is missing are left out, and their number is logged.
    property : str
        The property to train.
    planes_folder : str or Path
        Where labelled planes of stacks are written as PNG, since a sample is a file; made when needed.

    Returns
    -------
    SampleTable
        One row for each labelled image and each labelled region (its bounding box), grouped by thin section.

    Raises
    ------
    CollectionError
        When the collection has no such property.
    SampleError
        When nothing is labelled, or one area has two labels.
    ImageError
        When a plane of a stack cannot be read.
    """
    from napari_rocks2net.samples.rows_of_fields import table_of_rows

    collection.vocabulary(property)
    labelled = [image for image in collection.images if next(image.all_labels(property), None) is not None]
    readable = [image for image in labelled if not image.missing]
    if len(readable) < len(labelled):
        missing = next(image.file for image in labelled if image.missing)
        logger.warning(
            "%d of %d labelled images are missing and left out, the first is %s.",
            len(labelled) - len(readable),
            len(labelled),
            missing,
        )
    if accepted := sum(image.origins.get(property) == ACCEPTED for image in readable):
        logger.warning(
            "%d of %d labels were accepted from a model: measured on them, a model seems better than it is.",
            accepted,
            len(readable),
        )
    rows = [row for image in readable for row in _rows(image, property, Path(planes_folder))]
    return table_of_rows(rows, [property])


def images_by_sample_file(collection: AnnotationCollection, planes_folder: str | Path) -> dict[str, ImageKey]:
    """Return the images of a collection by the files that `collection_samples` makes of them.

    Parameters
    ----------
    collection : AnnotationCollection
        The one that the samples are of.
    planes_folder : str or Path
        As it was given there.
    """
    return {_sample_file(image, Path(planes_folder)): image.key for image in collection.images}


@dataclass(frozen=True)
class CollectionSource:
    """Collection file that the Annotate widget keeps."""

    path: Path
    """The file."""
    property: str
    """A property of one of its vocabularies."""

    def load(self, images: Path) -> SampleTable:
        """Read the samples; see `napari_rocks2net.samples.SampleSource.load`."""
        return collection_samples(read_collection(self.path), self.property, images)


def image_row(image: AnnotatedImage, file: str) -> SampleRow:
    """Return the row of a whole image in a sample table.

    Parameters
    ----------
    image : AnnotatedImage
        The image.
    file : str
        What the table calls its file.
    """
    return SampleRow(
        file,
        image.section,
        image.labels,
        plane=image.plane,
        field=image.field,
        light=image.light,
        angle=image.angle,
        pixel_size_um=image.pixel_size_um,
        affine=image.affine,
    )


def _rows(image: AnnotatedImage, property: str, planes_folder: Path) -> list[SampleRow]:
    file = _sample_file(image, planes_folder)
    if image.plane:
        atomic_write_png(Path(file), read_plane(image.file, image.plane))
    areas: list[tuple[str | None, Region | None, str]] = [(image.labels.get(property), None, "")]
    regions = [region for region in image.regions if property in region.labels]
    shown = regions_shown(replace(image, regions=tuple(regions)))
    areas += [(region.labels[property], region.area, f" {region.id}") for region in shown]
    if beside := len(regions) - len(shown):
        logger.warning("%s does not show %s of its field.", image.file, count_of(beside, "region"))
    whole = image_row(image, file)
    # A region of a field is a sample of its own, of the crops of all views.
    field = f"{image.section}/{image.field}" if image.field else ""
    return [
        replace(whole, field=field and field + region, region=area, labels={property: label})
        for label, area, region in areas
        if label is not None
    ]


def _sample_file(image: AnnotatedImage, planes_folder: Path) -> str:
    """Return the file of an image as a sample: a plane of a stack gets a picture of its own."""
    if not image.plane:
        return str(image.file)
    # Stacks of one name may lie in several folders.
    folder_hash = hashlib.sha256(str(image.file).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    name = "_".join([image.file.stem, folder_hash, *map(str, image.plane)])
    return str(planes_folder.absolute() / f"{name}.png")
