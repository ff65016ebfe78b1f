"""Files of crystals: from an SEM image to its label image, table and overlay."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import tifffile

from napari_rocks2net.atomic_write import atomic_write, atomic_write_png, partial_path
from napari_rocks2net.crystals.classification.annotated import LABELS_END, TABLE_END
from napari_rocks2net.crystals.classification.classes import class_colours, class_percentages
from napari_rocks2net.crystals.classification.classifier import CrystalClassifier
from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.measuring.morphology import measure_crystals
from napari_rocks2net.crystals.overlay import draw_outlines, with_legend
from napari_rocks2net.crystals.sam.segmenter import SamSegmenter
from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.crystals.segmentation.segmenting import segment_crystals
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.imaging import OUTPUT_SOFTWARE, is_own_output, is_tiff, read_image, read_intensities
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.pixel_scale.pixel_size import PixelSize
from napari_rocks2net.pixel_scale.pixel_size_files import read_pixel_size
from napari_rocks2net.untrusted import csv_of

if TYPE_CHECKING:
    import pandas as pd

MICROMETRES_IN_A_CENTIMETRE = 1e4
FILE_ENDS = (LABELS_END, TABLE_END, "_overlay.png", "_classes.csv")
# In bytes: of nearly all file systems.
LONGEST_NAME = 255
# How our tables begin.
TABLE_HEAD, CLASSES_HEAD = "file,unit,label,", "class,count,"


@dataclass(frozen=True)
class CrystalFiles:
    """Where the crystals of one image are written.

    Parameters
    ----------
    labels : pathlib.Path
        TIFF, (Y, X) int32, compressed, with the pixel size as its resolution where it is known.
    table : pathlib.Path
        CSV in UTF-8: ``file``, ``unit`` of length, the columns of `measure_crystals`, and after a
        classification those of `CrystalClassifier.classify`.
    overlay : pathlib.Path
        PNG of the outlines on the image, after a classification in the colours of the classes.
    classes : pathlib.Path
        CSV in UTF-8 of `class_percentages`, after a classification only.
    """

    labels: Path
    table: Path
    overlay: Path
    classes: Path

    @classmethod
    def named(cls, folder: Path, name: str) -> CrystalFiles:
        """Return the files of a name, such as NAME_labels.tif in the folder.

        Parameters
        ----------
        folder : pathlib.Path
            Where they are.
        name : str
            How all of them begin.
        """
        return cls(*(folder / f"{name}{end}" for end in FILE_ENDS))

    @property
    def paths(self) -> tuple[Path, Path, Path, Path]:
        """All of them."""
        return self.labels, self.table, self.overlay, self.classes

    def check_names(self, image: Path) -> None:
        """Raise `CrystalError` where the name of an image or of a file is no text, or too long to write."""
        try:
            f"{image}{self.labels}".encode()
        except UnicodeEncodeError as error:
            raise CrystalError("its name or its folder's is no text in UTF-8: give it another.") from error
        if any(len(os.fsencode(partial_path(path).name)) > LONGEST_NAME for path in self.paths):
            raise CrystalError("the names of its files would be too long: give it a shorter name.")

    @property
    def existing(self) -> Path | None:
        """The first of them that is there and not what a killed run has left, which is done again."""
        existing = [path for path in self.paths if path.exists()]
        finished = {self.labels, self.table, self.overlay} <= set(existing)
        return next((path for path in existing if finished or not _is_untouched(path)), None)


@dataclass(frozen=True)
class CrystalsOfImage:
    """The crystals of one image.

    Parameters
    ----------
    image : numpy.ndarray
        (Y, X) or (Y, X, 3) as read.
    labels : numpy.ndarray
        (Y, X) int32, see `segment_crystals`.
    table : pandas.DataFrame
        See `measure_crystals`; with the columns of `CrystalClassifier.classify` where there are `classes`.
    pixel_size : PixelSize or None
        None where nobody says so; the table is in pixels then.
    classes : tuple of str
        The classes that a model could name; empty where no model was asked.
    """

    image: npt.NDArray[Any]
    labels: npt.NDArray[np.int32]
    table: pd.DataFrame
    pixel_size: PixelSize | None
    classes: tuple[str, ...] = ()


def _is_untouched(path: Path) -> bool:
    """Tell whether a file is as this program has written it: marked, and without classes by hand."""
    if path.suffix != ".csv":
        return is_own_output(path)
    with path.open(encoding="utf-8", errors="replace") as file:
        head = file.readline()
    by_hand = ",class" in head and ",p_" not in head
    return head.startswith((TABLE_HEAD, CLASSES_HEAD)) and not by_hand


def name_outputs(folder: Path, images: Sequence[Path]) -> dict[Path, CrystalFiles]:
    """Give every image files of its own.

    Parameters
    ----------
    folder : pathlib.Path
        Where the files go.
    images : sequence of pathlib.Path
        An image that is given twice counts once.

    Returns
    -------
    dict
        Image -> files, named after the image; where two images have one name, all are named after their
        folders too.

    Raises
    ------
    CrystalError
        When one of the files would replace one of the images.
    """
    # Unlike `Path.resolve`, this takes links that lead in a circle.
    files = {Path(os.path.realpath(path)): path for path in images}
    outputs = {
        path: CrystalFiles.named(folder, name)
        for path, name in zip(files.values(), _different_names(list(files)), strict=True)
    }
    for path in (path for output in outputs.values() for path in output.paths):
        if Path(os.path.realpath(path)) in files:
            raise CrystalError(f"{path} is one of the images and would be replaced: name another folder.")
    return outputs


def _different_names(files: Sequence[Path]) -> list[str]:
    """Name absolute paths by as little of each as tells them all apart."""
    inside = [path.relative_to(path.anchor) for path in files]
    folders = zip(*(path.parent.parts for path in inside), strict=False)
    shared = sum(1 for _ in takewhile(lambda names: len(set(names)) == 1, folders))
    ways = (
        [path.stem for path in inside],
        ["_".join(path.with_suffix("").parts[shared:]) for path in inside],
        ["_".join(path.parts[shared:]) for path in inside],
    )
    # Windows and macOS take names that differ in case only for the same.
    different = (names for names in ways if len({name.casefold() for name in names}) == len(names))
    return next(different, [f"{number}_{path.stem}" for number, path in enumerate(inside, start=1)])


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
    named = table.join(classifier.classify(image, labels), on="label")
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
    table.insert(0, "file", name)
    table.insert(1, "unit", crystals.table.attrs["unit"])
    atomic_write(files.table, csv_of(table))
    if crystals.classes:
        atomic_write(files.classes, csv_of(class_percentages(crystals.table, crystals.table["area"])))
    else:
        files.classes.unlink(missing_ok=True)
    atomic_write_png(files.overlay, _overlay(crystals), OUTPUT_SOFTWARE)


def _overlay(crystals: CrystalsOfImage) -> npt.NDArray[np.uint8]:
    if not crystals.classes:
        return draw_outlines(crystals.image, crystals.labels)
    of_class = class_colours(crystals.classes)
    named = zip(crystals.table["label"], crystals.table["class"], strict=True)
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
