"""Measurement of crystals into the features of their Labels layer."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.plugin.crystals.crystal_layers import image_under
from napari_rocks2net.plugin.crystals.features import write_features
from napari_rocks2net.plugin.layers.image_planes import ImageLayerError, ImagePlane, image_plane, shown_step
from napari_rocks2net.plugin.layers.layer_scale import LayerScale, known_pixel_size, require_square_pixels
from napari_rocks2net.plugin.work.jobs import Progress, run_to_end

if TYPE_CHECKING:
    import napari.viewer
    import pandas as pd
    from napari.layers import Image, Labels, Layer

    from napari_rocks2net.crystals import PixelSize

MEASURED = "measured"
MICROMETRE = "µm"
UNIT = "rocks2net_unit"
# Sources of a pixel size that a person has given.
TYPED, SCALE_BAR = "typed", "scale bar"
BY_PERSON = frozenset({TYPED, SCALE_BAR})


@dataclass(frozen=True, eq=False)
class LabelledPicture:
    """Crystals and the picture they are in, frozen when a step was asked for."""

    labels: np.ndarray  # (Y, X) integers, a copy: a person may go on drawing.
    picture: ImagePlane | None  # None where there is no image of that size.
    pixel_size: float  # Side of a pixel in `unit`, which is "pixel" or a unit of length.
    unit: str

    @classmethod
    def of(
        cls, viewer: napari.viewer.Viewer, labels: Labels, image: Image | None, known: PixelSize | None
    ) -> LabelledPicture:
        """Freeze a Labels layer and the image under it.

        A pixel size that a person has typed or drawn counts, and gives micrometres; then the layer's own
        unit of length; then what the file says; and without any of these the measures are in pixels.
        """
        require_square_pixels(labels)
        data = labels_plane(viewer, labels)
        picture = None if image is None else image_plane(image, shown_step(viewer, image))
        if picture is not None and picture.size != data.shape:
            raise ImageLayerError(
                f"{picture.name!r} has {picture.size[0]} x {picture.size[1]} pixels and the crystals "
                f"{labels.name!r} {data.shape[0]} x {data.shape[1]}; choose the image that they are in."
            )
        scale = LayerScale.of(labels)
        if known is not None and (known.source in BY_PERSON or scale.micrometres is None):
            return cls(data.copy(), picture, known.micrometres, MICROMETRE)
        return cls(data.copy(), picture, scale.size, scale.unit)


def measure_crystals_layer(
    viewer: napari.viewer.Viewer, labels_layer: Labels | str, image_layer: Layer | str | None = None
) -> pd.DataFrame:
    """Measure the crystals of a Labels layer, whoever drew them; blocks until it is done.

    The measures become columns of the layer's features, in the layer's units, beside those that it has.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
    labels_layer : napari.layers.Labels or str
        The layer or its name; 0 is background.
    image_layer : napari.layers.Image or str, optional
        For the brightness; by default the image that was segmented, or one of the same size.

    Returns
    -------
    pandas.DataFrame
        See `napari_rocks2net.crystals.measure_crystals`; the unit is in its ``attrs``.

    Raises
    ------
    KeyError
        When there is no layer of that name.
    ImageLayerError
        When image and labels do not fit each other, or the pixels are not square.
    CrystalError
        When the layer holds no labels that can be measured.
    """
    labels: Any = viewer.layers[labels_layer] if isinstance(labels_layer, str) else labels_layer
    image: Any = viewer.layers[image_layer] if isinstance(image_layer, str) else image_layer
    image = image_under(viewer, labels) if image is None else image
    known = known_pixel_size(image) if image is not None else None
    table = run_to_end(measuring_work(LabelledPicture.of(viewer, labels, image, known)))
    show_measures(labels, table)
    return table


def measuring_work(request: LabelledPicture) -> Generator[Progress, None, pd.DataFrame]:
    """Measure crystals, as work for a job."""
    from napari_rocks2net.crystals import measure_crystals

    start = time.monotonic()
    yield Progress(0, 2, 0.0, "Measuring")
    pixels = request.picture.read_values() if request.picture is not None else None
    yield Progress(1, 2, time.monotonic() - start, "Measuring")
    return measure_crystals(request.labels, pixels, request.pixel_size, request.unit)


def show_measures(layer: Labels, table: pd.DataFrame) -> None:
    """Write measures into the features of their layer."""
    write_features(layer, MEASURED, table.set_index("label"))
    layer.metadata[UNIT] = str(table.attrs["unit"])


def unit_measured(layer: Labels) -> str:
    """Return the unit of length in which a layer's crystals were measured last."""
    return str(layer.metadata.get(UNIT, "pixel"))


def labels_plane(viewer: napari.viewer.Viewer, layer: Labels) -> np.ndarray:
    """Return the plane of a Labels layer that the viewer shows, (Y, X) integers."""
    if layer.multiscale:
        raise ImageLayerError(f"{layer.name!r} is multiscale; crystals are measured in one plane of labels.")
    index = shown_step(viewer, layer)
    clipped = tuple(min(max(at, 0), length - 1) for at, length in zip(index, layer.data.shape, strict=False))
    return np.asarray(layer.data[clipped])
