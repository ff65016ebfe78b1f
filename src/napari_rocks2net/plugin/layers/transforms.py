"""Transforms of layers: copied, of one plane of a stack, and common to the results on several images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from napari.layers import Layer

_ARRAYS = ("scale", "translate", "rotate", "shear", "affine")
_NAMES = ("units", "axis_labels")
PLACE_EVENTS = (*_ARRAYS, "units")
"""Events of a layer that lies elsewhere, or is measured otherwise, than before."""


@dataclass(frozen=True, eq=False)
class LayerTransform:
    """A copy of a layer's whole transform, units and axis labels."""

    matrix: np.ndarray
    """(D + 1, D + 1), from data coordinates to the world, in homogeneous coordinates."""
    keywords: dict[str, Any]
    """What a new layer needs to lie in the same place: scale, translate, rotate, shear, affine, units and
    axis_labels."""

    @classmethod
    def of(cls, layer: Layer) -> LayerTransform:
        """Copy the transform of a layer."""
        keywords = {name: np.array(getattr(layer, name)) for name in _ARRAYS[:-1]}
        keywords["affine"] = np.array(layer.affine.affine_matrix)
        return cls(_matrix(layer), keywords | {name: getattr(layer, name) for name in _NAMES})

    @classmethod
    def of_linear(
        cls,
        linear: np.ndarray,
        offset: np.ndarray,
        units: Sequence[Any] = ("pixel", "pixel"),
        axis_labels: Sequence[str] = ("axis -2", "axis -1"),
    ) -> LayerTransform:
        """Return the transform of a two-dimensional layer.

        Parameters
        ----------
        linear : numpy.ndarray
            (2, 2) from pixels to the world. The lengths of its columns become the layer's scale.
        offset : numpy.ndarray
            (2,) position of the first pixel's centre in the world.
        units, axis_labels : sequence
            Two each.
        """
        matrix, affine = np.eye(3), np.eye(3)
        matrix[:2, :2], matrix[:2, 2] = linear, offset
        scale = np.linalg.norm(linear, axis=0)
        affine[:2, :2] = linear / scale
        arrays = (scale, np.linalg.solve(affine[:2, :2], offset), np.eye(2), np.zeros(1), affine)
        names = {"units": tuple(units), "axis_labels": tuple(axis_labels)}
        return cls(matrix, dict(zip(_ARRAYS, arrays, strict=True)) | names)

    @property
    def ndim(self) -> int:
        """Number of the layer's dimensions."""
        return len(self.matrix) - 1

    @property
    def units(self) -> tuple[Any, ...]:
        """One pint unit for each dimension."""
        units: tuple[Any, ...] = self.keywords["units"]
        return units

    def of_plane(self, index: tuple[int, ...]) -> LayerTransform:
        """Return the transform of a two-dimensional layer that lies on one plane of this layer.

        Parameters
        ----------
        index : tuple of int
            Position along the leading axes; the two axes after them are Y and X. Colours that napari takes
            for an axis come after these.
        """
        if self.ndim == 2:
            return self
        first = len(index)
        plane = slice(first, first + 2)
        offset = self.matrix[plane, -1] + self.matrix[plane, :first] @ np.array(index, float)
        names = (self.keywords[name][plane] for name in _NAMES)
        return LayerTransform.of_linear(self.matrix[plane, plane], offset, *names)

    def of_part(self, *offset: float) -> LayerTransform:
        """Return the transform of a part of a layer, so many pixels along the last axes from its first."""
        matrix, keywords = self.matrix.copy(), dict(self.keywords)
        moved = matrix[:-1, :-1] @ np.array([*(0,) * (self.ndim - len(offset)), *offset], float)
        matrix[:-1, -1] += moved
        # The layer's affine comes after its translation.
        shift = np.linalg.solve(keywords["affine"][:-1, :-1], moved)
        keywords["translate"] = keywords["translate"] + shift
        return LayerTransform(matrix, keywords)

    def with_cells(self, down: float, right: float) -> LayerTransform:
        """Return the transform of a layer whose pixels are cells of so many of this one's pixels."""
        sides = np.array([*(1,) * (self.ndim - 2), down, right], float)
        keywords = self.keywords | {"scale": self.keywords["scale"] * sides}
        return LayerTransform(self.matrix @ np.diag([*sides, 1.0]), keywords)

    def pixels(self, pixels: np.ndarray) -> np.ndarray:
        """Return (Y, X) pixels as the data of a layer with one plane."""
        return pixels.reshape((1,) * (self.ndim - 2) + pixels.shape)

    def points(self, points: np.ndarray) -> np.ndarray:
        """Return (..., 2) places, y and x, as data coordinates of a layer with one plane."""
        return np.concatenate([np.zeros((*points.shape[:-1], self.ndim - 2)), points], axis=-1)

    def same_as(self, other: LayerTransform) -> bool:
        """Return whether both put every point in the same place of the world."""
        return (
            self.matrix.shape == other.matrix.shape
            and np.allclose(self.matrix, other.matrix, rtol=1e-9, atol=1e-12)
            and self.units == other.units
        )


IDENTITY = LayerTransform.of_linear(np.eye(2), np.zeros(2))
"""Where an image lies of which nothing else is known."""


def set_transform(layer: Layer, transform: LayerTransform) -> None:
    """Move a layer; what is the same already is not set again, because napari would draw it anew."""
    for name in _ARRAYS:
        now = layer.affine.affine_matrix if name == "affine" else getattr(layer, name)
        value = transform.keywords[name]
        if np.shape(now) != np.shape(value) or not np.allclose(now, value):
            setattr(layer, name, value)
    for name in _NAMES:
        value = transform.keywords[name]
        if tuple(map(str, getattr(layer, name))) != tuple(map(str, value)):
            setattr(layer, name, value)


@dataclass(frozen=True, eq=False)
class ResultFrame:
    """The coordinates that a result layer's vertices are in."""

    transform: LayerTransform
    """Of the result layers."""
    in_world: bool
    """Whether the vertices are world coordinates, because the images do not lie in one place."""

    @property
    def ndim(self) -> int:
        """Number of dimensions of the result layers."""
        return self.transform.ndim

    def from_image(self, transform: LayerTransform, points: np.ndarray) -> np.ndarray:
        """Turn (N, D) data coordinates of an image layer into (N, ndim) coordinates of this frame."""
        if not self.in_world:
            return points
        moved = points @ transform.matrix[:-1, :-1].T + transform.matrix[:-1, -1]
        padding = np.zeros((len(points), self.ndim - transform.ndim))
        return np.hstack([padding, moved * self._unit_factors(transform)])

    def to_image(self, transform: LayerTransform, points: np.ndarray) -> np.ndarray:
        """Turn (N, ndim) coordinates of this frame back into (N, D) data coordinates."""
        if not self.in_world:
            return points
        moved = points[:, self.ndim - transform.ndim :] / self._unit_factors(transform)
        return np.linalg.solve(transform.matrix[:-1, :-1], (moved - transform.matrix[:-1, -1]).T).T

    def _unit_factors(self, transform: LayerTransform) -> np.ndarray:
        units = self.transform.units[self.ndim - transform.ndim :]
        return np.array([_factor(*pair) for pair in zip(transform.units, units, strict=True)])


def common_frame(transforms: Sequence[LayerTransform]) -> ResultFrame:
    """Choose the frame for results on several images.

    Images that share one transform give their results exactly that transform. Otherwise the
    vertices are world coordinates, in the units of the image with most dimensions.
    """
    first = max(transforms, key=lambda transform: transform.ndim)
    if all(first.same_as(other) for other in transforms):
        return ResultFrame(first, in_world=False)
    return ResultFrame(_world(first), in_world=True)


def _world(transform: LayerTransform) -> LayerTransform:
    """Return the transform of a layer whose data are the world's coordinates, with the names of another's."""
    ndim = transform.ndim
    arrays = (np.ones(ndim), np.zeros(ndim), np.eye(ndim), np.zeros(ndim * (ndim - 1) // 2), np.eye(ndim + 1))
    names = {name: transform.keywords[name] for name in _NAMES}
    return LayerTransform(np.eye(ndim + 1), dict(zip(_ARRAYS, arrays, strict=True)) | names)


def _matrix(layer: Layer) -> np.ndarray:
    """Read the whole affine transform off the images of the origin and of the unit vectors."""
    origin = np.array(layer.data_to_world(np.zeros(layer.ndim)))
    matrix = np.eye(layer.ndim + 1)
    matrix[:-1, -1] = origin
    for axis, unit_vector in enumerate(np.eye(layer.ndim)):
        matrix[:-1, axis] = np.array(layer.data_to_world(unit_vector)) - origin
    return matrix


def _factor(unit: Any, target: Any) -> float:
    """Return how many `target` one `unit` is; napari shows units of different kinds side by side as 1 : 1."""
    if not unit.is_compatible_with(target):
        return 1.0
    return float((1 * unit).to(target).magnitude)
