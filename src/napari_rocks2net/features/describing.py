"""Descriptors of one photo: of the whole, of its windows, of a box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_rocks2net.features.activations import Stages, activation_descriptors
from napari_rocks2net.features.texture import texture_descriptors
from napari_rocks2net.features.windows import WHOLE, WINDOW_GRID, WINDOW_SIDES, window_boxes
from napari_rocks2net.features.working_scale import working_image

Floats = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]

KINDS = ("texture", "activations")
# Raised whenever the same photo gets other numbers, so that no cache and no model mixes them.
DESCRIPTOR_VERSION = 2


@dataclass(frozen=True, eq=False)
class Descriptors:
    """Descriptors of a photo: texture and colour as numbers."""

    whole: Mapping[str, Floats]
    """(D,) float32 a kind, of the whole photo."""
    windows: Mapping[str, Floats]
    """(2, 8, 8, D) float32 a kind, of the windows of each of WINDOW_SIDES, by row and column; rounded to half
    precision, which is how they are cached."""


def describe(
    rgb: npt.NDArray[np.uint8], kinds: Sequence[str] = KINDS, *, stages: Stages | None = None
) -> Descriptors:
    """Describe a photo and its windows at the photo's own scale, or that of `working_image`.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.
    kinds : sequence of {"texture", "activations"}
        See `texture_descriptors` and `activation_descriptors`.
    stages : callable, optional
        The backbone of "activations": (1, 3, y, x) to feature maps (1, C, h, w).

    Returns
    -------
    Descriptors
        Finite numbers, whatever the photo shows.

    Raises
    ------
    ImageError
        When the array is not (Y, X, 3) uint8 with at least one pixel.
    ValueError
        For an unknown kind, for activations without a backbone, and for a backbone whose maps are not finite.
    """
    windows = window_boxes().reshape(-1, 4)
    described = describe_boxes(rgb, np.vstack([WHOLE, windows]), kinds, stages)
    grid = (len(WINDOW_SIDES), WINDOW_GRID, WINDOW_GRID, -1)
    return Descriptors(
        whole={kind: rows[0] for kind, rows in described.items()},
        windows={kind: _rounded(rows[1:]).reshape(grid) for kind, rows in described.items()},
    )


def _rounded(rows: Floats) -> Floats:
    """Return the nearest numbers of half precision; what is too large for it is its largest."""
    largest = np.finfo(np.float16).max
    return np.clip(rows, -largest, largest).astype(np.float16).astype(np.float32)


def describe_box(
    rgb: npt.NDArray[np.uint8],
    box: Box,
    kinds: Sequence[str] = KINDS,
    *,
    stages: Stages | None = None,
) -> dict[str, Floats]:
    """Describe one box of a photo; a window at its place has these numbers, rounded.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.
    box : tuple of float
        y0, x0, y1, x1 in the unit square; the part outside is left out.
    kinds, stages
        As for `describe`.

    Returns
    -------
    dict of str to numpy.ndarray
        (D,) float32 a kind.

    Raises
    ------
    ImageError
        When the array is not (Y, X, 3) uint8 with at least one pixel.
    ValueError
        For a box without area within the photo, and as for `describe`.
    """
    y0, x0, y1, x1 = clipped = np.clip(np.asarray(box, float), 0, 1)
    if not (y0 < y1 and x0 < x1):
        raise ValueError(f"The box {tuple(box)} has no area in the photo: pass y0, x0, y1, x1 within 0..1.")
    return {kind: rows[0] for kind, rows in describe_boxes(rgb, clipped[None], kinds, stages).items()}


def describe_boxes(
    rgb: npt.NDArray[np.uint8],
    boxes: npt.NDArray[np.float64],
    kinds: Sequence[str],
    stages: Stages | None,
) -> dict[str, Floats]:
    """Describe boxes of a photo, all in one pass.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.
    boxes : numpy.ndarray
        (N, 4) y0, x0, y1, x1 within the unit square.
    kinds, stages
        As for `describe`, whose errors it raises too.

    Returns
    -------
    dict of str to numpy.ndarray
        (N, D) float32 a kind.
    """
    check_kinds(kinds)
    image, described = working_image(rgb), {}
    if "texture" in kinds:
        described["texture"] = texture_descriptors(image, boxes)
    if "activations" in kinds:
        if stages is None:
            raise ValueError("Activations need a backbone: pass its stages, or leave out 'activations'.")
        described["activations"] = activation_descriptors(image, boxes, stages)
    return described


def check_kinds(kinds: Sequence[str]) -> None:
    """Refuse an unknown kind of descriptor, or none.

    Raises
    ------
    ValueError
        Naming it and those that there are.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise ValueError(f"Descriptors of kind {unknown or 'none'}: choose among {', '.join(KINDS)}.")


def joined(described: Mapping[str, Floats], kinds: Sequence[str]) -> Floats:
    """Return descriptors of several kinds side by side, (..., D) float32.

    Parameters
    ----------
    described : mapping of numpy.ndarray
        (..., D) a kind.
    kinds : sequence of str
        Which of them, in their order.
    """
    return np.concatenate([described[kind] for kind in kinds], axis=-1)
