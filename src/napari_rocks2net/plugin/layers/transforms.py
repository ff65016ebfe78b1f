"""Where an image layer lies in the world, and how results are laid exactly on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from napari.layers import Layer

TRANSFORM_FIELDS = ("scale", "translate", "rotate", "shear", "affine")


@dataclass(frozen=True, eq=False)
class Placement:
    """A copy of a layer's whole transform, units and axis labels.

    Parameters
    ----------
    matrix : numpy.ndarray
        (D + 1, D + 1), from data coordinates to the world, in homogeneous coordinates.
    keywords : dict
        What a new layer needs to lie in the same place: scale, translate, rotate, shear, affine,
        units and axis_labels.
    """

    matrix: np.ndarray
    keywords: dict[str, Any]

    @classmethod
    def of(cls, layer: Layer) -> Placement:
        """Copy the placement of a layer."""
        keywords = {name: np.array(getattr(layer, name)) for name in TRANSFORM_FIELDS[:-1]}
        keywords["affine"] = np.array(layer.affine.affine_matrix)
        return cls(_matrix(layer), keywords | {"units": layer.units, "axis_labels": layer.axis_labels})

    @property
    def ndim(self) -> int:
        """Number of the layer's dimensions."""
        return len(self.matrix) - 1

    @property
    def units(self) -> tuple[Any, ...]:
        """One pint unit for each dimension."""
        units: tuple[Any, ...] = self.keywords["units"]
        return units

    def same_as(self, other: Placement) -> bool:
        """Return whether both put every point in the same place of the world."""
        return (
            self.matrix.shape == other.matrix.shape
            and np.allclose(self.matrix, other.matrix, rtol=1e-9, atol=1e-12)
            and self.units == other.units
        )


@dataclass(frozen=True, eq=False)
class ResultFrame:
    """The coordinates that a result layer's vertices are in.

    Parameters
    ----------
    keywords : dict
        Transform, units and axis labels of the result layers.
    ndim : int
        Their number of dimensions.
    in_world : bool
        Whether the vertices are world coordinates, because the images do not lie in one place.
    """

    keywords: dict[str, Any]
    ndim: int
    in_world: bool

    def from_image(self, placement: Placement, points: np.ndarray) -> np.ndarray:
        """Turn (N, D) data coordinates of an image layer into (N, ndim) coordinates of this frame."""
        if not self.in_world:
            return points
        moved = points @ placement.matrix[:-1, :-1].T + placement.matrix[:-1, -1]
        padding = np.zeros((len(points), self.ndim - placement.ndim))
        return np.hstack([padding, moved * self._unit_factors(placement)])

    def to_image(self, placement: Placement, points: np.ndarray) -> np.ndarray:
        """Turn (N, ndim) coordinates of this frame back into (N, D) data coordinates."""
        if not self.in_world:
            return points
        moved = points[:, self.ndim - placement.ndim :] / self._unit_factors(placement)
        return np.linalg.solve(placement.matrix[:-1, :-1], (moved - placement.matrix[:-1, -1]).T).T

    def _unit_factors(self, placement: Placement) -> np.ndarray:
        wanted = self.keywords["units"][self.ndim - placement.ndim :]
        return np.array([_factor(*pair) for pair in zip(placement.units, wanted, strict=True)])


def common_frame(placements: Sequence[Placement]) -> ResultFrame:
    """Choose the frame for results on several images.

    Images that share one placement give their results exactly that placement. Otherwise the
    vertices are world coordinates, in the units of the image with most dimensions.
    """
    first = max(placements, key=lambda placement: placement.ndim)
    if all(first.same_as(other) for other in placements):
        return ResultFrame(first.keywords, first.ndim, in_world=False)
    keywords = {name: first.keywords[name] for name in ("units", "axis_labels")}
    return ResultFrame(keywords, first.ndim, in_world=True)


def _matrix(layer: Layer) -> np.ndarray:
    """Read the whole affine transform off the images of the origin and of the unit vectors."""
    origin = np.array(layer.data_to_world(np.zeros(layer.ndim)))
    matrix = np.eye(layer.ndim + 1)
    matrix[:-1, -1] = origin
    for axis, unit_vector in enumerate(np.eye(layer.ndim)):
        matrix[:-1, axis] = np.array(layer.data_to_world(unit_vector)) - origin
    return matrix


def _factor(unit: Any, wanted: Any) -> float:
    """Return how many `wanted` one `unit` is; napari shows units of different kinds side by side as 1 : 1."""
    if not unit.is_compatible_with(wanted):
        return 1.0
    return float((1 * unit).to(wanted).magnitude)
