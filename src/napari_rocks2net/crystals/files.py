"""From the file of an SEM image to the files of its crystals: labels, table and overlay."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import tifffile
from PIL import Image

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.measure import measure_crystals
from napari_rocks2net.crystals.overlay import draw_outlines
from napari_rocks2net.crystals.pixel_size_files import TIFF_SUFFIXES, read_pixel_size
from napari_rocks2net.crystals.scale import PixelSize
from napari_rocks2net.crystals.segmentation import segment_crystals
from napari_rocks2net.crystals.settings import SegmentationSettings
from napari_rocks2net.imaging import read_image
from napari_rocks2net.imaging.tiff import read_tiff
from napari_rocks2net.whole_file import write_whole

if TYPE_CHECKING:
    import pandas as pd

MICROMETRES_IN_A_CENTIMETRE = 1e4


@dataclass(frozen=True)
class CrystalFiles:
    """Where the crystals of one image are written.

    Parameters
    ----------
    labels : pathlib.Path
        TIFF, (Y, X) int32, compressed, with the pixel size as its resolution where it is known.
    table : pathlib.Path
        CSV in UTF-8: ``file``, ``unit`` of length, and the columns of `measure_crystals`.
    overlay : pathlib.Path
        PNG of the outlines on the image.
    """

    labels: Path
    table: Path
    overlay: Path

    @classmethod
    def named(cls, folder: Path, name: str) -> CrystalFiles:
        """Return the files of a name: NAME_labels.tif, NAME_crystals.csv, NAME_overlay.png."""
        return cls(
            folder / f"{name}_labels.tif", folder / f"{name}_crystals.csv", folder / f"{name}_overlay.png"
        )

    @property
    def paths(self) -> tuple[Path, Path, Path]:
        """All of them."""
        return self.labels, self.table, self.overlay

    @property
    def existing(self) -> Path | None:
        """The first of them that is there already."""
        return next((path for path in self.paths if path.exists()), None)


@dataclass(frozen=True)
class CrystalsOfImage:
    """What was found in an image.

    Parameters
    ----------
    image : numpy.ndarray
        (Y, X) or (Y, X, 3) as read.
    labels : numpy.ndarray
        (Y, X) int32, see `segment_crystals`.
    table : pandas.DataFrame
        See `measure_crystals`.
    pixel_size : PixelSize or None
        None where nobody says so; the table is in pixels then.
    """

    image: npt.NDArray[Any]
    labels: npt.NDArray[np.int32]
    table: pd.DataFrame
    pixel_size: PixelSize | None


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
    files = {path.resolve(): path for path in images}
    outputs = {
        path: CrystalFiles.named(folder, name)
        for path, name in zip(files.values(), _different_names(list(files)), strict=True)
    }
    for path in (path for output in outputs.values() for path in output.paths):
        if path.resolve() in files:
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
    settings: SegmentationSettings | None = None,
    pixel_size: PixelSize | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> CrystalsOfImage:
    """Read an SEM image, segment its crystals and measure them.

    Parameters
    ----------
    path : pathlib.Path
        The image.
    settings : SegmentationSettings, optional
        The defaults when left out.
    pixel_size : PixelSize, optional
        Instead of what the file says, see `read_pixel_size`.
    on_progress : callable, optional
        See `segment_crystals`.

    Raises
    ------
    ImageError
        When the file is no image.
    CrystalError
        When the image is too small or the settings do not fit it.
    """
    image = _read(path)
    pixel_size = pixel_size or read_pixel_size(path)
    micrometres = None if pixel_size is None else pixel_size.micrometres
    labels = segment_crystals(image, settings, micrometres, on_progress)
    unit = "pixel" if micrometres is None else "µm"
    table = measure_crystals(labels, image, micrometres or 1.0, unit)
    return CrystalsOfImage(image, labels, table, pixel_size)


def _read(path: Path) -> npt.NDArray[Any]:
    """Read an image; a grey TIFF keeps its own values, such as 16 bits, for the intensities."""
    shown = read_image(path)
    if path.suffix.lower() not in TIFF_SUFFIXES:
        return shown
    values = read_tiff(path)
    return values if values.shape == shown.shape[:2] else shown


def write_crystals(found: CrystalsOfImage, files: CrystalFiles, name: str) -> None:
    """Write labels, table and overlay, each file whole or not at all; existing ones are replaced.

    Parameters
    ----------
    found : CrystalsOfImage
        From `find_crystals`.
    files : CrystalFiles
        Where to; missing folders are made.
    name : str
        What the column ``file`` says, the same in every row.
    """
    write_whole(files.labels, _tiff_of(found.labels, found.pixel_size))
    table = found.table.copy()
    table.insert(0, "file", name)
    table.insert(1, "unit", found.table.attrs["unit"])
    write_whole(files.table, table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
    picture = io.BytesIO()
    Image.fromarray(draw_outlines(found.image, found.labels)).save(picture, "PNG")
    write_whole(files.overlay, picture.getvalue())


def _tiff_of(labels: npt.NDArray[np.int32], pixel_size: PixelSize | None) -> bytes:
    content = io.BytesIO()
    scale: dict[str, Any] = {}
    if pixel_size is not None:
        pixels = MICROMETRES_IN_A_CENTIMETRE / pixel_size.micrometres
        scale = {"resolution": (pixels, pixels), "resolutionunit": "CENTIMETER"}
    tifffile.imwrite(content, labels, compression="zlib", photometric="minisblack", **scale)
    return content.getvalue()
