"""Evidence maps of any classifier, for any of its classes."""

from __future__ import annotations

from dataclasses import replace

from napari_rocks2net.classify import CriticalArea, RockClassifier
from napari_rocks2net.classify.fields import check_lights, read_field, views_with_area
from napari_rocks2net.classify.input_images import Image, load_rgb
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.classify.scaling import InputPhoto
from napari_rocks2net.explain.errors import ExplanationError
from napari_rocks2net.explain.evidence_map import EvidenceMap, EvidenceMaps, Stream
from napari_rocks2net.explain.model_input import ModelInput, model_input
from napari_rocks2net.explain.network_evidence import network_evidence
from napari_rocks2net.explain.probe_evidence import probe_evidence
from napari_rocks2net.explain.question import Question, StreamEvidence, check_question
from napari_rocks2net.models import Probe
from napari_rocks2net.views import Field, View


def evidence_maps(
    classifier: RockClassifier,
    image: Image,
    property: str,
    class_name: str,
    critical_area: CriticalArea | None = None,
    *,
    pixel_size: float | None = None,
    view: int = 0,
) -> EvidenceMaps:
    """Return what each place of an image, or of one view of a field, says for or against a class.

    Parameters
    ----------
    classifier : RockClassifier
        Names the property.
    image : array, path, callable or Field
        See `RockClassifier.predict`.
    property : str
        One that the classifier names.
    class_name : str
        Any class of it, not only the predicted one.
    critical_area, pixel_size
        See `RockClassifier.predict`: where to look, in the image's pixels, and micrometres a pixel.
    view : int
        Of a field which view the map is of, counted from 0. A model of fields has a map for each, and the
        mean over the places of all views is the logit; of one that looks at photos it is the map of this
        photo, whose answer is one of those that the field's is the mean of.

    Returns
    -------
    EvidenceMaps
        Of the whole image and, of a model with two streams, of the critical area.

    Raises
    ------
    ExplanationError
        If the classifier does not know the property or the class, answers by the mean of turned images, or
        does not look at views in that light.
    ImageError
        If the image cannot be read or used.
    ValueError
        If a critical area is given to a model that looks at the whole image only.
    """
    model = _model_of(classifier, property)
    check_question(model, property, class_name)
    photo, view = _photo(classifier, model, image, critical_area, pixel_size, view)
    pixels = model_input(model, photo, property, class_name, view)
    views = pixels.pixels.views if isinstance(pixels.pixels, Field) else ()
    area = pixels.of_pixels(photo.critical_area)
    question = Question.to(model, pixels.rgb, property, class_name, area, views, view)
    evidence = (probe_evidence if isinstance(model.network, Probe) else network_evidence)(question)
    whole, *local = evidence
    return EvidenceMaps(
        _map(question, pixels, "global", whole),
        _map(question, pixels, "local", local[0]) if local else None,
    )


def _photo(
    classifier: RockClassifier,
    model: LoadedModel,
    image: Image,
    area: CriticalArea | None,
    pixel_size: float | None,
    view: int,
) -> tuple[InputPhoto, int]:
    """Return what a model looks at, and which of its views is asked about; the area is in pixels of this."""
    check_lights(image, model.card.lights)
    micrometres = classifier.pixel_size_of(image, pixel_size)
    if not isinstance(image, Field):
        return InputPhoto(load_rgb(image), area, micrometres), 0
    return _photo_of_field(model.card.lights, image, area, micrometres, image.views[view])


def _photo_of_field(
    lights: tuple[str, ...], image: Field, area: CriticalArea | None, micrometres: float | None, asked: View
) -> tuple[InputPhoto, int]:
    if lights and asked.light not in lights:
        raise ExplanationError(f"The model judges fields in {' and '.join(lights)}, not the view in {asked}.")
    field = read_field(image, load_rgb)
    places = [each.place for each in field.views]
    if asked.place not in places:
        raise ExplanationError(f"The view in {asked} cannot be read.")
    rgb, own_area = views_with_area(field, area)[places.index(asked.place)]
    own = [each for each in field.views if each.light in lights]
    first = own[0].file if lights else rgb
    if micrometres is not None:
        micrometres *= float(field.views[0].file.shape[1] / first.shape[1])
    if not lights:
        return InputPhoto(rgb, own_area, micrometres), 0
    index = [each.place for each in own].index(asked.place)
    return InputPhoto(replace(field, views=tuple(own)), own_area, micrometres), index


def _model_of(classifier: RockClassifier, property: str) -> LoadedModel:
    if property not in (names := [each.name for each in classifier.properties]):
        raise ExplanationError(
            f"The model does not name the property {property!r}; choose one of {', '.join(names)}."
        )
    return next(
        model for model in classifier.models if any(each.name == property for each in model.properties)
    )


def _map(question: Question, pixels: ModelInput, stream: Stream, evidence: StreamEvidence) -> EvidenceMap:
    preprocess = question.model.card.preprocessing
    area = CriticalArea(*preprocess.unit_to_pixels(evidence.box, *pixels.rgb.shape[:2]))
    return EvidenceMap(
        question.property,
        question.class_name,
        stream,
        evidence.cells,
        pixels.of_photo(area),
        pixels.size,
        evidence.unplaced,
        pixels.sentence() + evidence.method,
    )
