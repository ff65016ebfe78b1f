"""Segmentation of an image layer into a Labels layer of its crystals."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from napari_rocks2net.plugin.crystals.crystal_layers import show_crystals
from napari_rocks2net.plugin.layers.image_planes import ImagePlane, image_plane, shown_step
from napari_rocks2net.plugin.layers.layer_scale import known_pixel_size
from napari_rocks2net.plugin.work.jobs import Progress, report_progress, run_to_end

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Labels, Layer

    from napari_rocks2net.crystals import SegmentationSettings

LOOKING = "Looking for crystals"


@dataclass(frozen=True, eq=False)
class Segmented:
    """Result of a segmentation.

    Parameters
    ----------
    picture : ImagePlane
    labels : numpy.ndarray
        (Y, X) int32, 0 is background.
    seconds : float
        How long it took.
    """

    picture: ImagePlane
    labels: np.ndarray
    seconds: float

    @property
    def count(self) -> int:
        """Number of crystals."""
        return int(self.labels.max(initial=0))

    @property
    def warning(self) -> str:
        """What speaks against the result, empty if nothing does."""
        from napari_rocks2net.crystals import segmentation_warning

        return segmentation_warning(self.labels)


def segment_crystals_layer(
    viewer: napari.viewer.Viewer,
    layer: Layer | str,
    settings: SegmentationSettings | None = None,
    *,
    pixel_size: float | None = None,
) -> Labels:
    """Find the crystals of an image layer without a trained network; blocks until it is done.

    Our earlier result on the same image is replaced unless a person has corrected it; no other layer is
    touched. To correct the result use napari's own tools for Labels layers.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
    layer : napari.layers.Image or str
        The layer or its name; of a stack the plane that is shown.
    settings : SegmentationSettings, optional
        The defaults when left out.
    pixel_size : float, optional
        Micrometres a pixel, for a size in micrometres; by default what the layer's scale or its file says.

    Returns
    -------
    napari.layers.Labels
        With the place and the units of the image.

    Raises
    ------
    KeyError
        When there is no layer of that name.
    ImageLayerError
        When the layer is no image.
    CrystalError
        When the image or the settings cannot be used.
    """
    image = viewer.layers[layer] if isinstance(layer, str) else layer
    picture = image_plane(image, shown_step(viewer, image))
    if pixel_size is None and (known := known_pixel_size(image)) is not None:
        pixel_size = known.micrometres
    return show_crystals(viewer, picture, run_to_end(built_in_work(picture, settings, pixel_size)).labels)


def built_in_work(
    picture: ImagePlane, settings: SegmentationSettings | None, pixel_size: float | None
) -> Generator[Progress, None, Segmented]:
    """Segment a picture without a trained network, as work for a job.

    Raises
    ------
    CrystalError
        When the image or the settings cannot be used.
    """
    from napari_rocks2net.crystals import iterate_segmentation

    start = time.monotonic()
    yield Progress(activity=LOOKING)
    labels = yield from report_progress(
        iterate_segmentation(picture.read_values(), settings, pixel_size), LOOKING
    )
    return Segmented(picture, labels, time.monotonic() - start)
