"""Search for the scale bar in a light micrograph, in all the ways that programs draw one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_rocks2net.pixel_scale.boxed_scale_bar import find_boxed_scale_bar
from napari_rocks2net.pixel_scale.scale_bar import ScaleBar, find_lettered_scale_bar


def find_scale_bar(rgb: npt.NDArray[np.uint8]) -> ScaleBar | None:
    """Find the scale bar that is drawn into a photo, on a label of its own or upon the rock.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.

    Returns
    -------
    ScaleBar or None
        None where there is none, or none that is sure.
    """
    return find_boxed_scale_bar(rgb) or find_lettered_scale_bar(rgb)
