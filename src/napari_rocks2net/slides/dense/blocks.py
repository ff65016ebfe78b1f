"""Blocks of a slide's maps: what a network makes of overlapping parts of it, computed as they are needed."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.slides.background import background_masks
from napari_rocks2net.slides.dense.block_lines import BlockLines
from napari_rocks2net.slides.dense.integral import IntegralImage
from napari_rocks2net.slides.plan import MapPlan

if TYPE_CHECKING:
    import torch

    from napari_rocks2net.classify.loaded_model import LoadedModel

# Pixels at the scale of the network: what a block answers for, and what more of the slide it sees around.
# With larger ones, and on a wide slide, of which more is kept, with those of 768, it is more than 2 GB by
# ONNX Runtime; smaller ones are slower, for more of what they see is around them.
CORE, CORE_OF_WIDE, HALO = 768, 512, 128
WIDE = 8 * CORE
# About two rows of blocks of a slide that is 20,000 pixels wide at the scale of the network.
CACHED_BYTES = 400_000_000
# 12 MB of colours.
PIXELS_READ = 2**22
BACKGROUND_STEP = 8

Maps = Mapping[str, npt.NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class MapPart:
    """A part of one map."""

    values: npt.NDArray[np.float32]  # (Y, X, F) float32.
    # Where it begins, in positions of the map.
    top: int
    left: int
    step: float  # Pixels, at the scale of the network, from one position to the next.

    def positions(self, boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return boxes (N, 4) in pixels at the scale of the network as those in positions of the part."""
        return boxes / self.step - [self.top, self.left, self.top, self.left]

    def integral(self) -> IntegralImage:
        """Return its summed-area table."""
        return IntegralImage(self.values)


class MapBlocks:
    """The maps of a slide by one network, block by block; those last used are kept.

    Parameters
    ----------
    model : LoadedModel
        Whose network is dense, see `dense_obstacle`.
    plan : MapPlan
        The windows.

    Attributes
    ----------
    pixel : float
        Pixels of the slide in one at the scale of the network; both begin with the first window.
    core, largest : int
        Side of a block at that scale, and that of one on a slide that is not wide.
    """

    def __init__(self, model: LoadedModel, plan: MapPlan) -> None:
        from napari_rocks2net.models.dense import PLACE_STRIDE, STRIDE, DenseNetwork

        self.model, self.plan = model, plan
        self.network = DenseNetwork(model.network, model.feature_map)  # type: ignore[arg-type]
        self.size = model.card.preprocessing.size
        self.pixel = plan.grid.field / self.size
        unit = self.network.alignment
        self._halo = unit * math.ceil(HALO / unit)
        self._steps = {
            **{"whole": float(STRIDE), "logits": float(STRIDE), "local": STRIDE * self.network.scale},
            **{"place": float(PLACE_STRIDE), "background": float(BACKGROUND_STEP)},
        }
        spans = [((count - 1) * plan.grid.stride + plan.grid.field) / self.pixel for count in plan.grid.shape]
        self._ends = [unit * math.ceil(span / unit - 1e-9) for span in spans]
        self.largest = unit * round(CORE / unit)
        self.core = self.largest if self._ends[1] <= WIDE else unit * round(CORE_OF_WIDE / unit)
        self._starts = [-unit * int(before / self.pixel / unit) for before in (plan.grid.top, plan.grid.left)]
        self._cache: OrderedDict[tuple[int, int], Maps] = OrderedDict()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of blocks."""
        return math.ceil(self._ends[0] / self.core), math.ceil(self._ends[1] / self.core)

    @property
    def pixels_of_block(self) -> float:
        """How many pixels the network sees of a block, those of both streams."""
        enlarged = 0.0 if self.network.scale == 1 else self.network.scale**-2
        return min(self.core + 2 * self._halo, max(self._ends)) ** 2 * (1 + enlarged)

    def corners(self, row: int, columns: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """Return where windows begin, (N, 2) y and x at the scale of the network.

        Parameters
        ----------
        row : int
            Of their cells.
        columns : numpy.ndarray
            (N,) of their cells.
        """
        cells = np.stack([np.full(len(columns), row), columns], axis=1)
        return cells * (self.plan.grid.stride / self.pixel)

    def blocks_of(self, corners: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
        """Return the blocks that windows with corners (N, 2) lie in, from above and from the left."""
        first = (corners.min(axis=0) / self.core).astype(int)
        last = np.ceil((corners.max(axis=0) + self.size) / self.core - 1e-9).astype(int)
        stop = np.minimum(last, self.shape)
        return [(row, column) for row in range(first[0], stop[0]) for column in range(first[1], stop[1])]

    def count(self) -> int:
        """Return how many blocks the windows of the plan lie in."""
        corners = np.argwhere(self.plan.in_region) * (self.plan.grid.stride / self.pixel)
        ends = corners + self.size - 1e-9
        firsts, lasts = ((places / self.core).astype(int) for places in (corners, ends))
        touched = [
            np.stack([rows[:, 0], columns[:, 1]], axis=1)
            for rows in (firsts, lasts)
            for columns in (firsts, lasts)
        ]
        return len(np.unique(np.concatenate(touched), axis=0))

    def has(self, row: int, column: int) -> bool:
        """Return whether the maps of a block are at hand.

        Parameters
        ----------
        row, column : int
            Of the block.
        """
        return (row, column) in self._cache

    def compute(self, row: int, column: int) -> Maps:
        """Return the maps of a block.

        Parameters
        ----------
        row, column : int
            Of the block.

        Raises
        ------
        ImageError
            When a part of it cannot be read.
        """
        key = row, column
        if key not in self._cache:
            self._cache[key] = self._computed(row, column)
        self._cache.move_to_end(key)
        size = sum(each.nbytes for each in self._cache[key].values())
        # What one row of windows lies in must stay, however large.
        while len(self._cache) > 4 and len(self._cache) * size > CACHED_BYTES:
            self._cache.popitem(last=False)
        return self._cache[key]

    def parts(self, corners: npt.NDArray[np.float64]) -> dict[str, MapPart]:
        """Return the parts of all maps that windows with corners (N, 2) lie in.

        Raises
        ------
        ImageError
            When a part of the slide cannot be read.
        """
        keys = self.blocks_of(corners)
        blocks = {key: self.compute(*key) for key in keys}
        rows, columns = sorted({row for row, _ in keys}), sorted({column for _, column in keys})
        parts = {}
        for name in blocks[keys[0]]:
            lines = [np.concatenate([blocks[row, each][name] for each in columns], axis=1) for row in rows]
            step = self._steps[name]
            top, left = (round(first * self.core / step) for first in (rows[0], columns[0]))
            parts[name] = MapPart(np.concatenate(lines), top, left, step)
        return parts

    def _computed(self, row: int, column: int) -> Maps:
        spans = []
        for index, first, last in zip((row, column), self._starts, self._ends, strict=True):
            begin, end = index * self.core, min((index + 1) * self.core, last)
            spans.append((max(first, begin - self._halo), begin, end, min(last, end + self._halo)))
        (top, y0, y1, bottom), (left, x0, x1, right) = spans
        rgb = self._picture(top, left, bottom, right)
        maps = self._run(rgb)
        maps["background"] = _over_cells(background_masks(rgb), BACKGROUND_STEP)
        return {
            name: _cut(values, self._steps[name], (y0 - top, x0 - left, y1 - top, x1 - left))
            for name, values in maps.items()
        }

    def _run(self, rgb: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
        import torch

        device = self.model.device
        image = self.model.card.preprocessing.normalised(torch.from_numpy(rgb.transpose(2, 0, 1).copy()))[
            None
        ]
        image = image.to(device.device, memory_format=torch.channels_last)
        reduced = device.precision != torch.float32
        with torch.autocast(device.device.type, device.precision, enabled=reduced):
            maps = self.network.maps(image)
        return {name: _numpy(values) for name, values in vars(maps).items() if values is not None}

    def _picture(self, top: int, left: int, bottom: int, right: int) -> npt.NDArray[np.uint8]:
        """Return a part of the slide at the scale of the network, its far edges continued where it ends."""
        grid, slide, level = self.plan.grid, self.plan.slide, self.plan.level
        times = slide.reduction(level)
        picture = slide.levels[level]
        whole = BlockLines.of(top, bottom, grid.top, self.pixel, times, picture.height)
        columns = BlockLines.of(left, right, grid.left, self.pixel, times, picture.width)
        smooth = self.model.card.preprocessing.interpolation == "bilinear"
        way = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
        # Of a slide that is much finer than the network's scale, so many rows that they fit in memory.
        step = max(1, int(PIXELS_READ / columns.count / (self.pixel / times)))
        strips = []
        for first in range(top, top + whole.most, step):
            last = min(first + step, top + whole.most)
            lines = BlockLines.of(first, last, grid.top, self.pixel, times, picture.height)
            stored = slide.read(level, lines.first, columns.first, lines.count, columns.count)
            box, size = (columns.begin, lines.begin, columns.end, lines.end), (columns.most, last - first)
            strips.append(np.asarray(Image.fromarray(stored).resize(size, way, box=box)))
        missing = [(0, bottom - top - whole.most), (0, right - left - columns.most), (0, 0)]
        return np.pad(np.concatenate(strips), missing, mode="edge")


def _numpy(values: torch.Tensor) -> npt.NDArray[np.float32]:
    return values.float().cpu().numpy()


def _over_cells(masks: npt.NDArray[np.bool_], side: int) -> npt.NDArray[np.float32]:
    """Return the shares (Y / side, X / side, F) of masks (Y, X, F) in cells."""
    height, width, count = masks.shape
    cells = masks.reshape(height // side, side, width // side, side, count)
    return cells.mean(axis=(1, 3), dtype=np.float32)


def _cut(values: npt.NDArray[Any], step: float, box: tuple[int, int, int, int]) -> npt.NDArray[np.float32]:
    """Return the positions of a map in a box of pixels, the last repeated where it has none."""
    y0, x0, y1, x1 = (round(edge / step) for edge in box)
    part = values[y0:y1, x0:x1]
    missing = [(0, y1 - y0 - part.shape[0]), (0, x1 - x0 - part.shape[1]), (0, 0)]
    return np.ascontiguousarray(
        np.pad(part, missing, mode="edge") if missing[0][1] or missing[1][1] else part
    )
