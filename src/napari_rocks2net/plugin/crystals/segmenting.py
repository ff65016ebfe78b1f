"""Segmentation of an image layer into a Labels layer of its crystals."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import napari
import numpy as np
from napari.layers import Labels, Layer

from napari_rocks2net.iteration import Progress, report_progress
from napari_rocks2net.plugin.crystals.crystal_layers import show_crystals
from napari_rocks2net.plugin.layers.image_planes import ImagePlane, image_plane, named_layers, shown_step
from napari_rocks2net.plugin.layers.layer_scale import pixel_size_of_layer
from napari_rocks2net.torch_beside_opengl import prepare_torch_import

if TYPE_CHECKING:
    from napari_rocks2net.crystals import SamSettings, SegmentationSettings

LOOKING = "Looking for crystals"
ESTIMATING = "Estimating the size of the crystals"


@dataclass(frozen=True, eq=False)
class Segmented:
    """Result of a segmentation."""

    labels: np.ndarray  # (Y, X) int32, 0 is background.
    seconds: float  # How long it took.
    estimate: float | None = None  # Typical diameter in pixels, where it was estimated.


def segment_crystals_layer(
    viewer: napari.Viewer,
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
    viewer : napari.Viewer
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
    ImageLayerError
        When there is no layer of that name, or it is no image.
    CrystalError
        When the image or the settings cannot be used.
    """
    from napari_rocks2net.crystals import segment_crystals

    [image] = named_layers(viewer, [layer])
    picture = image_plane(image, shown_step(viewer, image))
    if pixel_size is None and (stated := pixel_size_of_layer(image)) is not None:
        pixel_size = stated.micrometres
    return show_crystals(viewer, picture, segment_crystals(picture.read_values(), settings, pixel_size))


def estimate_crystal_size(picture: ImagePlane, rows: tuple[int, int], dark: bool) -> float:
    """Return the typical diameter in pixels of the crystals between two rows of a picture."""
    from napari_rocks2net.crystals import SegmentationSettings
    from napari_rocks2net.crystals.grey import as_grey
    from napari_rocks2net.crystals.segmentation.size import estimate_size

    return estimate_size(as_grey(picture.read_values())[slice(*rows)], SegmentationSettings(dark=dark))


def built_in_work(
    picture: ImagePlane,
    rows: tuple[int, int],
    settings: SegmentationSettings,
    micrometres: float | None,
    estimate: float | None,
) -> Generator[Progress, None, Segmented]:
    """Segment with the size that the preview used too; estimate it where none is given or known."""
    from napari_rocks2net.crystals import iterate_segmentation

    start = time.monotonic()
    if settings.size is None:
        yield Progress(activity=ESTIMATING)
        estimate = estimate or estimate_crystal_size(picture, rows, settings.dark)
        settings = replace(settings, size=estimate, size_unit="pixel")
    yield Progress(activity=LOOKING)
    steps = iterate_segmentation(picture.read_values(), settings, micrometres)
    labels = yield from report_progress(steps, LOOKING)
    return Segmented(labels, time.monotonic() - start, estimate)


class SamSource:
    """Keeps the Segment Anything Model that was loaded last, and what it made of the last image."""

    def __init__(self) -> None:
        self._segmenter: tuple[str, Any] | None = None
        self._embedding: tuple[tuple[Any, ...], Any] | None = None

    def work(
        self, picture: ImagePlane, checkpoint: str, download: bool, settings: SamSettings
    ) -> Generator[Progress, None, Segmented]:
        """Load, encode and segment, as far as that was not done before."""
        start = time.monotonic()
        yield Progress(activity="Loading the model")
        segmenter = self._loaded(checkpoint, download)
        key = (checkpoint, picture.layer_id, picture.size, settings.crop_info_bar)
        if self._embedding is None or self._embedding[0] != key:
            steps = segmenter.iterate_embedding(picture.read_values(), settings)
            self._embedding = (key, (yield from report_progress(steps, "Encoding the image")))
        steps = segmenter.iterate_segmentation(self._embedding[1], settings)
        labels = yield from report_progress(steps, LOOKING)
        return Segmented(labels, time.monotonic() - start)

    def _loaded(self, checkpoint: str, download: bool) -> Any:
        if self._segmenter is None or self._segmenter[0] != checkpoint:
            prepare_torch_import()
            from napari_rocks2net.crystals import SamSegmenter

            segmenter = SamSegmenter.load(checkpoint, download=download)
            self._segmenter, self._embedding = (checkpoint, segmenter), None
        return self._segmenter[1]
