"""Pixel sizes in image files, or beside them, as programs and makers of microscopes write them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from napari_rocks2net.imaging import ImageError, is_tiff, picture_size
from napari_rocks2net.imaging.tiff import Plane
from napari_rocks2net.pixel_scale.declared import Declared
from napari_rocks2net.pixel_scale.errors import PixelSizeError
from napari_rocks2net.pixel_scale.maker_texts import from_text_beside
from napari_rocks2net.pixel_scale.pixel_size import PixelSize
from napari_rocks2net.pixel_scale.tiff_pixel_sizes import RESOLUTION, from_tiff_tags, speaks_of_pages

# Programs round what they write by less.
SAME_LENGTH = 0.02


def read_pixel_size(path: str | Path, plane: Plane = ()) -> PixelSize | None:
    """Read the pixel size of an image.

    Looked for in this order: the TIFF tags of FEI / ThermoFisher, Zeiss, Tescan, Gatan, Olympus, Aperio,
    MetaMorph and Phenom; the calibration of ImageJ; the physical size of OME; the maker's file beside the
    image (Hitachi's and JEOL's ``.txt``, Tescan's ``.hdr``); the resolution of the TIFF where it is finer
    than that of any printer, as scanners of Leica and Hamamatsu write it, too. Where the maker says how large
    the scan was, that is compared with the image, which may have been stored at another size. Where two of
    them contradict each other, nothing is known.

    Parameters
    ----------
    path : str or pathlib.Path
        The image, of any format.
    plane : tuple of int
        Which picture of the file, as `read_plane` takes it. Series and pages are pictures of their own, and
        what is said of the first holds for no other; planes of one series have one size.

    Returns
    -------
    PixelSize or None
        None where nothing is said about it, nothing that can be read, or nothing that fits the image.

    Raises
    ------
    PixelSizeError
        When there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise PixelSizeError(f"{path} is no file: check the path.")
    declarations = list(_declarations(path, plane))
    if not declarations:
        return None
    try:
        size = picture_size(path, plane)
        lengths = [declared.of_image(*size) for _, declared in declarations]
    # That the image cannot be read is for its reader to say.
    except ImageError:
        lengths = [declared.micrometres for _, declared in declarations]
    length = lengths[0]
    # A resolution is of a printer more often than not, and contradicts nobody.
    others = [
        other
        for (source, _), other in zip(declarations, lengths, strict=True)
        if other is not None and source != RESOLUTION
    ]
    if length is None or any(abs(other / length - 1) > SAME_LENGTH for other in others):
        return None
    return PixelSize(length, declarations[0][0])


def has_sizes_by_page(path: str | Path) -> bool:
    """Tell whether a file holds pictures that no program put together, each with a pixel size of its own."""
    path = Path(path)
    return is_tiff(path) and speaks_of_pages(path)


def _declarations(path: Path, plane: Plane) -> Iterator[tuple[str, Declared]]:
    """Go through what is said about the pixel size, the most trustworthy first."""
    tagged, first = from_tiff_tags(path, plane) if is_tiff(path) else ([], True)
    yield from (pair for pair in tagged if pair[0] != RESOLUTION)
    yield from from_text_beside(path) if first else ()
    yield from tagged
