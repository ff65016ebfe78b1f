"""Layers of a whole collection: one for each image, and its regions above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_rocks2net.annotation import AnnotatedImage, AnnotatedRegion, AnnotationCollection, Vocabulary
from napari_rocks2net.annotation.image_files import lazy_pixels
from napari_rocks2net.annotation.region_shapes import LOOK, colours_of, fact_columns, features_of, shapes_of
from napari_rocks2net.imaging import ImageError
from napari_rocks2net.plugin.layers.mark import TABLE_IMAGE, ImageMark

LayerData = tuple[Any, dict[str, Any], str]


@dataclass(frozen=True)
class Unreadable:
    """An image that cannot be shown, and why."""

    file: Path
    reason: str

    def __str__(self) -> str:
        """Return "photo.jpg (missing)"."""
        return f"{self.file.name} ({self.reason})"


def layers_of(collection: AnnotationCollection) -> tuple[list[LayerData], list[Unreadable]]:
    """Return the images of a collection and their regions as layers.

    Parameters
    ----------
    collection : AnnotationCollection

    Returns
    -------
    layers : list of layer data tuples
        For each image its picture, read when it is looked at, with its labels and thin section in
        ``metadata["rocks2net"]``; above it a Shapes layer if it has regions, with their features. All but
        the first image are hidden: they lie on one another.
    unreadable : list of Unreadable
        The images that are missing or damaged.
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
