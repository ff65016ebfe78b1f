"""Layers of a collection: one for each image and its regions above it, and back to a collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from napari.layers import Layer

from napari_rocks2net.annotation import (
    AnnotatedImage,
    AnnotatedRegion,
    AnnotationCollection,
    CollectionError,
    ImageKey,
    Vocabulary,
    guess_section,
)
from napari_rocks2net.annotation.image_files import lazy_pixels
from napari_rocks2net.annotation.region_shapes import (
    LayerData,
    class_name,
    fact_columns,
    features_of,
    label_columns,
    layer_features,
    layer_regions,
    regions_layer,
    shapes_of,
)
from napari_rocks2net.imaging import ImageError
from napari_rocks2net.plugin.layers.layer_files import file_keys, plane_keys, save_layer
from napari_rocks2net.plugin.layers.mark import TABLE_IMAGE, ImageMark
from napari_rocks2net.plugin.layers.result_table import ResultMark
from napari_rocks2net.plugin.layers.seen_images import vertices_on

Classes = dict[str, dict[str, None]]
"""Property -> its classes, in order."""


@dataclass(frozen=True)
class Unreadable:
    """An image that cannot be shown, and why."""

    file: Path
    reason: str

    def __str__(self) -> str:
        """Return "photo.jpg (missing)"."""
        return f"{self.file.name} ({self.reason})"


def layers_of(collection: AnnotationCollection) -> tuple[list[LayerData], list[Unreadable]]:
    """Return the images of a collection and their regions as layers, and the images that cannot be shown.

    For each image its picture, read when it is looked at, with its labels and thin section in
    ``metadata["rocks2net"]``; above it a Shapes layer if it has regions, with their features. All but the
    first image are hidden: they lie on one another.
    """
    layers: list[LayerData] = []
    unreadable: list[Unreadable] = []
    for image in collection.images:
        try:
            picture = lazy_pixels(image.key)
        except ImageError as error:
            unreadable.append(Unreadable(image.file, "missing" if image.missing else str(error)))
            continue
        keywords = {"visible": not layers, "metadata": _metadata(image, image.labels, image.section)}
        layers.append((picture, {"name": image.name, "rgb": True} | keywords, "image"))
        if image.regions:
            layers.append(_region_layer(image, collection.vocabularies, visible=keywords["visible"]))
    return layers, unreadable


def _metadata(image: AnnotatedImage, labels: Mapping[str, str], section: str = "") -> dict[str, Any]:
    mark = ImageMark(
        kind=TABLE_IMAGE, file=str(image.file), plane=image.plane, labels=dict(labels), section=section
    )
    return mark.metadata()


def _region_layer(image: AnnotatedImage, vocabularies: tuple[Vocabulary, ...], visible: Any) -> LayerData:
    features = features_of(image.regions, vocabularies)
    for name, values in fact_columns(image.regions).items():
        if name not in features:
            features[name] = values
    used = (each for each in vocabularies if any(each.property in region.labels for region in image.regions))
    layer = regions_layer(f"{image.name} regions", shapes_of(image.regions), features, next(used, None))
    return layer[0], layer[1] | {"visible": visible, "metadata": _metadata(image, {})}, layer[2]


def collection_of(layers: Sequence[LayerData], folder: Path) -> tuple[AnnotationCollection, list[str]]:
    """Gather what is said on labelled layers.

    Parameters
    ----------
    layers : sequence of layer data tuples
        The lowest first. Images with labels in ``metadata["rocks2net"]``, and Shapes layers with a column of
        features for each property: those of a training table and of the Annotate widget belong to
        the image that they name, others to the topmost visible image below. Predictions are no labels.
    folder : Path
        Where the pixels of a labelled image are saved that are in no file.

    Returns
    -------
    collection : AnnotationCollection
    unplaced : list of str
        The names of the layers that say nothing about an image.

    Raises
    ------
    CollectionError
        When no image is labelled or from a file, or what is said contradicts itself.
    """
    created = [
        Layer.create(data, dict(meta), kind) if data is not None else None for data, meta, kind in layers
    ]
    below = {
        index: _image_below(index, layers) for index, (_, _, kind) in enumerate(layers) if kind == "shapes"
    }
    keys = _keys_of_images(layers, created, below, folder)
    images = {key: _image(key, layers[index][1]) for index, of_layer in keys.items() for key in of_layer}
    if not images:
        raise CollectionError(
            "No layer is labelled or an image of a collection or of a training table, so there is nothing to "
            "write; add the images in the Annotate widget first."
        )
    classes = _classes_of_labels(images.values())
    # Regions on a stack are of one of its planes: they are named as left out.
    placed = {index: at for index, at in below.items() if at is not None and len(keys[at]) == 1}
    for index, position in placed.items():
        (key,), (data, meta, _) = keys[position], layers[index]
        regions, columns = _regions(_moved(data, created[index], created[position]), meta)
        # Of a layer and its duplicate each region counts once.
        by_id = {region.id: region for region in (*images[key].regions, *regions)}
        images[key] = replace(images[key], regions=tuple(by_id.values()))
        classes |= {name: classes.get(name, {}) | names for name, names in columns.items()}
    unplaced = [index for index, of_layer in keys.items() if not of_layer]
    unplaced += [index for index in below if index not in placed]
    return _with_classes(classes, images.values()), [str(layers[index][1]["name"]) for index in unplaced]


def _with_classes(classes: Classes, images: Iterable[AnnotatedImage]) -> AnnotationCollection:
    collection = AnnotationCollection()
    for name, names in classes.items():
        collection = collection.with_classes(name, names)
    return replace(collection, images=tuple(images))


def _classes_of_labels(images: Iterable[AnnotatedImage]) -> Classes:
    classes: Classes = {}
    for name, label in (pair for image in images for pair in image.labels.items()):
        classes.setdefault(name, {})[label] = None
    return classes


def _keys_of_images(
    layers: Sequence[LayerData], created: Sequence[Any], below: Mapping[int, int | None], folder: Path
) -> dict[int, tuple[ImageKey, ...]]:
    """Return the files of each image layer; those that a region with classes lies on must have one."""
    shapes = ((index, image) for index, image in below.items() if image is not None)
    labelled = {image for index, image in shapes if _regions(*layers[index][:2])[1]}
    return {
        index: _keys(meta, created[index], folder, needed=index in labelled)
        for index, (_, meta, kind) in enumerate(layers)
        if kind == "image"
    }


def _keys(meta: Mapping[str, Any], layer: Any, folder: Path, needed: bool) -> tuple[ImageKey, ...]:
    """Return the files that show an image's planes; a labelled image that is in none is saved."""
    mark = _mark(meta)
    if layer is None:
        return (mark.key,) if mark.key else ()
    keys = plane_keys(layer)
    return keys or (file_keys(save_layer(layer, folder), layer) if mark.key or mark.labels or needed else ())


def _image_below(index: int, layers: Sequence[LayerData]) -> int | None:
    """Return which of the layers shapes lie on: the one they name, or the topmost visible image below."""
    mark = _mark(layers[index][1])
    if ResultMark.of(layers[index][1].get("metadata", {})):
        return None
    images = [each for each, (_, _, kind) in enumerate(layers) if kind == "image"]
    if mark.key:
        return next((each for each in images if _mark(layers[each][1]).key == mark.key), None)
    below = [each for each in images if each < index and layers[each][1].get("visible", True)]
    return below[-1] if below else None


def _moved(data: Sequence[np.ndarray], shapes: Any, image: Any) -> Sequence[np.ndarray]:
    """Return the vertices of shapes in the pixels of the image below them."""
    return data if shapes is None or image is None else list(vertices_on(image, shapes))


def _mark(meta: Mapping[str, Any]) -> ImageMark:
    return ImageMark.of(meta.get("metadata", {})) or ImageMark()


def _image(key: ImageKey, meta: Mapping[str, Any]) -> AnnotatedImage:
    mark = _mark(meta)
    return AnnotatedImage(key.file, key.plane, mark.section or guess_section(key.file), mark.labels)


def _regions(data: Sequence[np.ndarray], meta: Mapping[str, Any]) -> tuple[list[AnnotatedRegion], Classes]:
    """Return the shapes that enclose something, with all their features, and the classes of each column."""
    features = layer_features(data, meta)
    classes = {name: _classes_in(features[name]) for name in label_columns(features)}
    shapes = layer_regions(data, meta)
    regions = [region.with_facts(facts) for region, facts in shapes if region is not None]
    return regions, {name: names for name, names in classes.items() if names}


def _classes_in(column: Any) -> dict[str, None]:
    """Return the classes of a column: all that it may hold, where it says so."""
    values = column.cat.categories if hasattr(column, "cat") else column
    return dict.fromkeys(name for value in values if (name := class_name(value)))
