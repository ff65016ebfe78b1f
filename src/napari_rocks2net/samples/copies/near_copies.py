"""Photos that are copies of others: whole or cropped, turned, with a label in them or a strip beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.samples.copies.alignment import correlation_of_blocks, correlations_by_place, detail
from napari_rocks2net.samples.copies.perceptual_hash import TURNS, turned
from napari_rocks2net.samples.copies.picture_windows import (
    Windows,
    middle_square,
    places_of_turns,
    windows,
)

Floats = npt.NDArray[np.float32]

# Copies reach LIKELY, or are among the MOST_LIKELY that are most alike. Of pairs of different photos of
# benchmarks/label_audit.py up to 25 in 1,000 reach it.
LIKELY = 0.65
MOST_LIKELY, LEAST_LIKELY = 3, 0.45
LIKELY_PLACE = 0.75
# Blurred photos are all alike in their low frequencies: aligning all with all would take hours.
MOST_ALIGNED = 50
# Of those photos copies then correlate by 0.58 and more, but for one in a hundred; others by 0.26 at most.
LEAST_CORRELATION = 0.4
# Below this the first look at a place has shown another picture.
HOPELESS = 0.2
PLACES_LOOKED_AT = 4
# Share of a part that lies within the whole. Fields that overlap by less are neighbours.
WITHIN = 0.9
# Sizes that are tried at a place, ever finer, and how far about it: the windows' sides differ by 8 %.
SCALES = ((0.98, 1.02), (0.98, 1.02), (0.99, 1.01))
REACHES = (4, 3, 2)
SMALLEST = 12

Alignment = tuple[float, Floats, Floats, tuple[float, float, float]]


def copies(
    wholes: Sequence[Floats | None],
    parts: Sequence[Floats | None],
    on_progress: OnProgress = lambda done, total: None,
) -> Iterator[tuple[int, int, float]]:
    """Find the pictures that are others, or parts of others of half their sides and more.

    The windows of every whole are compared with the middle of every part in all turns, by their low
    frequencies; and what is alike in them is aligned, and has to correlate all over. So neither fields that
    overlap nor photos with the same scale bar are copies.

    Parameters
    ----------
    wholes, parts : sequence of numpy.ndarray or None
        See `grey_thumbnail`; None is no part of anything. In one list for both, no picture is compared with
        itself.
    on_progress : callable
        Takes how many wholes were compared, and how many there are.

    Yields
    ------
    tuple of int, int and float
        The positions of a whole and of a part of it, and how well their detail correlates, 0.4 to 1.
    """
    known = [position for position, part in enumerate(parts) if part is not None]
    if not known:
        return
    greys = [part for part in parts if part is not None]
    squares = np.concatenate([middle_square(grey) for grey in greys])
    places = np.stack([places_of_turns(grey) for grey in greys])
    for position, whole in enumerate(wholes):
        on_progress(position + 1, len(wholes))
        if whole is None:
            continue
        own, own_places = windows(whole), places_of_turns(whole)[0]
        by_window = (squares @ own.vectors.T).max(1).reshape(-1, TURNS).max(1)
        by_place = np.einsum("ntpf,pf->ntp", places, own_places).max((1, 2))
        if wholes is parts:
            own_number = known.index(position)
            by_window[own_number] = by_place[own_number] = -1
        fine = detail(whole)
        for number in _likely(by_window, by_place):
            looked_at = _places(own, squares[number * TURNS : (number + 1) * TURNS])
            looked_at += _whole_places(whole, places[number], own_places)
            correlation = _best_correlation(fine, greys[number], looked_at)
            if correlation >= LEAST_CORRELATION:
                yield position, known[number], correlation


def _likely(by_window: Floats, by_place: Floats) -> npt.NDArray[np.int64]:
    """Return the numbers of the pictures that are worth an alignment."""
    chosen = (by_window >= LIKELY) | (by_place >= LIKELY_PLACE)
    best = by_window.argsort()[::-1][:MOST_LIKELY]
    chosen[best[by_window[best] >= LEAST_LIKELY]] = True
    numbers = np.flatnonzero(chosen)
    return numbers[np.maximum(by_window, by_place)[numbers].argsort()[::-1][:MOST_ALIGNED]]


def _places(own: Windows, square: Floats) -> list[tuple[int, Floats]]:
    """Return the turns and places that are most like the middle of a part, one for each side and turn."""
    scores = own.vectors @ square.T
    sides = own.places[:, 2]
    best_places = []
    for side in np.unique(sides):
        rows = np.flatnonzero(sides == side)
        best = rows[scores[rows].argmax(0)]
        best_places += [(float(scores[row, turn]), turn, own.places[row]) for turn, row in enumerate(best)]
    best_places.sort(key=lambda each: -each[0])
    return [(turn, place) for _, turn, place in best_places[:PLACES_LOOKED_AT]]


def _whole_places(whole: Floats, turns: Floats, own: Floats) -> list[tuple[int, Floats]]:
    """Return the turn in which another picture, whole, is most like this one, if it is."""
    scores = np.einsum("tpf,pf->tp", turns, own).max(1)
    side = min(whole.shape)
    place = np.array([*((length - side) / 2 for length in whole.shape), side], np.float32)
    turn = int(scores.argmax())
    return [(turn, place)] if scores[turn] >= LIKELY_PLACE else []


def _best_correlation(fine: Floats, part: Floats, looked_at: list[tuple[int, Floats]]) -> float:
    return max((_correlation(fine, turned(part, turn), place) for turn, place in looked_at), default=0.0)


def _correlation(fine: Floats, part: Floats, place: Floats) -> float:
    """Return how well a part correlates, all over, with the whole about a place of its middle square."""
    y, x, side = map(float, place)
    best: Alignment | None = None
    middle = (y + side / 2, x + side / 2, side / min(part.shape))
    for scales, reach in zip(SCALES, REACHES, strict=True):
        for factor in scales:
            aligned = _aligned(fine, part, (middle[0], middle[1], middle[2] * factor), reach)
            if aligned is not None and (best is None or aligned[0] > best[0]):
                best = aligned
        if best is None or best[0] < HOPELESS:
            return 0.0
        middle = best[-1]
    return correlation_of_blocks(best[1], best[2]) if best is not None else 0.0


def _aligned(fine: Floats, part: Floats, middle: tuple[float, float, float], reach: int) -> Alignment | None:
    """Return the correlation, the windows that correlate and their middle, of a part in one scale."""
    y, x, scale = middle
    shape = [round(length * scale) for length in part.shape]
    height, width = (min(length, most) for length, most in zip(shape, fine.shape, strict=True))
    if min(height, width) < SMALLEST or height * width < WITHIN * shape[0] * shape[1]:
        return None
    small = _resized(part, *shape)
    top, left = ((length - most) // 2 for length, most in zip(shape, (height, width), strict=True))
    small = detail(small)[top : top + height, left : left + width]
    y_from = int(np.clip(round(y - height / 2) - reach, 0, fine.shape[0] - height))
    x_from = int(np.clip(round(x - width / 2) - reach, 0, fine.shape[1] - width))
    around = fine[y_from : y_from + height + 2 * reach, x_from : x_from + width + 2 * reach]
    correlations = correlations_by_place(around, small)
    row, column = np.unravel_index(correlations.argmax(), correlations.shape)
    window = around[row : row + height, column : column + width]
    at = (float(y_from + row + height / 2), float(x_from + column + width / 2), scale)
    return float(correlations[row, column]), window, small, at


def _resized(grey: Floats, height: int, width: int) -> Floats:
    image = Image.fromarray(np.ascontiguousarray(grey))
    smaller = height < grey.shape[0]
    resampling = Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR
    return np.asarray(image.resize((width, height), resampling), np.float32)
