"""Classify image layers: the same code for the widget and for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from napari_rocks2net.plugin.layers.image_planes import (
    ImagePlane,
    image_planes,
    named_layers,
)
from napari_rocks2net.plugin.layers.result_layers import ResultPair, build_result_pair, show_result_pair
from napari_rocks2net.plugin.layers.result_table import PlaneResult

if TYPE_CHECKING:
    import napari
    from napari.layers import Layer, Shapes

    from napari_rocks2net.classify import RockClassifier


@dataclass(frozen=True, eq=False)
class PlaneFailure:
    """A plane that could not be classified, and why."""

    plane: ImagePlane
    reason: str


class ClassificationError(ValueError):
    """Nothing could be classified; the message says why and what to do."""


def classify_layers(
    viewer: napari.Viewer,
    layers: Sequence[str | Layer],
    classifier: RockClassifier,
) -> tuple[Shapes, Shapes]:
    """Classify image layers and show what was found; blocks until it is done.

    Our earlier results about the same images are replaced; no other layer is touched. Moving or
    resizing a rectangle of the critical areas classifies its image again with that area.

    Parameters
    ----------
    viewer : napari.Viewer
    layers : sequence of str or napari.layers.Image
        Image layers or their names. Stacks give one answer for each plane.
    classifier : RockClassifier

    Returns
    -------
    critical_areas : napari.layers.Shapes
        One rectangle for each plane and property, coloured by class; empty for models that look at
        the whole image only.
    predictions : napari.layers.Shapes
        The outline of every plane, for each property; its features hold every probability.

    Raises
    ------
    ImageLayerError
        If a layer does not exist or is no image.
    ClassificationError
        If no image could be classified.
    """
    planes = planes_of(viewer, layers)
    outcomes = list(classify_planes(classifier, planes))
    pair = show_results(viewer, outcomes, classifier)
    return pair.critical_areas, pair.predictions


def planes_of(viewer: napari.Viewer, layers: Sequence[str | Layer]) -> tuple[ImagePlane, ...]:
    """Return every plane of the named layers.

    Raises
    ------
    ImageLayerError
        If there is no such image layer, or none is given.
    """
    return tuple(plane for layer in named_layers(viewer, layers) for plane in image_planes(layer))


def classify_planes(
    classifier: RockClassifier, planes: Sequence[ImagePlane]
) -> Iterator[PlaneResult | PlaneFailure]:
    """Classify planes in order, lazily; a plane that cannot be read fails alone."""
    reasons: dict[int, str] = {}
    results = classifier.predict_many(
        [plane.read for plane in planes],
        on_error=lambda index, error: reasons.__setitem__(index, str(error)),
    )
    for index, (plane, predictions) in enumerate(zip(planes, results, strict=True)):
        if predictions is None:
            yield PlaneFailure(plane, reasons[index])
        else:
            yield PlaneResult(plane, predictions)


def show_results(
    viewer: napari.Viewer,
    outcomes: Sequence[PlaneResult | PlaneFailure],
    classifier: RockClassifier,
) -> ResultPair:
    """Put the results into the viewer and let their rectangles be moved.

    Images that were deleted in the meantime are left out; renamed ones get their new name.

    Raises
    ------
    ClassificationError
        If nothing is left.
    """
    from napari_rocks2net.plugin.classify.reclassify import watch_areas

    results = _still_there(viewer, [each for each in outcomes if isinstance(each, PlaneResult)])
    if not results:
        raise ClassificationError(_why_nothing(outcomes))
    pair = build_result_pair(results)
    show_result_pair(viewer, pair)
    watch_areas(viewer, pair, classifier)
    return pair


def _still_there(viewer: napari.Viewer, results: Sequence[PlaneResult]) -> list[PlaneResult]:
    names = {str(layer.unique_id): layer.name for layer in viewer.layers}
    return [
        replace(result, plane=replace(result.plane, name=names[result.plane.layer_id]))
        for result in results
        if result.plane.layer_id in names
    ]


def _why_nothing(outcomes: Sequence[PlaneResult | PlaneFailure]) -> str:
    failures = [each for each in outcomes if isinstance(each, PlaneFailure)]
    if not failures:
        return "The images were deleted before they were classified; choose others."
    return f"No image could be classified. {failures[0].plane.name}: {failures[0].reason}"
