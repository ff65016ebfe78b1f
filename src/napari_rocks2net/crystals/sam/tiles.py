"""Tiles: the parts of an image that a Segment Anything Model sees one by one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.sam.settings import SamSettings


@dataclass(frozen=True)
class Tile:
    """A rectangle of the image, in whole pixels; the last row is ``bottom - 1``."""

    top: int
    left: int
    bottom: int
    right: int
    layer: int = 0  # 0 for the whole image and its tiles, 1 and more for their parts.

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    @property
    def window(self) -> tuple[slice, slice]:
        """Where it is in an array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def tiles_of(shape: tuple[int, int], settings: SamSettings) -> list[Tile]:
    """Return the tiles of an image, one where it is small, and below each tile its parts.

    Parameters
    ----------
    shape : tuple of int
        Height and width.
    settings : SamSettings
        Tiles and crop layers.
    """
    tiles: list[Tile] = []
    overlap = round(settings.tile_overlap * settings.tile_size)
    rows, columns = (_spans(length, settings.tile_size, overlap) for length in shape)
    for (top, bottom), (left, right) in product(rows, columns):
        tile = Tile(top, left, bottom, right)
        tiles.append(tile)
        for layer in range(1, settings.crop_layers + 1):
            tiles.extend(_parts(tile, layer, settings))
    return tiles


def point_grid(tile: Tile, settings: SamSettings) -> npt.NDArray[np.float32]:
    """Return points spread evenly over a tile.

    (N, 2) float32 x, y in pixels from the tile's upper left edge.

    Parameters
    ----------
    tile : Tile
        Where.
    settings : SamSettings
        Points a side in each layer.
    """
    count = settings.points_in_layer(tile.layer)
    steps = (np.arange(count) + 0.5) / count
    height, width = tile.shape
    x, y = np.meshgrid(steps * width, steps * height)
    return np.column_stack([x.ravel(), y.ravel()]).astype(np.float32)


def _spans(length: int, tile: int, overlap: int) -> list[tuple[int, int]]:
    """Cover a length with as few tiles as overlap so much, evenly spread."""
    if length <= tile:
        return [(0, length)]
    count = math.ceil((length - overlap) / (tile - overlap))
    starts = np.rint(np.linspace(0, length - tile, count)).astype(int)
    return [(int(start), int(start) + tile) for start in starts]


def _parts(tile: Tile, layer: int, settings: SamSettings) -> Iterator[Tile]:
    """Cut a tile as the automatic mask generator does (`generate_crop_boxes` of segment-anything)."""
    count = 2**layer
    height, width = tile.shape
    overlap = int(settings.crop_overlap * min(tile.shape) * 2 / count)
    part_height, part_width = (math.ceil((overlap * (count - 1) + side) / count) for side in (height, width))
    for row, column in product(range(count), range(count)):
        top = tile.top + row * (part_height - overlap)
        left = tile.left + column * (part_width - overlap)
        bottom, right = min(top + part_height, tile.bottom), min(left + part_width, tile.right)
        yield Tile(top, left, bottom, right, layer)
