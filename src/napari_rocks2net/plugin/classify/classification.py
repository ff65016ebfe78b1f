"""Classification of image layers: the same code for the widget and for scripts."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import napari
from napari.layers import Layer, Shapes

from napari_rocks2net.iteration import Progress, run_to_end
from napari_rocks2net.plugin.classify.watched_areas import watch_areas
from napari_rocks2net.plugin.layers.field_views import one_plane_a_field, with_view
from napari_rocks2net.plugin.layers.image_planes import named_layers
from napari_rocks2net.plugin.layers.layer_scale import scaled_planes
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.plugin.layers.result_layers import ResultPair, show_in_layers
from napari_rocks2net.plugin.layers.result_table import PlaneResult
from napari_rocks2net.wording import count_of, duration

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier


class ClassificationError(ValueError):
    """Error when nothing could be classified; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class Classification:
    """Outcome of the classification of some planes."""

    classifier: RockClassifier
    """What classified them."""
    results: tuple[PlaneResult, ...]
    """Those that could be read."""
    failures: tuple[tuple[ImagePlane, str], ...]
    """Those that could not, and why."""
    seconds: float
    """How long it took."""

    def __str__(self) -> str:
        """Return one line: how many, how long, and the first one that failed."""
        count = len(self.results) + len(self.failures)
        beginning = f"Classified {len(self.results)} of" if self.failures else "Classified"
        text = f"{beginning} {count_of(count, 'image')} in {duration(self.seconds)}."
        text += "".join(f" Left out: {plane.name} ({reason})" for plane, reason in self.failures[:1])
        return " ".join([text, *self._notes()])

    def _notes(self) -> list[str]:
        from napari_rocks2net.classify import AnswerNotes

        notes = AnswerNotes(self.classifier.knows_scale)
        for result in self.results:
            notes.add(result.predictions)
        return notes.sentences()


def classify_layers(
    viewer: napari.Viewer, layers: Sequence[str | Layer], classifier: RockClassifier
) -> tuple[Shapes, Shapes]:
    """Classify image layers and show the predictions; blocks until it is done.

    Our earlier results about the same images are replaced; no other layer is touched. Moving or
    resizing a rectangle of the critical areas classifies its image again with that area.

    Parameters
    ----------
    viewer : napari.Viewer
        Where the layers are and the results go.
    layers : sequence of str or napari.layers.Image
        Image layers or their names. Stacks give one prediction for each plane.
    classifier : RockClassifier
        Names one property or several.

    Returns
    -------
    critical_areas : napari.layers.Shapes
        One rectangle for each plane and model, coloured by class; empty for models that look at
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
    pair = show_results(viewer, run_to_end(classify_planes(classifier, planes)))
    return pair.critical_areas, pair.predictions


def planes_of(
    viewer: napari.Viewer, layers: Sequence[str | Layer], pixel_size: float | None = None
) -> tuple[ImagePlane, ...]:
    """Return every plane of some image layers, one a field, with the scale that the layer or its file says.

    Parameters
    ----------
    viewer : napari.Viewer
        Where to look for names.
    layers : sequence of str or napari.layers.Image
        Layers or their names.
    pixel_size : float, optional
        Micrometres a pixel of all of them, instead.

    Raises
    ------
    ImageLayerError
        If there is no such image layer, none is given, or two views of a field cannot be told apart.
    """
    planes = [
        with_view(plane, layer)
        for layer in named_layers(viewer, layers)
        for plane in scaled_planes(layer, pixel_size)
    ]
    return one_plane_a_field(planes)


def classify_planes(
    classifier: RockClassifier, planes: Sequence[ImagePlane]
) -> Generator[Progress, None, Classification]:
    """Classify planes in order; one that cannot be read fails alone. A job that can be stopped after each."""
    results: list[PlaneResult] = []
    failures: list[tuple[ImagePlane, str]] = []
    start = time.monotonic()
    answers = classifier.predict_many(
        [plane.image_for(classifier) for plane in planes],
        pixel_sizes=[plane.pixel_size for plane in planes],
        on_error=lambda index, error: failures.append((planes[index], str(error))),
    )
    for done, (plane, predictions) in enumerate(zip(planes, answers, strict=True), start=1):
        if predictions is not None:
            results.append(PlaneResult(plane, predictions))
        yield Progress(done, len(planes))
    return Classification(classifier, tuple(results), tuple(failures), time.monotonic() - start)


def show_results(viewer: napari.Viewer, classification: Classification) -> ResultPair:
    """Put the results into the viewer and let their rectangles be moved.

    Images that were deleted in the meantime are left out; renamed ones get their new name.

    Raises
    ------
    ClassificationError
        If nothing is left.
    """
    results = _of_present_layers(viewer, classification.results)
    if not results:
        raise ClassificationError(_no_result_reason(classification))
    pair = show_in_layers(viewer, results)
    watch_areas(viewer, pair, classification.classifier)
    return pair


def _of_present_layers(viewer: napari.Viewer, results: Sequence[PlaneResult]) -> list[PlaneResult]:
    names = {str(layer.unique_id): layer.name for layer in viewer.layers}
    return [
        replace(result, plane=replace(result.plane, name=names[result.plane.layer_id]))
        for result in results
        if result.plane.layer_id in names
    ]


def _no_result_reason(classification: Classification) -> str:
    for plane, reason in classification.failures:
        return f"No image could be classified. {plane.name}: {reason}"
    return "The images were deleted before they were classified; choose others."
