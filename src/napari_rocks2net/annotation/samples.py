"""What training takes from a collection."""

from __future__ import annotations

import hashlib
import io
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.image import AnnotatedImage
from napari_rocks2net.annotation.region import AnnotatedRegion
from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.imaging import read_plane

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
    import pandas as pd

    from napari_rocks2net.samples import table_from_rows

    collection.vocabulary(property)
    labelled = [image for image in collection.images if next(image.all_labels(property), None) is not None]
    there = [image for image in labelled if not image.missing]
    if len(there) < len(labelled):
        missing = next(image.file for image in labelled if image.missing)
        logger.warning(
            "%d of %d labelled images are missing and left out, the first is %s.",
            len(labelled) - len(there),
            len(labelled),
            missing,
        )
    rows = [row for image in there for row in _rows(image, property, Path(planes_folder))]
    columns = ["file", "label", "group", "region"]
    return table_from_rows(pd.DataFrame(rows, columns=columns, dtype=str), property)


def region_text(region: AnnotatedRegion) -> str:
    """Return the bounding box of a region as a sample table writes it: "y0,x0,y1,x1"."""
    return ",".join(map(str, region.area.box))


def _rows(image: AnnotatedImage, property: str, planes_folder: Path) -> list[dict[str, str]]:
    file = str(_plane_file(image, planes_folder) if image.plane else image.file)
    areas = [(image.labels.get(property), "")]
    areas += [(region.labels.get(property), region_text(region)) for region in image.regions]
    return [
        {"file": file, "label": label, "group": image.section, "region": area}
        for label, area in areas
        if label is not None
    ]


def _plane_file(image: AnnotatedImage, folder: Path) -> Path:
    """Write a plane of a stack as a picture of its own."""
    from PIL import Image

    # Stacks of one name may lie in several folders.
    folder_hash = hashlib.sha256(str(image.file).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    name = "_".join([image.file.stem, folder_hash, *map(str, image.plane)])
    buffer = io.BytesIO()
    Image.fromarray(read_plane(image.file, image.plane)).save(buffer, format="PNG")
    return atomic_write(folder.absolute() / f"{name}.png", buffer.getvalue())
