"""Files of crystals: from an SEM image to its label image, table and overlay."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import tifffile

from napari_rocks2net.atomic_write import atomic_write, atomic_write_png
from napari_rocks2net.crystals.classification.classes import class_colours, class_percentages
from napari_rocks2net.crystals.classification.classifier import CrystalClassifier
from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.measuring.columns import AREA, UNIT
from napari_rocks2net.crystals.measuring.morphology import measure_crystals
from napari_rocks2net.crystals.output_names import CrystalFiles
from napari_rocks2net.crystals.overlay import draw_outlines, with_legend
from napari_rocks2net.crystals.sam.segmenter import SamSegmenter
from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.crystals.segmentation.segmenting import segment_crystals
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.imaging import OUTPUT_SOFTWARE, is_tiff, read_image, read_intensities
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.pixel_scale.pixel_size import PixelSize
from napari_rocks2net.pixel_scale.pixel_size_files import read_pixel_size
from napari_rocks2net.samples.columns import CLASS, CRYSTAL, FILE
from napari_rocks2net.untrusted import csv_of

if TYPE_CHECKING:
    import pandas as pd

MICROMETRES_IN_A_CENTIMETRE = 1e4


@dataclass(frozen=True)
class CrystalsOfImage:
    """The crystals of one image."""

    image: npt.NDArray[Any]
    """(Y, X) or (Y, X, 3) as read."""
    labels: npt.NDArray[np.int32]
    """(Y, X) int32, see `segment_crystals`."""
    table: pd.DataFrame
    """See `measure_crystals`; with the columns of `CrystalClassifier.classify` where there are `classes`."""
    pixel_size: PixelSize | None
    """None where nobody says so; the table is in pixels then."""
    classes: tuple[str, ...] = ()
    """The classes that a model could name; empty where no model was asked."""


def find_crystals(
    path: Path,
    settings: SegmentationSettings | SamSettings | None = None,
    pixel_size: PixelSize | None = None,
    on_progress: OnProgress | None = None,
    *,
    segmenter: SamSegmenter | None = None,
    classifier: CrystalClassifier | None = None,
) -> CrystalsOfImage:
    """Read an SEM image, segment its crystals, measure them and, with a model, classify them.

    Parameters
    ----------
    path : pathlib.Path
        The image.
    settings : SegmentationSettings or SamSettings, optional
        Of the built-in segmentation, or of the segmenter; the defaults when left out.
    pixel_size : PixelSize, optional
        Instead of what the file says, see `read_pixel_size`.
    on_progress : callable, optional
        See `segment_crystals`.
    segmenter : SamSegmenter, optional
        Instead of the built-in segmentation.
    classifier : CrystalClassifier, optional
        Names the crystals.

    Returns
    -------
    CrystalsOfImage
        Image, labels and table; nothing is written.

    Raises
    ------
    ImageError
        When the file is no image.
    CrystalError
        When the image is too small, or the settings do not fit it or the segmenter.
    """
    # A grey TIFF keeps its own values, such as 16 bits, for the intensities.
    image = read_intensities(path) if path.is_file() and is_tiff(path) else read_image(path)
    pixel_size = pixel_size or read_pixel_size(path)
    micrometres = None if pixel_size is None else pixel_size.micrometres
    labels = _segmented(image, settings, micrometres, on_progress, segmenter)
    unit = "pixel" if micrometres is None else "µm"
    table = measure_crystals(labels, image, micrometres or 1.0, unit)
    if classifier is None:
        return CrystalsOfImage(image, labels, table, pixel_size)
    named = table.join(classifier.classify(image, labels), on=CRYSTAL)
    named.attrs = table.attrs
    return CrystalsOfImage(image, labels, named, pixel_size, classifier.classes)


def _segmented(
    image: npt.NDArray[Any],
    settings: SegmentationSettings | SamSettings | None,
    micrometres: float | None,
    on_progress: OnProgress | None,
    segmenter: SamSegmenter | None,
) -> npt.NDArray[np.int32]:
    if segmenter is None and not isinstance(settings, SamSettings):
        return segment_crystals(image, settings, micrometres, on_progress)
    if segmenter is None or isinstance(settings, SegmentationSettings):
        raise CrystalError(
            f"The settings are {type(settings).__name__}: pass SamSettings with a SamSegmenter, and "
            "SegmentationSettings without."
        )
    return segmenter.segment(segmenter.embed(image, settings=settings), settings, on_progress)


def write_crystals(crystals: CrystalsOfImage, files: CrystalFiles, name: str) -> None:
    """Write labels, table, overlay and class percentages, each file whole or not at all.

    Existing files are replaced; percentages of an earlier model go where there is no model now. The overlay
    comes last, so that an image with labels, table and overlay is finished.

    Parameters
    ----------
    crystals : CrystalsOfImage
        From `find_crystals`.
    files : CrystalFiles
        Where to; missing folders are made.
    name : str
        What the column ``file`` says, the same in every row.
    """
    atomic_write(files.labels, _tiff_of(crystals.labels, crystals.pixel_size))
    table = crystals.table.copy()
    table.insert(0, FILE, name)
    table.insert(1, UNIT, crystals.table.attrs[UNIT])
    atomic_write(files.table, csv_of(table))
    if crystals.classes:
        atomic_write(files.classes, csv_of(class_percentages(crystals.table, crystals.table[AREA])))
    else:
        files.classes.unlink(missing_ok=True)
    atomic_write_png(files.overlay, _overlay(crystals), OUTPUT_SOFTWARE)


def _overlay(crystals: CrystalsOfImage) -> npt.NDArray[np.uint8]:
    if not crystals.classes:
        return draw_outlines(crystals.image, crystals.labels)
    of_class = class_colours(crystals.classes)
    named = zip(crystals.table[CRYSTAL], crystals.table[CLASS], strict=True)
    colours = {int(label): of_class[name] for label, name in named if name in of_class}
    return with_legend(draw_outlines(crystals.image, crystals.labels, colours), of_class)


def _tiff_of(labels: npt.NDArray[np.int32], pixel_size: PixelSize | None) -> bytes:
    content = io.BytesIO()
    tags: dict[str, Any] = {"software": OUTPUT_SOFTWARE}
    if pixel_size is not None:
        pixels = MICROMETRES_IN_A_CENTIMETRE / pixel_size.micrometres
        tags |= {"resolution": (pixels, pixels), "resolutionunit": "CENTIMETER"}
    tifffile.imwrite(content, labels, compression="zlib", photometric="minisblack", **tags)
    return content.getvalue()
