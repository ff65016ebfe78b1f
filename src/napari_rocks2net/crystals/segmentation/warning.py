"""Segmentation warning: one region covers much of the image."""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_rocks2net.crystals.labels import checked_labels, compacted

MUCH_OF_THE_IMAGE = 0.4


def segmentation_warning(labels: Any) -> str:
    """Return a warning about an implausible segmentation, an empty text where it is plausible.

    Parameters
    ----------
    labels : array_like
        (Y, X) integers, 0 is background.

    Returns
    -------
    str
        A sentence where one region covers much of the image: ground, or grains without an outline.

    Raises
    ------
    CrystalError
        When the array is no label image.
    """
    values = checked_labels(labels)
    areas = np.bincount(compacted(values)[0].ravel())[1:]
    share = areas.max(initial=0) / values.size
    if share < MUCH_OF_THE_IMAGE:
        return ""
    covered = f"One region covers {100 * share:.0f} % of the image"
    return f"{covered}: if it is no crystal, give the size of a typical one."
