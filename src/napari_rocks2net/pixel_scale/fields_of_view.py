"""Fields of view: the parts of a photo that show as much rock as the photos that a model learned from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.imaging import Preprocessing, resampled
from napari_rocks2net.pixel_scale.learned import SAME_SCALE, LearnedPixelSize, input_pixel_size
from napari_rocks2net.wording import count_of

Bytes = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]
Size = tuple[int, int]

BILINEAR, LANCZOS = Image.Resampling.BILINEAR, Image.Resampling.LANCZOS
# Beyond it a photo is brought as near as that: 16 parts, or 16 mirror images, tell no more.
MOST_A_SIDE = 4
# Of a photo at its own scale; smaller ones have no texture.
SMALLEST_SIDE = 32


@dataclass(frozen=True)
class FieldOfView:
    """Part of a photo, and the picture that it becomes."""

    box: tuple[int, int, int, int]
    """y0, x0, y1, x1 in pixels of the photo; what lies beyond it shows its mirror images."""
    size: Size
    """(Y, X) of the picture in pixels."""

    def cut(self, rgb: Bytes) -> Bytes:
        """Return the picture (Y, X, 3) uint8 of a photo (Y, X, 3) uint8."""
        y0, x0, y1, x1 = self.box
        if min(y0, x0) >= 0:
            larger = self.size[0] > y1 - y0
            # Enlarged by a soft filter, grains have edges that no photo of the learned scale has.
            return resampled(rgb[y0:y1, x0:x1], self.size, LANCZOS if larger else BILINEAR)
        zoom = self.size[0] / (y1 - y0), self.size[1] / (x1 - x0)
        inner = [max(1, round(side * each)) for side, each in zip(rgb.shape, zoom, strict=False)]
        margins = [(each - side) for each, side in zip(self.size, inner, strict=True)]
        around = [(margin // 2, margin - margin // 2) for margin in margins]
        return np.pad(resampled(rgb, (inner[0], inner[1])), (*around, (0, 0)), mode="symmetric")

    def on(self, size: Size, other: Size) -> FieldOfView:
        """Return the same part of another view of the field, which becomes a picture of the same size.

        Parameters
        ----------
        size, other : tuple of int
            (Y, X) in pixels of the photo that the box is of, and of the other view.
        """
        down, across = other[0] / size[0], other[1] / size[1]
        y0, x0, y1, x1 = (round(edge * each) for edge, each in zip(self.box, (down, across) * 2, strict=True))
        return FieldOfView((y0, x0, max(y1, y0 + 1), max(x1, x0 + 1)), self.size)

    def from_photo(self, box: Box) -> Box:
        """Return where a box of the photo (y0, x0, y1, x1 in pixels) lies on the picture."""
        y0, x0, y1, x1 = self.box
        down, across = self.size[0] / (y1 - y0), self.size[1] / (x1 - x0)
        return (box[0] - y0) * down, (box[1] - x0) * across, (box[2] - y0) * down, (box[3] - x0) * across

    def to_photo(self, box: Box, size: Size) -> Box:
        """Return where a box of the picture lies on the photo; one on a mirror image, where that shows.

        Parameters
        ----------
        box : tuple of float
            y0, x0, y1, x1 in pixels of the picture.
        size : tuple of int
            (Y, X) of the photo in pixels.
        """
        y0, x0, y1, x1 = self.box
        down, across = (y1 - y0) / self.size[0], (x1 - x0) / self.size[1]
        first_y, last_y = _folded(y0 + box[0] * down, y0 + box[2] * down, size[0])
        first_x, last_x = _folded(x0 + box[1] * across, x0 + box[3] * across, size[1])
        return first_y, first_x, last_y, last_x


@dataclass(frozen=True)
class ScaleMatch:
    """Match of a photo to the scale that a model learned."""

    ratio: float
    """How many times as large as learned a pixel of the input would be if the photo went in as it is."""
    is_far: bool
    """Whether that is beyond all that was learned by more than a factor of 2."""
    fields: tuple[FieldOfView, ...] = ()
    """What goes in instead; nothing where the photo goes in as it is."""

    @classmethod
    def of(
        cls, preprocessing: Preprocessing, size: Size, micrometres: float, learned: LearnedPixelSize
    ) -> ScaleMatch:
        """Plan what a model is to look at.

        A photo of a scale that was learned goes in as it is. One that shows a larger field is looked at in
        several fields of the size that was learned, spread evenly. One that shows a smaller field is
        continued by its mirror images, once to the size in the middle of what was learned and once to the
        smallest: the mean of both answers is right more often (docs/results.md). Where inputs keep their own
        scale ("native"), it is resampled.

        Parameters
        ----------
        preprocessing : Preprocessing
            How pictures become the network's input.
        size : tuple of int
            (Y, X) of the photo in pixels.
        micrometres : float
            Side of a pixel of the photo.
        learned : LearnedPixelSize
            What the model learned from.
        """
        input_micrometres = input_pixel_size(preprocessing, size, micrometres)
        ratio = input_micrometres / learned.median
        if learned.covers(input_micrometres):
            return cls(ratio, False)
        native = preprocessing.resize == "native"
        fields = (
            _native_fields(preprocessing.size, size, micrometres / learned.median)
            if native
            else _fields_at(preprocessing.size, size, _ratios(input_micrometres, learned))
        )
        return cls(ratio, learned.is_far(input_micrometres), fields)

    def sentence(self) -> str:
        """Say what was done, and what it means for the answer; nothing where nothing was done."""
        if not self.fields and not self.is_far:
            return ""
        wide = f"A pixel is {self.ratio:.2g} times as large as those that the model learned from"
        parts = count_of(len(self.fields), "field")
        sentence = f"{wide}: looked at in {parts} of the learned scale."
        return f"{sentence} That is beyond a factor of 2: trust it less." if self.is_far else sentence


def _ratios(input_micrometres: float, learned: LearnedPixelSize) -> list[float]:
    """Return how many times as large as learned pixels are, for each size that a photo is brought to."""
    sizes = [learned.median]
    if input_micrometres < learned.median > learned.smallest * SAME_SCALE:
        sizes.append(learned.smallest)
    return [input_micrometres / each for each in sizes]


def _fields_at(input_size: int, size: Size, ratios: list[float]) -> tuple[FieldOfView, ...]:
    """Return the fields of several ratios, each once."""
    return tuple(dict.fromkeys(field for ratio in ratios for field in _fields(input_size, size, ratio)))


def _fields(input_size: int, size: Size, ratio: float) -> tuple[FieldOfView, ...]:
    """Return fields of the photo's proportions that are 1 / ratio times as high and as wide."""
    ratio = float(np.clip(ratio, 1 / MOST_A_SIDE, MOST_A_SIDE))
    height, width = (max(1, round(side / ratio)) for side in size)
    if ratio < 1:
        y0, x0 = (size[0] - height) // 2, (size[1] - width) // 2
        # What the network reduces anyway need not be mirrored in full.
        zoom = min(1.0, 2 * input_size / max(height, width))
        canvas = max(1, round(height * zoom)), max(1, round(width * zoom))
        return (FieldOfView((y0, x0, y0 + height, x0 + width), canvas),)
    # What the network would enlarge is enlarged here.
    zoom = max(1.0, input_size / max(height, width))
    canvas = round(height * zoom), round(width * zoom)
    return tuple(FieldOfView(box, canvas) for box in _spread(size, (height, width)))


def _native_fields(input_size: int, size: Size, zoom: float) -> tuple[FieldOfView, ...]:
    """Return fields that are resampled by `zoom`, none larger than what goes in unreduced."""
    zoom = max(float(np.clip(zoom, 1 / MOST_A_SIDE, MOST_A_SIDE)), min(1.0, SMALLEST_SIDE / min(size)))
    height, width = (max(1, min(side, math.floor(input_size / zoom))) for side in size)
    canvas = max(1, round(height * zoom)), max(1, round(width * zoom))
    return tuple(FieldOfView(box, canvas) for box in _spread(size, (height, width)))


def _spread(size: Size, field: Size) -> list[tuple[int, int, int, int]]:
    """Return the boxes of fields that cover a photo evenly, at most `MOST_A_SIDE` a side."""
    tops, lefts = (_starts(whole, part) for whole, part in zip(size, field, strict=True))
    return [(y0, x0, y0 + field[0], x0 + field[1]) for y0 in tops for x0 in lefts]


def _starts(whole: int, part: int) -> list[int]:
    count = min(MOST_A_SIDE, math.ceil(whole / part))
    if count == 1:
        return [(whole - part) // 2]
    return [round(each) for each in np.linspace(0, whole - part, count)]


def _folded(first: float, last: float, side: float) -> tuple[float, float]:
    """Return an interval of a line that is continued by its mirror images, on the line itself."""
    half = min(last - first, side) / 2
    centre = (first + last) / 2 % (2 * side)
    centre = min(max(min(centre, 2 * side - centre), half), side - half)
    return centre - half, centre + half
