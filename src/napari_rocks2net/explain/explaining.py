"""Evidence maps of any classifier, for any of its classes."""

from __future__ import annotations

from napari_rocks2net.classify import CriticalArea, RockClassifier
from napari_rocks2net.classify.classifier import Image, load_rgb
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.explain.errors import ExplanationError
from napari_rocks2net.explain.evidence_map import EvidenceMap, EvidenceMaps, Stream
from napari_rocks2net.explain.model_input import ModelInput, model_input
from napari_rocks2net.explain.network_evidence import network_evidence
from napari_rocks2net.explain.probe_evidence import probe_evidence
from napari_rocks2net.explain.question import Question, StreamEvidence, check_question
from napari_rocks2net.models import Probe


def evidence_maps(
    classifier: RockClassifier,
    image: Image,
    property: str,
    class_name: str,
    critical_area: CriticalArea | None = None,
    *,
    pixel_size: float | None = None,
) -> EvidenceMaps:
    """Return what each place of an image says for or against a class.

    Parameters
    ----------
    classifier : RockClassifier
        Names the property.
    image : array, path or callable
        See `RockClassifier.predict`.
    property : str
        One that the classifier names.
    class_name : str
        Any class of it, not only the predicted one.
    critical_area : CriticalArea, optional
        Where to look, in the image's pixels, instead of where the network would.
    pixel_size : float, optional
        Micrometres a pixel, as `RockClassifier.predict` takes it: a model that knows its scale looks at the
        photo at that scale, and so does this.

    Returns
    -------
    EvidenceMaps
        Of the whole image and, of a model with two streams, of the critical area.

    Raises
    ------
    ExplanationError
        If the classifier does not know the property or the class, answers by the mean of turned images, or
        to fields of several lights.
    ImageError
        If the image cannot be read or used.
    ValueError
        If a critical area is given to a model that looks at the whole image only.
    """
    model = _model_of(classifier, property)
    check_question(model, property, class_name)
    rgb, micrometres = load_rgb(image), classifier.pixel_size_of(image, pixel_size)
    pixels = model_input(model, rgb, property, class_name, micrometres, critical_area)
    question = Question.to(model, pixels.rgb, property, class_name, pixels.of_pixels(critical_area))
    evidence = (probe_evidence if isinstance(model.network, Probe) else network_evidence)(question)
    whole, *local = evidence
    return EvidenceMaps(
        _map(question, pixels, "global", whole),
        _map(question, pixels, "local", local[0]) if local else None,
    )


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
        pixels.sentence() + evidence.way,
    )
