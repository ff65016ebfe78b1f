"""Layer registration: layers laid on one another by their affines; no pixel changes."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.layers.image_planes import image_plane
from napari_rocks2net.plugin.layers.plane import ImageLayerError, ImagePlane
from napari_rocks2net.plugin.layers.transforms import LayerTransform
from napari_rocks2net.views import Registration, View, register
from napari_rocks2net.views.registration import turned_between

if TYPE_CHECKING:
    from napari.layers import Image

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RegistrationRequest:
    """A layer to be laid on another, frozen when it was asked for."""

    fixed: ImagePlane
    moving: ImagePlane
    """The second is laid on the first."""
    turned: float | None
    """About how many degrees the stage was turned between them; None where an angle is not known."""

    @classmethod
    def of(cls, fixed: Image, moving: Image, views: tuple[View, View]) -> RegistrationRequest:
        """Ask for a layer to be laid on another.

        Parameters
        ----------
        fixed, moving : napari.layers.Image
            Two pictures.
        views : tuple of View
            Of the one and of the other: views without angles are taken for photos at one stage position.

        Raises
        ------
        ImageLayerError
            When one is a stack.
        """
        for layer in (fixed, moving):
            if layer.ndim != 2:
                raise ImageLayerError(f"{layer.name!r} is a stack: split it into pictures to lay them.")
        turned = turned_between(*(view.angle for view in views))
        return cls(image_plane(fixed), image_plane(moving), turned)


@dataclass(frozen=True, eq=False)
class LayerRegistration:
    """Registration of one layer on another, in pixels of both at full size."""

    request: RegistrationRequest
    registration: Registration

    @property
    def matrix(self) -> Matrix:
        """(3, 3) full-size pixels of the moving picture to those of the fixed one."""
        to_read = np.linalg.inv(_to_full(self.request.moving))
        return _to_full(self.request.fixed) @ self.registration.matrix @ to_read

    def __str__(self) -> str:
        """Return how far it was moved and how well it fits, or that it does not."""
        registration = self.registration
        if not registration.trusted:
            return f"no match ({registration.quality:.1f}): not moved"
        moved = registration.distance(*self.request.moving.size) * float(self.request.fixed.reduction.mean())
        turned = f", {registration.angle:.1f}°" if abs(registration.angle) >= 0.05 else ""
        return f"{moved:.1f} px{turned}, fit {registration.quality:.1f}"


def _to_full(plane: ImagePlane) -> Matrix:
    """Return pixel centres of what was read to those of the layer's data."""
    matrix = np.diag([*plane.reduction, 1.0])
    matrix[:2, 2] = (plane.reduction - 1) / 2
    return matrix


def register_layers(
    requests: Sequence[RegistrationRequest],
) -> Generator[Progress, None, list[LayerRegistration]]:
    """Register layers one after the other, as a job."""
    registered = []
    for number, request in enumerate(requests, start=1):
        yield Progress(number - 1, len(requests), activity=f"Laying {request.moving.name}")
        registration = register(request.fixed.read(), request.moving.read(), request.turned)
        registered.append(LayerRegistration(request, registration))
    return registered


def affine_onto(fixed: Image, moving: Image, matrix: Matrix) -> Matrix:
    """Return the affine of a layer that lays it on another.

    Parameters
    ----------
    fixed, moving : napari.layers.Image
        Two pictures; neither is changed.
    matrix : numpy.ndarray
        (3, 3) pixels of the moving picture to those of the fixed one.

    Returns
    -------
    numpy.ndarray
        (3, 3), for ``moving.affine``; its scale, rotation and translation stay what they are.
    """
    own: Any = np.asarray(moving.affine.affine_matrix)
    without_affine = np.linalg.inv(own) @ LayerTransform.of(moving).matrix
    affine: Matrix = LayerTransform.of(fixed).matrix @ matrix @ np.linalg.inv(without_affine)
    return affine
