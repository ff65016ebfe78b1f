"""Measurement of crystals into the features of their Labels layer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import napari
import numpy as np
from napari.layers import Image, Labels, Layer

from napari_rocks2net.crystals.measuring.columns import UNIT
from napari_rocks2net.iteration import Progress, run_to_end
from napari_rocks2net.pixel_scale.pixel_size import MICROMETRES, SCALE_BAR, TYPED
from napari_rocks2net.plugin.crystals.crystal_layers import image_under
from napari_rocks2net.plugin.crystals.features import write_features
from napari_rocks2net.plugin.layers.image_planes import image_plane, named_layers, shown_step, step_at
from napari_rocks2net.plugin.layers.layer_scale import LayerScale, pixel_size_of_layer, require_square_pixels
from napari_rocks2net.plugin.layers.plane import ImageLayerError, ImagePlane
from napari_rocks2net.samples.columns import CRYSTAL, classes_of_columns

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.crystals.files import CrystalsOfImage
    from napari_rocks2net.pixel_scale import PixelSize

MEASURED = "measured"
MICROMETRE = "µm"
# Sources of a pixel size that a person has given.
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
        cls, viewer: napari.Viewer, labels: Labels, image: Image | None, pixel_size: PixelSize | None
    ) -> Self:
        """Freeze a Labels layer and the image under it.

        A pixel size that a person has typed or drawn counts, and gives micrometres; then the layer's own
        unit of length; then what the file says; and without any of these the measures are in pixels.
        """
        require_square_pixels(labels)
        data = labels_plane(viewer, labels)
        picture = None if image is None else plane_under(viewer, labels, labelled_step(viewer, labels), image)
        if picture is not None and picture.size != data.shape:
            raise ImageLayerError(
                f"{picture.name!r} has {picture.size[0]} x {picture.size[1]} pixels and the crystals "
                f"{labels.name!r} {data.shape[0]} x {data.shape[1]}; choose the image that they are in."
            )
        scale = LayerScale.of(labels)
        if pixel_size is not None and (pixel_size.source in BY_PERSON or scale.micrometres is None):
            return cls(data.copy(), picture, pixel_size.micrometres, MICROMETRE)
        return cls(data.copy(), picture, scale.size, scale.unit)

    def with_table(self, table: pd.DataFrame) -> CrystalsOfImage:
        """Return the crystals with what is known about each: one row a crystal, with the column ``label``."""
        from napari_rocks2net.crystals.files import CrystalsOfImage
        from napari_rocks2net.pixel_scale import PixelSize

        factor = MICROMETRES.get(self.unit.lower())
        size = PixelSize(self.pixel_size * factor, "layer") if factor else None
        pixels = self.labels > 0 if self.picture is None else self.picture.read_values()
        classes = tuple(classes_of_columns(table.columns))
        return CrystalsOfImage(pixels, self.labels, table, size, classes)

    @classmethod
    def of_layers(
        cls, viewer: napari.Viewer, labels_layer: Labels | str, image_layer: Layer | str | None
    ) -> tuple[Labels, Self]:
        """Freeze layers that a script gives themselves or by name; return the Labels layer too."""
        [labels] = named_layers(viewer, [labels_layer])
        image = image_under(viewer, labels)
        if image_layer is not None:
            [image] = named_layers(viewer, [image_layer])
        pixel_size = None
        if image is not None:
            index = plane_under(viewer, labels, labelled_step(viewer, labels), image).index
            pixel_size = pixel_size_of_layer(image, index)
        return labels, cls.of(viewer, labels, image, pixel_size)


def measure_crystals_layer(
    viewer: napari.Viewer, labels_layer: Labels | str, image_layer: Layer | str | None = None
) -> pd.DataFrame:
    """Measure the crystals of a Labels layer, whoever drew them; blocks until it is done.

    The measures become columns of the layer's features, in the layer's units, beside those that it has.

    Parameters
    ----------
    viewer : napari.Viewer
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
    ImageLayerError
        When there is no layer of that name, image and labels do not fit, or the pixels are not square.
    CrystalError
        When the layer holds no labels that can be measured.
    """
    labels, request = LabelledPicture.of_layers(viewer, labels_layer, image_layer)
    table = run_to_end(measuring_work(request))
    show_measures(labels, table)
    return table


def measuring_work(request: LabelledPicture) -> Generator[Progress, None, pd.DataFrame]:
    """Measure crystals, as work for a job."""
    from napari_rocks2net.crystals import measure_crystals

    yield Progress(0, 2, activity="Measuring")
    pixels = request.picture.read_values() if request.picture is not None else None
    yield Progress(1, 2, activity="Measuring")
    return measure_crystals(request.labels, pixels, request.pixel_size, request.unit)


def show_measures(layer: Labels, table: pd.DataFrame) -> None:
    """Write measures into the features of their layer."""
    write_features(layer, MEASURED, table.set_index(CRYSTAL).assign(**{UNIT: str(table.attrs[UNIT])}))


def labels_plane(viewer: napari.Viewer, layer: Labels) -> np.ndarray:
    """Return the plane of a Labels layer that the viewer shows, (Y, X) integers."""
    if layer.multiscale:
        raise ImageLayerError(f"{layer.name!r} is multiscale; crystals are measured in one plane of labels.")
    return np.asarray(layer.data[labelled_step(viewer, layer)])


def labelled_step(viewer: napari.Viewer, layer: Labels) -> tuple[int, ...]:
    """Return the position of `labels_plane`: the nearest to the plane that the viewer shows."""
    index = shown_step(viewer, layer)
    return tuple(min(max(at, 0), length - 1) for at, length in zip(index, layer.data.shape, strict=False))


def plane_under(viewer: napari.Viewer, labels: Labels, index: tuple[int, ...], image: Image) -> ImagePlane:
    """Return the plane of an image on which a plane of a Labels layer lies.

    Parameters
    ----------
    viewer : napari.Viewer
        A flat layer of labels lies on the plane that it shows.
    labels : napari.layers.Labels
    index : tuple of int
        Position along the leading axes of the labels.
    image : napari.layers.Image
    """
    point = np.array(viewer.dims.point, float)
    point[-labels.ndim :] = labels.data_to_world((*index, 0, 0))
    return image_plane(image, step_at(point, image))
