"""Bounds of images: what of the regions of a file lies on their images."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from napari_rocks2net.annotation.image import ImageKey
from napari_rocks2net.imaging import ImageError, picture_size
from napari_rocks2net.samples import Region
from napari_rocks2net.samples.region import MOST_OUTSIDE
from napari_rocks2net.wording import count_of


class ImportRemarks(NamedTuple):
    """Regions of a file that an import leaves out or cuts."""

    without_image: int = 0  # Their images are not in the collection.
    outside: int = 0  # They lie beside their images, for the most part at least.
    cut: int = 0  # They lie on their images in part.
    no_area: int = 0  # Features of GeoJSON that are no annotations, such as cells, or have no area.

    @property
    def sentences(self) -> str:
        """Sentences about regions that were left out or cut; empty where none was."""
        remarks = (
            (self.no_area, "not read: cells and the like, or without an area", "feature"),
            (self.without_image, "left out: the images are not in the collection", "region"),
            (self.outside, "left out: outside the image, or for the most part", "region"),
            (self.cut, "cut at the border of the image", "region"),
        )
        return " ".join(f"{count_of(count, noun)} {outcome}." for count, outcome, noun in remarks if count)


class ImageBounds:
    """Sizes of images, each read from the head of its file when it is first asked for."""

    def __init__(self) -> None:
        self._sizes: dict[ImageKey, tuple[int, int] | None] = {}

    def part_inside(self, area: Region, key: ImageKey) -> Region | None:
        """Return what of a region lies on an image.

        The region itself where all of it does; None where nothing does, or less than half: see `crop_region`.

        Parameters
        ----------
        area : Region
            In pixels of the image.
        key : ImageKey
            The image; where its file cannot be read, everything may lie on it.
        """
        size = self.size(key)
        outside = 0 if size is None else area.outside(*size)
        if size is None or outside == 0:
            return area
        return area.clipped(*size) if outside <= MOST_OUTSIDE else None

    def remarks(self, placed: Iterable[tuple[Region, ImageKey]]) -> ImportRemarks:
        """Count the regions, each with its image, that lie beside it, and those that are cut."""
        parts = [(area, self.part_inside(area, key)) for area, key in placed]
        return ImportRemarks(
            outside=sum(part is None for _, part in parts),
            cut=sum(part is not None and part != area for area, part in parts),
        )

    def size(self, key: ImageKey) -> tuple[int, int] | None:
        """Return height and width of an image in pixels; None where its file cannot be read."""
        if key not in self._sizes:
            try:
                self._sizes[key] = picture_size(key.file, key.plane)
            except ImageError:
                self._sizes[key] = None
        return self._sizes[key]
