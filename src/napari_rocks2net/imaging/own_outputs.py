"""Output pictures of this program, recognised by their names and by a mark in their metadata."""

from __future__ import annotations

from pathlib import Path

from napari_rocks2net.imaging.formats import is_tiff, open_picture
from napari_rocks2net.imaging.tiff import open_tiff
from napari_rocks2net.output_files import PICTURE_ENDS

# What the tag Software of a TIFF, and the text Software of a PNG, says in pictures that are results.
OUTPUT_SOFTWARE = "napari-rocks2net output"
# And of plots and figures, which are no photos whatever a person calls them.
FIGURE_SOFTWARE = f"{OUTPUT_SOFTWARE}: figure"
SOFTWARE_TAG = 305


def is_own_output(path: str | Path) -> bool:
    """Tell whether a file is a result of this program, such as a label image or an overlay, and no photo.

    Parameters
    ----------
    path : str or pathlib.Path
        Any file; files that cannot be read are none.
    """
    path = Path(path)
    # Of other pictures both must be: a person's photo may have such a name, and a photo that was worked on
    # elsewhere may keep such a mark.
    mark = OUTPUT_SOFTWARE if path.name.casefold().endswith(PICTURE_ENDS) else FIGURE_SOFTWARE
    if mark == FIGURE_SOFTWARE and path.suffix.lower() != ".png":
        return False
    try:
        return mark in str(_software(path))
    # Decoders meet damaged files with whatever error they happen to run into.
    except Exception:
        return False


def _software(path: Path) -> object:
    """Return what a picture says of the program that wrote it."""
    # Pillow knows not all types of number that labels have.
    if is_tiff(path):
        with open_tiff(path) as file:
            return file.pages[0].aspage().tags.valueof(SOFTWARE_TAG)
    with open_picture(path) as picture:
        return picture.info.get("Software")
