"""Layers of a collection: one for each image and its regions above it, and back to a collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

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
    LOOK,
    class_name,
    colours_of,
    fact_columns,
    features_of,
    label_columns,
    layer_features,
    layer_regions,
    shapes_of,
)
from napari_rocks2net.imaging import ImageError
from napari_rocks2net.plugin.layers.mark import TABLE_IMAGE, ImageMark, ResultMark

LayerData = tuple[Any, dict[str, Any], str]
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
    shapes = shapes_of(image.regions)
    features = features_of(image.regions, vocabularies)
    for name, values in fact_columns(image.regions).items():
        if name not in features:
            features[name] = values
    first = next((each for each in vocabularies if _used(each, image.regions)), None)
    labels = features[first.property] if first else [None] * len(shapes)
    keywords = {
        "name": f"{image.name} regions",
        "shape_type": [kind for _, kind in shapes],
        "features": features,
        "edge_color": colours_of(labels, first),
        "visible": visible,
        "metadata": _metadata(image, {}),
    }
    return [vertices for vertices, _ in shapes], LOOK | keywords, "shapes"


def _used(vocabulary: Vocabulary, regions: tuple[AnnotatedRegion, ...]) -> bool:
    return any(vocabulary.property in region.labels for region in regions)


def collection_of(layers: Sequence[LayerData]) -> tuple[AnnotationCollection, list[str]]:
    """Gather what is said on labelled layers.

    Parameters
    ----------
    layers : sequence of layer data tuples
        Images with their file and labels in ``metadata["rocks2net"]``, and Shapes layers with a categorical
        column of features for each property: those of a training table and of the Annotate widget, and any
        other beside a single image. Predictions are no labels.

    Returns
    -------
    collection : AnnotationCollection
    left_out : list of str
        The names of the layers that say nothing about an image of a file.

    Raises
    ------
    CollectionError
        When no image has a known file, or what is said contradicts itself.
    """
    pictures = [meta for _, meta, kind in layers if kind == "image"]
    shapes = [(data, meta) for data, meta, kind in layers if kind == "shapes"]
    images = {key: _image(key, meta) for meta in pictures if (key := _mark(meta).key)}
    if not images:
        raise CollectionError(
            "No layer is an image of a collection or of a training table, so there is no file to write "
            "labels for; add the images in the Annotate widget first."
        )
    keys = list(images)
    classes = _classes_of(image.labels for image in images.values())
    left_out = [str(meta["name"]) for meta in pictures if not _mark(meta).key]
    for data, meta in shapes:
        if key := _key_of_shapes(meta, keys):
            regions, columns = _regions(data, meta)
            images[key] = _with_regions(images[key], regions)
            classes |= {name: classes.get(name, {}) | names for name, names in columns.items()}
        else:
            left_out.append(str(meta["name"]))
    collection = AnnotationCollection()
    for name, names in classes.items():
        collection = collection.with_classes(name, names)
    return replace(collection, images=tuple(images.values())), left_out


def _with_regions(image: AnnotatedImage, regions: Iterable[AnnotatedRegion]) -> AnnotatedImage:
    """Add regions; of a layer and its duplicate each counts once."""
    by_id = {region.id: region for region in (*image.regions, *regions)}
    return replace(image, regions=tuple(by_id.values()))


def _mark(meta: Mapping[str, Any]) -> ImageMark:
    return ImageMark.of(meta.get("metadata", {})) or ImageMark()


def _key_of_shapes(meta: Mapping[str, Any], keys: Sequence[ImageKey]) -> ImageKey | None:
    """Return the image that shapes lie on: the one they name, or the only one."""
    if ResultMark.of(meta.get("metadata", {})):
        return None
    key = _mark(meta).key or (keys[0] if len(keys) == 1 else None)
    return key if key in keys else None


def _image(key: ImageKey, meta: Mapping[str, Any]) -> AnnotatedImage:
    mark = _mark(meta)
    return AnnotatedImage(key.file, key.plane, mark.section or guess_section(key.file), mark.labels)


def _classes_of(labels: Iterable[Mapping[str, str]]) -> Classes:
    classes: Classes = {}
    for each in labels:
        for name, label in each.items():
            classes.setdefault(name, {})[label] = None
    return classes


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
