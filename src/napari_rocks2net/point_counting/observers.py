"""Agreement of observers: two people, or a person and a model, who named the same points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_rocks2net.point_counting.errors import PointCountError
from napari_rocks2net.point_counting.point_count import UNNAMED, PointCount

if TYPE_CHECKING:
    from napari_rocks2net.audit import Agreement


@dataclass(frozen=True, eq=False)
class Comparison:
    """Comparison of two observers on the points that both have named."""

    first: str
    second: str
    """Observers, models or maps."""
    points: int
    """How many points both have named."""
    agreement: Agreement
    """Of these points, with Cohen's kappa and Gwet's AC1."""
    disagreements: npt.NDArray[np.intp]
    """(M,) int: the points with two names."""


def compare(count: PointCount, first: str, second: str) -> Comparison:
    """Compare what two have named the points of a count; what either left out counts as a class.

    Parameters
    ----------
    count : PointCount
        With the names of both.
    first, second : str
        Observers, models or maps.

    Returns
    -------
    Comparison
        Of the points that both have named.

    Raises
    ------
    PointCountError
        When both are the same, or they share no point.
    """
    from napari_rocks2net.audit import agreement

    if first == second:
        raise PointCountError("Two different observers are needed: choose another one.")
    pairs = list(zip(count.of(first), count.of(second), strict=True))
    common = [point for point, pair in enumerate(pairs) if UNNAMED not in pair]
    if not common:
        raise PointCountError(f"{first} and {second} have named no point both: count the same points first.")
    result = agreement([pairs[point][0] for point in common], [pairs[point][1] for point in common])
    return Comparison(first, second, len(common), result, np.array(common)[result.disagreements])
