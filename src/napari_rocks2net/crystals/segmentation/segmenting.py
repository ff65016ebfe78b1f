"""Crystal segmentation without a trained network: from an SEM image to a label image."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
from skimage.segmentation import clear_border

from napari_rocks2net.crystals.grey import as_grey
from napari_rocks2net.crystals.info_bar import find_info_bar
from napari_rocks2net.crystals.labels import checked_labels, compacted
from napari_rocks2net.crystals.segmentation.candidates import (
    Candidates,
    count_searches,
    join_candidates,
    search,
)
from napari_rocks2net.crystals.segmentation.selection import select
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.crystals.segmentation.size import estimate_size
from napari_rocks2net.crystals.segmentation.watershed import Labels, refine_outlines, renumbered
from napari_rocks2net.crystals.segmentation.working_image import LEAST_SMOOTHING, working_image
from napari_rocks2net.iteration import OnProgress, iterate_to_end

# Share of the image from which one region is doubted.
MUCH_OF_THE_IMAGE = 0.4
Iteration = Generator[tuple[int, int], None, Labels]


def segment_crystals(
    image: Any,
    settings: SegmentationSettings | None = None,
    pixel_size: float | None = None,
    on_progress: OnProgress | None = None,
) -> npt.NDArray[np.int32]:
    """Find the crystals of an SEM image, without a trained network.

    Outlines are looked for at many levels of brightness and of the gradient; clumps are cut by a
    marker-controlled watershed; of all candidates, the convex regions of the typical size that stand out
    most from their surroundings are kept.

    Parameters
    ----------
    image : array_like
        (Y, X) or (Y, X, channels) numbers, see `as_grey`.
    settings : SegmentationSettings, optional
        The defaults when left out.
    pixel_size : float, optional
        Micrometres a pixel, needed when the settings give the size in micrometres.
    on_progress : callable, optional
        Called with steps done and steps in all; whatever it raises ends the search.

    Returns
    -------
    numpy.ndarray
        (Y, X) int32: 0 where no crystal is, else 1, 2, ...

    Raises
    ------
    CrystalError
        When the image is no picture or the settings do not fit it.
    """
    return iterate_to_end(iterate_segmentation(image, settings, pixel_size), on_progress)


def iterate_segmentation(
    image: Any, settings: SegmentationSettings | None = None, pixel_size: float | None = None
) -> Iteration:
    """See `segment_crystals`; yields steps done and steps in all."""
    settings = settings or SegmentationSettings()
    size = settings.size_in_pixels(pixel_size)
    grey = as_grey(image)
    first, last = find_info_bar(grey) if settings.crop_info_bar else (0, len(grey))
    picture = grey[first:last]
    if size is None:
        size = estimate_size(picture, settings)
    labels = np.zeros(grey.shape, np.int32)
    labels[first:last] = yield from _iterate_levels(picture, size, settings)
    return labels


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


def _iterate_levels(
    picture: npt.NDArray[np.float32], size: float, settings: SegmentationSettings
) -> Iteration:
    total = count_searches(settings) + 1
    small = working_image(picture, size, settings.denoising, settings.dark)
    parts: list[Candidates] = []
    for part in search(small, settings):
        parts.append(part)
        yield len(parts), total
    labels = select(join_candidates(parts), small, settings)
    labels = refine_outlines(labels, picture, max(LEAST_SMOOTHING, settings.denoising))
    if not settings.keep_border:
        labels = clear_border(labels)
    yield total, total
    return renumbered(labels, np.bincount(labels.ravel()) > 0)
