"""Collection of labelled layers: what napari hands to a writer, as images of files and their regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from napari_rocks2net.annotation import (
    AnnotatedImage,
    AnnotatedRegion,
    AnnotationCollection,
    CollectionError,
    ImageKey,
    guess_section,
)
from napari_rocks2net.annotation.region_shapes import (
    class_name,
    label_columns,
    layer_features,
    layer_regions,
)
from napari_rocks2net.plugin.layers.mark import ImageMark, ResultMark

LayerData = tuple[Any, Mapping[str, Any], str]
Classes = dict[str, dict[str, None]]
"""Property -> its classes, in order."""


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
    return replace(_with_classes(classes), images=tuple(images.values())), left_out


def _with_classes(classes: Classes) -> AnnotationCollection:
    collection = AnnotationCollection()
    for name, names in classes.items():
        collection = collection.with_classes(name, names)
    return collection


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
    regions = [
        replace(region, extra={"properties": facts}) if facts else region
        for region, facts in layer_regions(data, meta)
        if region is not None
    ]
    return regions, {name: names for name, names in classes.items() if names}


def _classes_in(column: Any) -> dict[str, None]:
    """Return the classes of a column: all that it may hold, where it says so."""
    values = column.cat.categories if hasattr(column, "cat") else column
    return dict.fromkeys(name for value in values if (name := class_name(value)))
