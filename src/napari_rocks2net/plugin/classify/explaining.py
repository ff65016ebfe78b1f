"""Explanation of answers by evidence maps, for the widget and for scripts."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import napari
from napari.layers import Image, Layer

from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.classify.classification import planes_of
from napari_rocks2net.plugin.classify.watched_areas import classifier_behind
from napari_rocks2net.plugin.layers.evidence_layer import show_evidence_layer
from napari_rocks2net.plugin.layers.plane import ImageLayerError, ImagePlane
from napari_rocks2net.plugin.layers.result_table import PERSONS_AREA, ResultRow, shown_rows

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.explain import EvidenceMap, EvidenceMaps

GONE = "What answered is no longer at hand: classify the photo again to ask why."


@dataclass(frozen=True, eq=False)
class WhyQuestion:
    """Question why an answer has a class, frozen when it was asked."""

    row: ResultRow  # The answer.
    class_name: str  # Any class of its property.
    view: int = 0  # Of an answer to a field the view that the map is of: 0 is that which the answer lies on.

    @property
    def plane(self) -> ImagePlane:
        """The photo, or the view, that the map is of."""
        return self.row.plane.views[self.view]

    def same_as(self, other: WhyQuestion | None) -> bool:
        """Return whether both ask about the same class of one and the same answer, by the same view."""
        return (
            other is not None
            and self.row is other.row
            and (self.class_name, self.view) == (other.class_name, other.view)
        )


def ask(question: WhyQuestion, classifier: RockClassifier) -> Generator[Progress, None, EvidenceMaps]:
    """Make the maps of a question, as a job."""
    yield Progress(activity="Asking the model why")
    from napari_rocks2net.explain import evidence_maps

    row = question.row
    area = row.prediction.critical_area if row.area_by == PERSONS_AREA else None
    question_key = (row.plane.image_for(classifier), row.prediction.property, question.class_name, area)
    return evidence_maps(classifier, *question_key, pixel_size=row.plane.pixel_size, view=question.view)


def visible_view(viewer: napari.Viewer, plane: ImagePlane) -> int:
    """Return which view of a field is seen: the topmost visible one, else the first."""
    views = [each.layer_id for each in plane.views]
    seen = [str(layer.unique_id) for layer in viewer.layers if layer.visible]
    return next((views.index(each) for each in reversed(seen) if each in views), 0)


def show_evidence(
    viewer: napari.Viewer,
    layer: str | Layer,
    property: str,
    class_name: str,
    classifier: RockClassifier | None = None,
    *,
    stream: Literal["global", "local"] = "global",
) -> Image:
    """Show what each place of a photo says for or against a class, as a layer over it; blocks meanwhile.

    Parameters
    ----------
    viewer : napari.Viewer
        Where the photo is.
    layer : str or napari.layers.Image
        The photo or its name; of a stack the first plane is asked about, of a field this view.
    property, class_name : str
        See `napari_rocks2net.explain.evidence_maps`, also for the errors.
    classifier : RockClassifier, optional
        By default the one that classified the photo in this viewer.
    stream : {"global", "local"}
        The whole photo, or the critical area alone.

    Returns
    -------
    napari.layers.Image
        One value for each place, in units of the logit.

    Raises
    ------
    ImageLayerError
        If there is no such photo, it was not classified here, or the model has no critical area.
    """
    from napari_rocks2net.explain import evidence_maps

    [plane, *_] = planes_of(viewer, [layer])
    row = next(
        (each for each in shown_rows(viewer.layers) if _is_about(each, plane.layer_id, property)), None
    )
    if classifier is None:
        classifier = classifier_behind(viewer, row) if row is not None else None
    if classifier is None:
        raise ImageLayerError(f"{plane.name} was not classified here for {property!r}; classify it first.")
    # What was answered, perhaps a field of which the layer is one view.
    subject = plane if row is None else row.plane
    views = subject.views
    view = [each.layer_id for each in views].index(plane.layer_id)
    question_key = (subject.image_for(classifier), property, class_name)
    maps = evidence_maps(classifier, *question_key, pixel_size=subject.pixel_size, view=view)
    return show_evidence_layer(viewer, views[view], chosen_map(maps, stream), row)


def chosen_map(maps: EvidenceMaps, stream: str) -> EvidenceMap:
    """Return the map of a stream.

    Raises
    ------
    ImageLayerError
        If the model has no such stream.
    """
    if stream == "global":
        return maps.whole
    if maps.local is None:
        raise ImageLayerError("This model looks at the whole photo only: it has no critical area.")
    return maps.local


def _is_about(row: Any, layer_id: str, property: str) -> bool:
    return row.prediction.property == property and any(each.layer_id == layer_id for each in row.plane.views)
