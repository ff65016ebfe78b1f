"""Samples of annotated layers: labels of images, and regions of a Shapes layer with a class each.

An image layer's labels are read from ``metadata["rocks2net"]``: ``labels`` ({property: class}) and
``section``. A Shapes layer's regions have their class in the feature column named after the property, and lie
on the topmost visible image below the layer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import napari.viewer
import numpy as np
from napari.layers import Image, Layer, Shapes

from napari_rocks2net.atomic_write import atomic_write_png
from napari_rocks2net.plugin.layers.image_planes import named_layers
from napari_rocks2net.plugin.layers.layer_files import plane_key
from napari_rocks2net.plugin.layers.mark import ImageMark, is_photo
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.plugin.layers.result_table import ResultMark
from napari_rocks2net.plugin.layers.seen_images import images_below, vertices_on
from napari_rocks2net.plugin.train.layer_fields import (
    LabelledPlane,
    field_of,
    viewed_planes,
    with_other_views,
)
from napari_rocks2net.samples import Region, SampleTable
from napari_rocks2net.samples.columns import ANGLE, FIELD, FILE, GROUP, LIGHT, PIXEL_SIZE, REGION
from napari_rocks2net.samples.csv_files.writing import angle_cell, pixel_size_cell
from napari_rocks2net.wording import count_of

# The name of a region in the layers of the Annotate widget, which is no class.
ID = "region"


@dataclass(frozen=True, eq=False)
class LayerSource:
    """Sample source of annotated layers, frozen: they may be renamed or deleted afterwards."""

    planes: tuple[LabelledPlane, ...]
    property: str
    beside: int = 0  # Labelled regions that lie on no visible image below their layer.

    def load(self, images: Path) -> SampleTable:
        """Write pixels that are in no file as PNG and return the samples; see `SampleSource.load`."""
        import pandas as pd

        from napari_rocks2net.samples import table_from_rows

        planes = {id(each.plane): each.plane for each in self.planes}
        files = {name: _file(plane, images) for name, plane in planes.items()}
        columns = {
            FILE: [str(files[id(each.plane)]) for each in self.planes],
            REGION: pd.Series([each.region for each in self.planes], dtype=object),
            GROUP: [each.section for each in self.planes],
            self.property: [each.label for each in self.planes],
        }
        if any(each.field for each in self.planes):
            columns |= {
                FIELD: [each.field for each in self.planes],
                LIGHT: [each.plane.light for each in self.planes],
                ANGLE: [angle_cell(each.plane.angle) for each in self.planes],
            }
        if any(each.plane.micrometres for each in self.planes):
            columns[PIXEL_SIZE] = [pixel_size_cell(each.plane.micrometres) for each in self.planes]
        return table_from_rows(pd.DataFrame(columns), self.property)

    def __str__(self) -> str:
        """Name the images that the regions are on: "3 regions on 'photo'."; empty without regions."""
        shown = {each.field or number: each for number, each in reversed([*enumerate(self.planes)])}
        counts = Counter(each.plane.title for each in shown.values() if each.region is not None)
        sentences = [f"{count_of(count, 'region')} on {title!r}." for title, count in counts.items()]
        if self.beside:
            sentences.append(f"{count_of(self.beside, 'region')} on no visible image below, left out.")
        return " ".join(sentences)


def samples_from_layers(
    viewer: napari.Viewer, layers: Iterable[Layer | str] | None, property: str, folder: str | Path
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
        One row for each labelled picture or region; of paired layers one for each view of the field.

    Raises
    ------
    ImageLayerError
        If a layer is not in the viewer or cannot be used.
    SampleError
        If nothing is labelled.
    """
    chosen = viewer_layers(viewer, layers)
    return layer_source(viewer, chosen, property).load(Path(folder).expanduser().absolute())


def viewer_layers(viewer: napari.Viewer, layers: Iterable[Layer | str] | None) -> list[Layer]:
    """Return layers given themselves or by name; all of the viewer for None."""
    return list(viewer.layers) if layers is None else named_layers(viewer, list(layers))


def layer_source(viewer: napari.Viewer, layers: Sequence[Layer], property: str) -> LayerSource:
    """Freeze what is labelled with a property on layers."""
    planes: list[LabelledPlane | None] = []
    for layer in layers:
        if isinstance(layer, Shapes):
            planes += _labelled_regions(viewer, layer, property)
        elif isinstance(layer, Image):
            planes += _labelled_planes(layer, property)
    on_images = [each for each in planes if each is not None]
    images = [layer for layer in layers if is_photo(layer)]
    with_views = tuple(with_other_views(on_images, images))
    return LayerSource(with_views, property, beside=len(planes) - len(on_images))


def layer_properties(layers: Iterable[Layer]) -> tuple[str, ...]:
    """Return every property that something on the layers is labelled with."""
    names: dict[str, None] = {}
    for layer in layers:
        if isinstance(layer, Image):
            names |= dict.fromkeys(_image_labels(layer))
        elif isinstance(layer, Shapes):
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


def _image_labels(layer: Image) -> dict[str, str]:
    """Return {property: class} of an image layer."""
    mark = ImageMark.of(layer.metadata)
    return {} if mark is None else mark.labels


def _labelled_planes(layer: Image, property: str) -> Iterator[LabelledPlane]:
    label = _image_labels(layer).get(property)
    if label is not None:
        for plane in viewed_planes(layer):
            yield LabelledPlane(plane, label, _section(layer), field=field_of(plane))


def _labelled_regions(viewer: napari.Viewer, shapes: Shapes, property: str) -> Iterator[LabelledPlane | None]:
    """Yield the labelled shapes of a layer, None for one that lies on no image."""
    if property not in shapes.features.columns:
        return
    images = images_below(viewer.layers, shapes)
    # Of a field the views above and those that are hidden have the region, too.
    others = [layer for layer in viewer.layers if is_photo(layer) and layer not in images]
    places = [(layer, viewed_planes(layer), [*vertices_on(layer, shapes)]) for layer in (*images, *others)]
    for index, label in enumerate(shapes.features[property]):
        if not _is_class(label):
            continue
        on_images = [
            (layer, LabelledPlane(plane, str(label), _section(layer), region))
            for layer, planes, vertices in places
            for plane in planes
            if (region := _region_on(plane, vertices[index])) is not None
        ]
        first = next((each for layer, each in on_images if layer in images), None)
        field = field_of(first.plane) if first is not None else ""
        if first is None or not field:
            yield first
            continue
        name = f"{field} {shapes.unique_id} {index}"
        for _, each in on_images:
            if field_of(each.plane) == field:
                yield replace(each, section=first.section, field=name)


def _is_class(label: Any) -> bool:
    return isinstance(label, str) and label not in ("", "unclassified", "nan")


def _region_on(plane: ImagePlane, vertices: np.ndarray) -> Region | None:
    """Return the bounding box of a shape on a plane; None where it is not on it."""
    first = len(plane.index)
    # A shape on a stack belongs to the plane that it was drawn on.
    if first and tuple(np.rint(vertices[0, :first]).astype(int)) != plane.index:
        return None
    edges = vertices[:, first : first + 2] + 0.5
    low = np.clip(edges.min(axis=0), 0, plane.size)
    high = np.clip(edges.max(axis=0), 0, plane.size)
    if (high - low < 1).any():
        return None
    return Region.rectangle(*low.round(2).tolist(), *high.round(2).tolist())


def _section(layer: Image) -> str:
    mark = ImageMark.of(layer.metadata)
    return (mark.section if mark else "") or layer.name


def _file(plane: ImagePlane, folder: Path) -> Path:
    """Return the image file that shows a plane; one with its pixels is written where there is none."""
    key = plane_key(plane)
    # A sample is a file, so planes of stacks are written.
    if key is not None and not key.plane:
        return key.file
    path = folder / f"{plane.layer_id}-{plane.digest.hex()[:16]}.png"
    if not path.exists():
        atomic_write_png(path, plane.read_finest())
    return path
