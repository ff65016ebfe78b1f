"""Samples of annotated layers: labels of images, and regions of a Shapes layer with a class each.

An image layer's labels are read from ``metadata["rocks2net"]``: ``labels`` ({property: class}) and
``section``. A Shapes layer's regions have their class in the feature column named after the property.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.plugin.layers.image_planes import ImageLayerError, ImagePlane, image_planes
from napari_rocks2net.plugin.layers.mark import ImageMark, ResultMark
from napari_rocks2net.samples import Region
from napari_rocks2net.samples.columns import FILE, GROUP, REGION

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image, Layer, Shapes

    from napari_rocks2net.samples import SampleTable

# The name of a region in the layers of the Annotate widget, which is no class.
ID = "region"


@dataclass(frozen=True, eq=False)
class LabelledPlane:
    """Image plane, or a region of it, and its class.

    Parameters
    ----------
    plane : ImagePlane
    label, section : str
    region : Region or None
        In full-resolution pixels; None for the whole plane.
    file : Path or None
        The image file that shows the same pixels; None if there is none.
    """

    plane: ImagePlane
    label: str
    section: str
    region: Region | None = None
    file: Path | None = None

    @property
    def png_name(self) -> str:
        """A file name of its own for the pixels, whatever the layer is called."""
        place = "-".join(map(str, self.plane.index))
        return f"{self.plane.layer_id}{'-' if place else ''}{place}.png"


@dataclass(frozen=True, eq=False)
class LayerSource:
    """Sample source of annotated layers, frozen: they may be renamed or deleted afterwards.

    Parameters
    ----------
    planes : tuple of LabelledPlane
    property : str
    """

    planes: tuple[LabelledPlane, ...]
    property: str

    def load(self, images: Path) -> SampleTable:
        """Write pixels without a file as PNG and return the samples; see `SampleSource.load`."""
        import pandas as pd

        from napari_rocks2net.samples import table_from_rows

        files: dict[str, Path] = {}
        columns = {
            FILE: [str(each.file or _written(each, images, files)) for each in self.planes],
            REGION: pd.Series([each.region for each in self.planes], dtype=object),
            GROUP: [each.section for each in self.planes],
            self.property: [each.label for each in self.planes],
        }
        return table_from_rows(pd.DataFrame(columns), self.property)


def samples_from_layers(
    viewer: napari.viewer.Viewer, layers: Iterable[Layer | str] | None, property: str, folder: str | Path
) -> SampleTable:
    """Make samples of annotated layers.

    Parameters
    ----------
    viewer : napari.Viewer
    layers : iterable of layer or str, or None
        Image layers with a label (``metadata["rocks2net"]["labels"][property]``) and Shapes layers with a
        feature column named after the property; None takes every layer that has one. The layers are not
        touched.
    property : str
        The rock property.
    folder : str or Path
        Where pixels of layers without an image file are written, as PNG.

    Returns
    -------
    SampleTable
        One row for each labelled picture or region.

    Raises
    ------
    ImageLayerError
        If a layer is not in the viewer or cannot be used.
    SampleError
        If nothing is labelled.
    """
    chosen = viewer_layers(viewer, layers)
    return layer_source(viewer, chosen, property).load(Path(folder).expanduser().absolute())


def viewer_layers(viewer: napari.viewer.Viewer, layers: Iterable[Layer | str] | None) -> list[Layer]:
    """Return layers given themselves or by name; all of the viewer for None."""
    if layers is None:
        return list(viewer.layers)
    layers = list(layers)
    for layer in layers:
        if layer not in viewer.layers:
            raise ImageLayerError(f"There is no layer {str(layer)!r} in the viewer; check its name.")
    return [viewer.layers[layer] if isinstance(layer, str) else layer for layer in layers]


def layer_source(viewer: napari.viewer.Viewer, layers: Sequence[Layer], property: str) -> LayerSource:
    """Freeze what is labelled with a property on layers."""
    planes: list[LabelledPlane] = []
    for layer in layers:
        if is_shapes(layer):
            planes += _labelled_regions(viewer, layer, property)
        elif is_image(layer):
            planes += _labelled_planes(layer, property)
    return LayerSource(tuple(planes), property)


def layer_properties(layers: Iterable[Layer]) -> tuple[str, ...]:
    """Return every property that something on the layers is labelled with."""
    names: dict[str, None] = {}
    for layer in layers:
        if is_image(layer):
            names |= dict.fromkeys(image_labels(layer))
        elif is_shapes(layer):
            names |= dict.fromkeys(_class_columns(layer))
    return tuple(names)


def _class_columns(shapes: Shapes) -> list[str]:
    """Return the feature columns that may hold classes; those of predictions are no labels."""
    if ResultMark.of(shapes.metadata) is not None:
        return []
    return [
        str(name)
        for name, column in shapes.features.items()
        if name != ID and any(_is_class(value) for value in column)
    ]


def image_labels(layer: Image) -> dict[str, str]:
    """Return {property: class} of an image layer."""
    mark = ImageMark.of(layer.metadata)
    return {} if mark is None else mark.labels


def is_image(layer: Layer) -> bool:
    """Return whether a layer is an image; napari's wrapper for plugins counts as what it wraps."""
    from napari.layers import Image

    return isinstance(layer, Image)


def is_shapes(layer: Layer) -> bool:
    """Return whether a layer holds shapes."""
    from napari.layers import Shapes

    return isinstance(layer, Shapes)


def _labelled_planes(layer: Image, property: str) -> Iterator[LabelledPlane]:
    label = image_labels(layer).get(property)
    if label is None:
        return
    for plane in image_planes(layer):
        yield LabelledPlane(plane, label, _section(layer), file=_same_file(layer, plane))


def _labelled_regions(viewer: napari.viewer.Viewer, shapes: Shapes, property: str) -> Iterator[LabelledPlane]:
    if property not in shapes.features.columns:
        return
    images = [layer for layer in viewer.layers if is_image(layer)]
    planes = [(layer, plane) for layer in reversed(images) for plane in image_planes(layer)]
    for vertices, label in zip(shapes.data, shapes.features[property], strict=True):
        below = _plane_below(shapes, vertices, planes)
        if below is None or not _is_class(label):
            continue
        layer, plane, region = below
        yield LabelledPlane(plane, str(label), _section(layer), region, _same_file(layer, plane))


def _is_class(label: Any) -> bool:
    return isinstance(label, str) and label not in ("", "unclassified", "nan")


def _plane_below(
    shapes: Shapes, vertices: np.ndarray, planes: Sequence[tuple[Image, ImagePlane]]
) -> tuple[Image, ImagePlane, Region] | None:
    """Return the topmost picture below a shape, and the shape's bounding box on it."""
    world = np.array([shapes.data_to_world(point) for point in vertices])
    for layer, plane in planes:
        own = np.array([layer.world_to_data(point[-layer.ndim :]) for point in world])
        first = len(plane.index)
        # A shape on a stack belongs to the plane that it was drawn on.
        if first and tuple(np.rint(own[0, :first]).astype(int)) != plane.index:
            continue
        edges = own[:, first : first + 2] + 0.5
        low = np.clip(edges.min(axis=0), 0, plane.size)
        high = np.clip(edges.max(axis=0), 0, plane.size)
        if (high - low >= 1).all():
            return layer, plane, Region.rectangle(*low.round(2).tolist(), *high.round(2).tolist())
    return None


def _section(layer: Image) -> str:
    mark = ImageMark.of(layer.metadata)
    return (mark.section if mark else "") or layer.name


def _same_file(layer: Image, plane: ImagePlane) -> Path | None:
    """Return the layer's image file if the training reads the same picture from it."""
    from napari_rocks2net.imaging import ImageError, is_image_file, picture_size

    path = Path(layer.source.path) if layer.source.path else None
    if path is None or plane.index or not is_image_file(path):
        return None
    try:
        return path.absolute() if picture_size(path) == plane.size else None
    except ImageError:
        return None


def _written(labelled: LabelledPlane, folder: Path, files: dict[str, Path]) -> Path:
    """Write the pixels of a plane once, however many regions it has."""
    from PIL import Image as PillowImage

    name = labelled.png_name
    if name not in files:
        folder.mkdir(parents=True, exist_ok=True)
        PillowImage.fromarray(full_resolution(labelled.plane)).save(folder / name)
        files[name] = folder / name
    return files[name]


def full_resolution(plane: ImagePlane) -> np.ndarray:
    """Return the picture at the size that regions are measured in, (Y, X, 3) uint8."""
    rgb = plane.read()
    if rgb.shape[:2] == tuple(plane.size):
        return rgb
    from PIL import Image as PillowImage

    return np.asarray(PillowImage.fromarray(rgb).resize(plane.size[::-1]))
