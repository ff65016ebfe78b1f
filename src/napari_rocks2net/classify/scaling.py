"""Scale matching: photos at the scale that a model learned, one answer for the fields that each becomes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from napari_rocks2net.classify.loaded_model import ImageWithArea, LoadedModel
from napari_rocks2net.classify.prediction import CriticalArea, Prediction, Predictions, mean_prediction
from napari_rocks2net.model_file import ModelCard
from napari_rocks2net.pixel_scale import FieldOfView, ScaleMatch
from napari_rocks2net.views import Field


@dataclass(frozen=True, eq=False)
class InputPhoto:
    """A photo to classify."""

    rgb: npt.NDArray[np.uint8] | Field  # (Y, X, 3) uint8, or a field whose views hold such pixels.
    # Where to look, in its pixels; of a field, in those of its first view.
    critical_area: CriticalArea | None = None
    micrometres: float | None = None  # Side of such a pixel; None where it is not known.
    trained_on: frozenset[str] = frozenset()  # Properties whose model was trained on it.

    @property
    def size(self) -> tuple[int, int]:
        """(Y, X) in pixels."""
        return _size(self.rgb.views[0].file if isinstance(self.rgb, Field) else self.rgb)

    def part(self, field: FieldOfView) -> npt.NDArray[np.uint8] | Field:
        """Return what a part of it becomes: a picture, or one of each view."""
        if not isinstance(self.rgb, Field):
            return field.cut(self.rgb)
        views = (
            replace(view, file=field.on(self.size, _size(view.file)).cut(view.file))
            for view in self.rgb.views
        )
        return replace(self.rgb, views=tuple(views))


@dataclass(frozen=True, eq=False)
class PhotoAtScale:
    """Input of a model for some of its properties: a photo as it is, or fields of it."""

    photo: InputPhoto
    match: ScaleMatch | None
    properties: tuple[str, ...]

    def inputs(self) -> list[ImageWithArea]:
        """Return the pictures that go in; of several fields, that which holds an area that is given."""
        photo, area = self.photo, self.photo.critical_area
        parts = [(photo.part(each), None if area is None else area.on(each)) for each in self.fields]
        return parts or [(photo.rgb, area)]

    @property
    def fields(self) -> tuple[FieldOfView, ...]:
        """The fields to look at; none where the photo is looked at as it is."""
        fields, area = self.match.fields if self.match else (), self.photo.critical_area
        return fields if area is None else tuple(sorted(fields, key=lambda each: area.distance_to(each))[:1])

    def answer(self, predictions: Sequence[Predictions]) -> Iterator[Prediction]:
        """Yield the answer for each property from those to `inputs`."""
        for name in self.properties:
            answers = [each[name] for each in predictions]
            one = self._joined(answers) if self.fields else answers[0]
            yield replace(one, scale=self.match, trained_on=name in self.photo.trained_on)

    def _joined(self, answers: Sequence[Prediction]) -> Prediction:
        """Return the mean answer of several fields, which looked where the most certain one did."""
        mean = mean_prediction(answers)
        surest = max(range(len(answers)), key=lambda index: answers[index].probabilities[mean.label])
        area = self._area(self.fields[surest], answers[surest].critical_area)
        return replace(mean, critical_area=area)

    def _area(self, field: FieldOfView, area: CriticalArea | None) -> CriticalArea | None:
        if area is None or self.photo.critical_area is not None:
            return self.photo.critical_area
        return CriticalArea(*field.to_photo(area.box, self.photo.size))


def predict_at_scale(
    model: LoadedModel, photos: Sequence[InputPhoto], properties: Collection[str]
) -> list[Predictions]:
    """Classify photos, each at the scale from which the model learned a property, as far as both say theirs.

    Parameters
    ----------
    model : LoadedModel
        Knows the scale of some of its properties, or of none.
    photos : sequence of InputPhoto
        One batch.
    properties : collection of str
        Which of its properties are asked for.

    Returns
    -------
    list of Predictions
        One for each photo, of the properties that are asked for.
    """
    scaled_photos = [list(_at_scales(model.card, photo, properties)) for photo in photos]
    inputs = [scaled.inputs() for of_photo in scaled_photos for scaled in of_photo]
    answers = iter(model.predict_rgb([each for pictures in inputs for each in pictures]))
    return [Predictions(tuple(_in_order(model.card, of_photo, answers))) for of_photo in scaled_photos]


def mean_features(model: LoadedModel, photo: InputPhoto, property: str) -> npt.NDArray[np.float32] | None:
    """Return a network's own features (F,) of a photo as it looks at it; of several parts of it their mean.

    Parameters
    ----------
    model : LoadedModel
        Its network may have none: then None is returned.
    photo : InputPhoto
        A photo or a field.
    property : str
        At whose scale it looks.
    """
    at_scale = PhotoAtScale(photo, _match(model.card, photo, property), (property,))
    features = [model.features(pixels) for pixels, _ in at_scale.inputs()]
    of_parts = [each for each in features if each is not None]
    return np.mean(of_parts, axis=0, dtype=np.float32) if of_parts else None


def _size(rgb: npt.NDArray[np.uint8]) -> tuple[int, int]:
    return rgb.shape[0], rgb.shape[1]


def _in_order(
    card: ModelCard, scaled_photos: Iterable[PhotoAtScale], answers: Iterator[Predictions]
) -> Iterator[Prediction]:
    """Yield the predictions of a photo in the order of the model's properties."""
    by_name = {
        each.property: each
        for scaled in scaled_photos
        for each in scaled.answer([next(answers) for _ in range(max(1, len(scaled.fields)))])
    }
    return (by_name[each.name] for each in card.properties if each.name in by_name)


def _at_scales(card: ModelCard, photo: InputPhoto, properties: Collection[str]) -> Iterator[PhotoAtScale]:
    """Yield what to look at: properties of one scale share it."""
    names = [each.name for each in card.properties if each.name in properties]
    by_match: dict[ScaleMatch | None, list[str]] = {}
    for name in names:
        by_match.setdefault(_match(card, photo, name), []).append(name)
    for match, group in by_match.items():
        yield PhotoAtScale(photo, match, tuple(group))


def _match(card: ModelCard, photo: InputPhoto, name: str) -> ScaleMatch | None:
    learned = card.pixel_size_um.get(name)
    if learned is None or photo.micrometres is None:
        return None
    return ScaleMatch.of(card.preprocessing, photo.size, photo.micrometres, learned)
