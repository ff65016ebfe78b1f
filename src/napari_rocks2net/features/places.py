"""Places of a photo: what each of them has of the descriptors of the whole."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Below it all places are the same, and none has more of the deviation than another.
SMALLEST_DEVIATION = 1e-12


def shares_of_places(
    whole: npt.NDArray[np.float32], places: npt.NDArray[np.float32], moments: npt.NDArray[np.intp]
) -> Floats:
    """Return what each of N equal places that tile a photo has of its descriptors.

    Of a mean, or of the share of a pattern, a place has its own; of a deviation s about a mean m it has
    E[(v - m)^2] / s over its own values v. The mean over the places is then that of the whole, but for places
    whose edges lie between pixels. Of percentiles and the like a place has its own, too; their mean is not
    that of the whole.

    Parameters
    ----------
    whole : numpy.ndarray
        (D,) of the photo.
    places : numpy.ndarray
        (N, D) of its places, by the same `describe_boxes`.
    moments : numpy.ndarray
        (M, 2) columns of a mean and of the deviation about it: `TEXTURE_MOMENTS` or `activation_moments`.

    Returns
    -------
    numpy.ndarray
        (N, D) float64.
    """
    shares, of_whole = places.astype(float), whole.astype(float)
    means, deviations = moments.T
    deviation = of_whole[deviations]
    spread = shares[:, deviations] ** 2 + (shares[:, means] - of_whole[means]) ** 2
    even = deviation <= SMALLEST_DEVIATION
    shares[:, deviations] = np.where(even, deviation, spread / np.where(even, 1, deviation))
    return shares
