"""Scale bar that a camera's program has drawn into a light micrograph: lettering, a ruled line, ticks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from napari_rocks2net.pixel_scale.pixel_size import PixelSize

Bytes = npt.NDArray[np.uint8]
Scores = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

# Bars stand along the upper or lower edge: share of the height.
BORDER = 0.25
# Lettering has the pure colour of a program's palette, as no mineral has; compression fades thin lines more.
LETTERING, LINE = 120.0, 30.0
# The middles of its strokes are nearly the pure colour: so much the most of the ink has.
PURE, PURE_SHARE = 150.0, 0.25
# Where the palette's colour is white or black, grains and cracks have it too: both must have it fully.
NEUTRAL = 235.0
SHORTEST_LETTERS, HIGHEST_LETTERS = 6, 0.12
FEWEST_LETTERS = 2
LEAST_INK, MOST_INK = 0.2, 0.8
# Beside the lettering, in shares of its width, the line goes on.
BESIDE, NEUTRAL_BESIDE, FEWEST_COLUMNS = 0.25, 0.1, 6
# The line lies within so many heights of the lettering, and is so many of its widths long.
NEAREST = 2.0
SHORTEST_LINE, LONGEST_LINE = 0.9, 12.0
# No program draws it over more of the photo's width.
WIDEST = 0.6
LEAST_COVERED, LEAST_NEUTRAL_COVERED = 0.6, 0.95
# The rows beside the line have its colour along so much of it less.
LEAST_STEP = 0.3
THICKEST = 0.5
WIDEST_TICK = 12
# Both ticks are drawn alike: the fainter one rises at least so much of the other; what does not is rock.
LEAST_ALIKE = 0.5
# A line without ticks has one colour from end to end, within this standard deviation.
EVEN = 20.0
LEAST_FILLED = 0.9


@dataclass(frozen=True)
class ScaleBar:
    """A scale bar in a photo."""

    row: float
    """The line's middle, in pixels from the upper edge."""
    left: float
    right: float
    """Its ends, in pixels from the left edge; of ticks their middles."""

    @property
    def pixels(self) -> float:
        """Its length in pixels."""
        return self.right - self.left

    def pixel_size(self, length: float, unit: str = "µm") -> PixelSize:
        """Return the size of a pixel.

        Parameters
        ----------
        length : float
            The number that is written at the bar.
        unit : str
            Its unit; see `PixelSize.of_scale_bar`, whose errors it raises.
        """
        return PixelSize.of_scale_bar(self.pixels, length, unit)


@dataclass(frozen=True)
class _Ink:
    """How strongly each pixel has one colour of a palette, and from what on lettering and line do."""

    scores: Scores
    lettering: float
    line: float
    covered: float
    beside: float


def find_lettered_scale_bar(rgb: Bytes) -> ScaleBar | None:
    """Find a scale bar whose lettering and line are drawn upon the rock.

    A bar is lettering in a pure colour (red, green, blue, their mixtures, white or black) near the upper or
    lower edge, with a thin horizontal line of that colour above or below it, as long as it or longer; ticks
    at both ends say where it ends. A crack, a cleavage or a needle has no lettering.

    See `find_scale_bar` for what is taken and returned.
    """
    height = len(rgb)
    border = max(1, round(BORDER * height))
    for first, rows in ((height - border, rgb[height - border :]), (0, rgb[:border])):
        for ink in _inks(rows):
            for letters in _letterings(ink):
                bar = _bar_at(ink, letters)
                if bar is not None:
                    return ScaleBar(bar.row + first, bar.left, bar.right)
    return None


def _inks(rgb: Bytes) -> Iterator[_Ink]:
    """Yield every colour of the palette, the most usual first."""
    red, green, blue = np.moveaxis(rgb.astype(np.float32), 2, 0)
    colours = [one - np.maximum(*others) for one, *others in _each_first(red, green, blue)]
    colours += [np.minimum(*others) - weak for weak, *others in _each_first(blue, green, red)]
    for scores in colours:
        yield _Ink(scores, LETTERING, LINE, LEAST_COVERED, BESIDE)
    for scores in (np.min([red, green, blue], axis=0), 255 - np.max([red, green, blue], axis=0)):
        yield _Ink(scores, NEUTRAL, NEUTRAL, LEAST_NEUTRAL_COVERED, NEUTRAL_BESIDE)


def _each_first(*colours: Scores) -> Iterator[tuple[Scores, ...]]:
    for index, colour in enumerate(colours):
        yield (colour, *colours[:index], *colours[index + 1 :])


def _letterings(ink: _Ink) -> Iterator[tuple[slice, slice]]:
    """Yield the places (rows, columns) of what may be a line of letters, the largest first."""
    mask = ink.scores > ink.lettering
    highest = HIGHEST_LETTERS * mask.shape[0] / BORDER
    joined = ndimage.binary_dilation(mask, np.ones((1, 2 * SHORTEST_LETTERS + 1)))
    places = ndimage.find_objects(ndimage.label(joined, np.ones((3, 3)))[0])
    for rows, columns in sorted(places, key=lambda place: -_area(place)):
        place = rows, slice(columns.start + SHORTEST_LETTERS, columns.stop - SHORTEST_LETTERS)
        scores = ink.scores[place][mask[place]]
        pure = (scores > max(PURE, ink.lettering)).mean() >= PURE_SHARE if len(scores) else False
        if pure and SHORTEST_LETTERS <= rows.stop - rows.start <= highest and _is_written(mask[place]):
            yield place


def _area(place: tuple[slice, ...]) -> int:
    rows, columns = place
    return int((rows.stop - rows.start) * (columns.stop - columns.start))


def _is_written(mask: Mask) -> bool:
    """Tell letters, of several strokes side by side and wider than high, from a spot."""
    height, width = mask.shape
    if width < 1.5 * height:
        return False
    strokes = ndimage.label(np.vstack([mask.any(axis=0)]))[1]
    middle = mask[height // 2]
    crossings = int((np.diff(middle.astype(int)) == 1).sum() + middle[0])
    return bool(max(strokes, crossings) >= FEWEST_LETTERS and LEAST_INK <= mask.mean() <= MOST_INK)


def _bar_at(ink: _Ink, letters: tuple[slice, slice]) -> ScaleBar | None:
    """Return the bar that belongs to some lettering."""
    rows, columns = letters
    high, wide = rows.stop - rows.start, columns.stop - columns.start
    reach = round(NEAREST * high)
    mask = ink.scores > ink.line
    between = _between_letters(ink, letters)
    if len(between) < FEWEST_COLUMNS:
        return None
    covered = mask[:, between].mean(axis=1)
    near = range(max(0, rows.start - reach), min(len(mask), rows.stop + reach))
    for row in sorted((row for row in near if covered[row] >= ink.covered), key=lambda row: -covered[row]):
        y0, y1 = _thickness(covered, row, covered[row] - LEAST_STEP / 2)
        if y1 - y0 > max(2, THICKEST * high) or not _stands_out(covered, y0, y1):
            continue
        ends = _ticks(ink, y0, y1, letters) or _edges(ink, y0, y1, columns)
        longest = min(LONGEST_LINE * wide, WIDEST * mask.shape[1])
        if ends is not None and SHORTEST_LINE * wide <= ends[1] - ends[0] <= longest:
            return ScaleBar((y0 + y1) / 2, *ends)
    return None


def _between_letters(ink: _Ink, letters: tuple[slice, slice]) -> npt.NDArray[np.intp]:
    """Return the columns, of the lettering and a little beside it, where no letter stands."""
    _, columns = letters
    beside = round(ink.beside * (columns.stop - columns.start))
    free = _free_of_letters(ink, letters)
    first, last = max(0, columns.start - beside), columns.stop + beside
    return first + np.flatnonzero(free[first:last])


def _free_of_letters(ink: _Ink, letters: tuple[slice, slice]) -> Mask:
    """Return for all columns whether no stroke of the lettering stands there, or next to it."""
    written = (ink.scores[letters[0]] > ink.lettering).any(axis=0)
    return ~ndimage.binary_dilation(written, np.ones(5))


def _thickness(covered: npt.NDArray[np.float64], row: int, least: float) -> tuple[int, int]:
    """Return the first row of a line and the first after it."""
    y0, y1 = row, row + 1
    while y0 > 0 and covered[y0 - 1] >= least:
        y0 -= 1
    while y1 < len(covered) and covered[y1] >= least:
        y1 += 1
    return y0, y1


def _stands_out(covered: npt.NDArray[np.float64], y0: int, y1: int) -> bool:
    """Tell a ruled line from an edge: the rows on both sides have much less of its colour."""
    beside = [covered[row] for row in (y0 - 2, y1 + 1) if 0 <= row < len(covered)]
    return len(beside) == 2 and max(beside) <= covered[y0:y1].max() - LEAST_STEP


def _ticks(ink: _Ink, y0: int, y1: int, letters: tuple[slice, slice]) -> tuple[float, float] | None:
    """Return the middles of the ticks at both ends, to a part of a pixel; None where it has none."""
    _, columns = letters
    length = max(3, (columns.stop - columns.start) // 12)
    above, below = ink.scores[max(0, y0 - 1 - length) : y0 - 1], ink.scores[y1 + 1 : y1 + 1 + length]
    if min(len(above), len(below)) < length:
        return None
    peaks = list(_peaks(np.minimum(above.mean(axis=0), below.mean(axis=0)), ink.line))
    line = np.cumsum(np.r_[0, (ink.scores[y0:y1] > ink.line).any(axis=0)])
    # Letters may come down beside the line; they are no rock that goes on there.
    free = _free_of_letters(ink, letters)
    beside = np.cumsum(np.r_[0, (ink.scores[[y0 - 2, y1 + 1]] > ink.line).mean(axis=0) * free])
    columns_beside = np.cumsum(np.r_[0, free])
    best, strongest = None, 0.0
    for left, right in product(peaks, peaks):
        if not left.middle < columns.start + 3 < columns.stop - 3 < right.middle:
            continue
        first, last = int(left.middle), int(right.middle) + 1
        covered = (line[last] - line[first]) / (last - first)
        step = covered - (beside[last] - beside[first]) / max(1, columns_beside[last] - columns_beside[first])
        strength = min(left.strength, right.strength)
        if strength < LEAST_ALIKE * max(left.strength, right.strength):
            continue
        if strength > strongest and covered >= ink.covered and step >= LEAST_STEP:
            best, strongest = (left.middle, right.middle), strength
    return best


@dataclass(frozen=True)
class _Peak:
    """What may be a tick: where its middle is in a profile, and how high it rises."""

    middle: float
    strength: float


def _peaks(profile: Scores, least: float) -> Iterator[_Peak]:
    for (place,) in ndimage.find_objects(ndimage.label(profile > least)[0]):
        part = profile[place] - least
        if len(part) <= WIDEST_TICK:
            middle = float((np.arange(place.start, place.stop) + 0.5) @ part / part.sum())
            yield _Peak(middle, float(part.max()))


def _edges(ink: _Ink, y0: int, y1: int, columns: slice) -> tuple[float, float] | None:
    """Return the ends of a line without ticks: one of the pure colour from end to end, which ends sharply."""
    line = ink.scores[y0:y1].max(axis=0) > ink.lettering
    runs, _ = ndimage.label(line)
    inside = runs[columns][runs[columns] > 0]
    if not len(inside):
        return None
    run = ndimage.find_objects(runs)[int(np.bincount(inside).argmax()) - 1][0]
    part = ink.scores[y0:y1, run]
    if part.max(axis=0).std() > EVEN or (part > ink.lettering).mean() < LEAST_FILLED:
        return None
    return (float(run.start), float(run.stop)) if run.start >= 2 and run.stop <= len(line) - 2 else None
