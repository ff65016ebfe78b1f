"""Image formats: which files are opened, by their content, and why the others are not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from PIL import Image, ImageFile, TiffImagePlugin
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.PpmImagePlugin import PpmImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from napari_rocks2net.imaging.bit_field_bitmap import BitFieldBitmap, is_bit_field_bitmap
from napari_rocks2net.imaging.deep_jpeg import JPEG_HEAD, DeepJpeg, is_deep_jpeg
from napari_rocks2net.imaging.errors import ImageError

# What becomes of any picture: one byte for each of red, green and blue.
RGB_BYTES = 3
TIFF_SUFFIXES = frozenset({".tif", ".tiff", ".btf", ".tf2", ".tf8"})
# Windows names JPEGs of the web .jfif; .pgm, .pbm and .pnm are PPM; .btf, .tf2 and .tf8 large TIFF.
IMAGE_SUFFIXES = TIFF_SUFFIXES | {
    *(
        ".bmp",
        ".dib",
        ".gif",
        ".j2c",
        ".j2k",
        ".jfif",
        ".jp2",
        ".jpc",
        ".jpe",
        ".jpeg",
        ".jpf",
        ".jpg",
        ".jpx",
    ),
    *(".pbm", ".pgm", ".png", ".pnm", ".ppm", ".webp"),
}

HEAD_LENGTH = 12
# The densest of these formats, GIF, has 2,700 pixels of one colour in a byte.
MOST_PIXELS_PER_BYTE = 5_000
UNQUESTIONED_PIXELS = 50_000_000

EXPORT = "export it as JPEG, PNG or TIFF"
_OTHERS = {
    "HEIC": (".heic", ".heics", ".heif", ".heifs", ".hif"),
    "AVIF": (".avif", ".avifs"),
    "camera RAW": (
        *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dng", ".erf", ".iiq", ".kdc", ".mrw", ".nef", ".nrw"),
        *(".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
    ),
    "PDF": (".pdf",),
    "PostScript": (".ai", ".eps", ".ps"),
    "drawing": (".svg", ".wmf", ".emf", ".cdr"),
    "video": (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".webm", ".wmv"),
    "Photoshop": (".psd", ".psb"),
    "office document": (".doc", ".docx", ".odp", ".odt", ".ppt", ".pptx"),
    "drawing program's own format": (".cpt", ".kra", ".pdn", ".psp", ".pspimage", ".xcf"),
    "microscope's own format": (
        *(".bcf", ".bif", ".czi", ".dm2", ".dm3", ".dm4", ".emd", ".emi", ".ets", ".gwy", ".lif", ".lim"),
        *(".kfb", ".lof", ".sdpc", ".tmap", ".xlef"),
        *(".lsm", ".mrc", ".mrxs", ".nd", ".nd2", ".ndpi", ".ndpis", ".oib", ".oif", ".oir", ".qptiff"),
        *(
            ".scn",
            ".sdb",
            ".ser",
            ".stk",
            ".sur",
            ".svs",
            ".svslide",
            ".vms",
            ".vmu",
            ".vsi",
            ".xdce",
            ".zvi",
        ),
    ),
    "JPEG XL": (".jxl",),
    "JPEG XR": (".hdp", ".jxr", ".wdp"),
    "JPEG-LS": (".jls",),
    "DICOM": (".dcm", ".dicom"),
    "FITS": (".fit", ".fits", ".fts"),
    "OpenEXR": (".exr",),
    "picture of a rare format": (
        ".dib",
        ".hdr",
        ".ico",
        ".pam",
        ".pcx",
        ".pfm",
        ".qoi",
        ".sgi",
        ".tga",
        ".xbm",
    ),
}
OTHER_KINDS = {suffix: kind for kind, suffixes in _OTHERS.items() for suffix in suffixes}
# The same by content, for files that carry the name of an image.
OTHER_HEADS = {
    b"%!PS": "PostScript",
    b"\xc5\xd0\xd3\xc6": "PostScript",
    b"%PDF": "PDF",
    b"8BPS": "Photoshop",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"II\xbc": "JPEG XR",
    b"\xff\xd8\xff\xf7": "JPEG-LS",
    **dict.fromkeys((b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FUJIFILMCCD"), "camera RAW"),
    **dict.fromkeys((b"ZISRAWFILE", b"\xda\xce\xbe\x0a"), "microscope's own format"),
    b"SIMPLE  =": "FITS",
    b"v/1\x01": "OpenEXR",
    b"version http": "a pointer of Git LFS, which the file itself is to be fetched for",
}
# Brands of the ISO base media file format, ISO/IEC 23008-12; others are video.
BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), "HEIC"),
    **dict.fromkeys((b"mif1", b"mif2", b"msf1"), "HEIC"),
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    b"crx ": "camera RAW",
}


class LargeTiff(TiffImageFile):
    """A TIFF as Pillow reads it, of any size that the memory holds."""

    def __init__(self, *args: Any, **options: Any) -> None:
        with _pillow_as_needed():
            super().__init__(*args, **options)

    def load_prepare(self) -> None:
        """Take memory for the pixels, which Pillow limits here and not when the file is opened."""
        with _pillow_as_needed():
            super().load_prepare()

    def seek(self, frame: int) -> None:
        """Go to a page, whose tags are read here."""
        with _pillow_as_needed():
            super().seek(frame)


@contextmanager
def _pillow_as_needed() -> Iterator[None]:
    """Lift Pillow's limit of pixels, which takes a large scan for an attack, and leave all TIFF to libtiff.

    Both are settings of the whole process: others that open images wait for nothing, and find them so for
    a moment, while a head is read.
    """
    with _changing:
        limit, libtiff = Image.MAX_IMAGE_PIXELS, TiffImagePlugin.READ_LIBTIFF
        Image.MAX_IMAGE_PIXELS, TiffImagePlugin.READ_LIBTIFF = None, True
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS, TiffImagePlugin.READ_LIBTIFF = limit, libtiff


_changing = threading.RLock()


TIFF_HEADS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# How the files of each format begin, and what of Pillow reads it. No other of its readers is ever asked:
# that of PostScript runs a program.
READERS: tuple[tuple[tuple[bytes, ...], type[ImageFile.ImageFile]], ...] = (
    ((JPEG_HEAD,), JpegImageFile),
    ((b"\x89PNG\r\n\x1a\n",), PngImageFile),
    (TIFF_HEADS, LargeTiff),
    ((b"BM",), BmpImageFile),
    ((b"GIF87a", b"GIF89a"), GifImageFile),
    ((b"RIFF",), WebPImageFile),
    ((b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"), Jpeg2KImageFile),
    (tuple(b"P%d" % kind for kind in range(1, 7)), PpmImageFile),
)


def is_tiff(path: Path) -> bool:
    """Tell by its first bytes whether a file is a TIFF, BigTIFF too."""
    return _head(path).startswith(TIFF_HEADS)


@contextmanager
def open_picture(path: str | Path) -> Iterator[ImageFile.ImageFile]:
    """Open an image file by Pillow: the only way in this program.

    Parameters
    ----------
    path : str or pathlib.Path
        JPEG, PNG, TIFF, BMP, GIF, WebP, JPEG 2000 or PPM by its content, whatever its name.

    Yields
    ------
    PIL.ImageFile.ImageFile
        Not yet loaded; any size that the free memory holds.

    Raises
    ------
    ImageError
        When it is of another format, or the size that it declares is more than the memory holds.
    """
    path = Path(path)
    head = _head(path)
    reader = next((reader for heads, reader in READERS if head.startswith(heads)), None)
    other = head.startswith(tuple(OTHER_HEADS)) or (reader is WebPImageFile and head[8:12] != b"WEBP")
    if reader is None or other:
        raise ImageError(_other_format(path, head))
    if reader is JpegImageFile and is_deep_jpeg(path):
        reader = DeepJpeg
    if reader is BmpImageFile and is_bit_field_bitmap(path):
        reader = BitFieldBitmap
    try:
        with _pillow_as_needed():
            opened = reader(path)
    # What Pillow's own `open` turns into a refusal.
    except (SyntaxError, IndexError, TypeError, KeyError, EOFError) as error:
        raise ImageError(f"it cannot be read as an image ({error}): copy or export it again.") from error
    with opened as image:
        check_memory(image.height, image.width, _bytes_per_pixel(image))
        _check_density(path, image)
        yield image


def check_memory(height: int, width: int, stored_bytes: float) -> None:
    """Refuse a picture that the free memory cannot hold.

    Parameters
    ----------
    height, width : int
        Its size in pixels, as the head of the file declares it.
    stored_bytes : float
        Bytes of one pixel in the file's own samples, uncompressed; those of the RGB picture come on top.

    Raises
    ------
    ImageError
        When a side is not positive, or more bytes are needed than are free.
    """
    if height < 1 or width < 1:
        raise ImageError(f"the image is {width:,} x {height:,} pixels: it needs at least one pixel a side.")
    needed = height * width * (stored_bytes + RGB_BYTES)
    free = psutil.virtual_memory().available
    if needed > free:
        raise ImageError(
            f"the image is {width:,} x {height:,} pixels by its header and needs {needed / 1e9:,.1f} GB of "
            f"memory, of which {free / 1e9:,.1f} GB are free: if it is so large, save it smaller or in parts."
        )


def image_problem(path: str | Path) -> str | None:
    """Say why a file that a person may take for a photo is passed over.

    Returns
    -------
    str or None
        Such as "HEIC: export it as JPEG, PNG or TIFF"; None for images, and for files that hold none.
    """
    kind = OTHER_KINDS.get(Path(path).suffix.lower())
    return None if kind is None or Path(path).name.startswith(".") else f"{kind}: {EXPORT}"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_LENGTH)


def _other_format(path: Path, head: bytes) -> str:
    brand = head[8:12] if head[4:8] == b"ftyp" else b""
    kind_of_head = next((kind for start, kind in OTHER_HEADS.items() if head.startswith(start)), None)
    kind = BRANDS.get(brand, "video") if brand else kind_of_head
    kind = kind or OTHER_KINDS.get(path.suffix.lower())
    if kind is None:
        return f"it cannot be read as an image, for its content is of no known format: {EXPORT}."
    return f"it cannot be read as an image, for its format is {kind}: {EXPORT}."


def _check_density(path: Path, image: Image.Image) -> None:
    pixels, size = image.height * image.width, path.stat().st_size
    if pixels > UNQUESTIONED_PIXELS and pixels > MOST_PIXELS_PER_BYTE * size:
        raise ImageError(
            f"the image is {image.width:,} x {image.height:,} pixels by its header, which {size:,} bytes "
            "cannot hold: it is damaged, copy or export it again."
        )


def _bytes_per_pixel(image: Image.Image) -> int:
    # Pillow holds colours in four bytes; 16-bit colours are read on top of it.
    return 1 if image.mode in ("1", "L", "P") else 4 if image.mode != "RGBA" else 8
