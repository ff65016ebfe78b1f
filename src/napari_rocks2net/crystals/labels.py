"""Label images: their check, and numbering without gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.errors import CrystalError

Integers = npt.NDArray[np.int64]


def checked_labels(labels: Any) -> npt.NDArray[np.int64]:
    """Return (Y, X) integers, booleans or whole-numbered floats, none negative, as a label image of int64.

    Raises
    ------
    CrystalError
        When the array is no label image.
    """
    values = np.asarray(labels)
    whole = values.dtype.kind == "f" and bool(np.all(np.isfinite(values) & (values == np.rint(values))))
    if values.ndim != 2 or not (values.dtype.kind in "bui" or whole) or 0 in values.shape:
        raise CrystalError(
            f"The labels have shape {values.shape} and type {values.dtype}: "
            "pass (Y, X) integers, one number a crystal."
        )
    if values.min() < 0:
        raise CrystalError(
            f"The labels go down to {values.min()}: use 0 for background and numbers from 1 on."
        )
    return values.astype(np.int64)


def require_same_size(image: tuple[int, ...], labels: tuple[int, ...]) -> None:
    """Refuse a label image of another size than the image.

    Parameters
    ----------
    image, labels : tuple of int
        Their (Y, X).

    Raises
    ------
    CrystalError
        When they differ.
    """
    if image != labels:
        raise CrystalError(
            f"The image has {image} pixels and the labels {labels}: pass the image that was segmented."
        )


def compacted(labels: Integers) -> tuple[Integers, Integers]:
    """Number (Y, X) labels without gaps, so that tables indexed by label stay small.

    Returns (Y, X) int64 with 0 for background and 1..N, and (N,) int64 with the number that each had.
    """
    largest = int(labels.max(initial=0))
    if largest <= labels.size:
        present = np.bincount(labels.ravel(), minlength=largest + 1) > 0
        present[0] = False
        numbers = np.cumsum(present, dtype=np.int64) * present
        return numbers[labels], np.flatnonzero(present).astype(np.int64)
    names, inverse = np.unique(labels, return_inverse=True)
    background = int(names[0] == 0)
    return inverse.reshape(labels.shape) + 1 - background, names[background:]


def label_areas(labels: npt.NDArray[np.integer[Any]]) -> dict[int, float]:
    """Return the number of pixels of each label but the background 0."""
    present, counts = np.unique(labels, return_counts=True)
    return {int(label): float(count) for label, count in zip(present, counts, strict=True) if label}
