"""Bounds of images: what of a region of another program lies on its image."""

from __future__ import annotations

from napari_rocks2net.annotation.image import ImageKey
from napari_rocks2net.imaging import ImageError, picture_size
from napari_rocks2net.samples import Region

# Programs round outlines along the border outwards; what is read of a region ends at the border anyway.
BORDER = 1.0


class ImageBounds:
    """Sizes of images, each read from the head of its file when it is first asked for."""

    def __init__(self) -> None:
        self._sizes: dict[ImageKey, tuple[int, int] | None] = {}

    def part_inside(self, area: Region, key: ImageKey) -> Region | None:
        """Return what of a region lies on an image.

        Parameters
        ----------
        area : Region
            In pixels of the image.
        key : ImageKey
            The image; where its file cannot be read, everything may lie on it.

        Returns
        -------
        Region or None
            The region itself where all of it does; None where nothing does.
        """
        size = self._size(key)
        y0, x0, y1, x1 = area.box
        if size is None or (min(y0, x0) >= -BORDER and y1 <= size[0] + BORDER and x1 <= size[1] + BORDER):
            return area
        return area.clipped(*size)

    def _size(self, key: ImageKey) -> tuple[int, int] | None:
        if key not in self._sizes:
            try:
                self._sizes[key] = picture_size(key.file, key.plane)
            except ImageError:
                self._sizes[key] = None
        return self._sizes[key]
