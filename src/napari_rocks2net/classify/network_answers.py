"""Answers of a network as predictions: classes, probabilities and critical areas of its output."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from napari_rocks2net.classify.prediction import CriticalArea, Prediction, Predictions
from napari_rocks2net.model_card import ModelCard
from napari_rocks2net.model_file import ModelFileError
from napari_rocks2net.models import ModelOutput


def image_predictions(
    card: ModelCard, output: ModelOutput, index: int, height: int, width: int
) -> Predictions:
    """Return the predictions of a network for one image of a batch.

    Parameters
    ----------
    card : ModelCard
        Names the properties and classes.
    output : ModelOutput
        On the CPU.
    index : int
        Of the image in the batch.
    height, width : int
        Of the image in pixels, before it was made an input.
    """
    area = None
    if output.critical_area is not None:
        box = output.critical_area[index].tolist()
        area = CriticalArea(*card.preprocessing.unit_to_pixels(box, height, width))
    fused = _by_property(card, output.log_probabilities, index)
    whole = _by_property(card, output.global_log_probabilities, index)
    local = _by_property(card, output.local_log_probabilities, index)
    unfamiliar = None if output.unfamiliar is None else float(output.unfamiliar[index])
    return Predictions(
        tuple(
            Prediction.of(
                name,
                probabilities,
                global_probabilities=whole.get(name),
                local_probabilities=local.get(name),
                critical_area=area,
                unfamiliar=unfamiliar,
            )
            for name, probabilities in fused.items()
        )
    )


def all_on_cpu(output: ModelOutput) -> ModelOutput:
    """Return an answer on the CPU; ModelFileError for one that is not a number."""
    on_cpu: dict[str, Any] = {name: _on_cpu(value) for name, value in vars(output).items()}
    # Features of lights that a field lacks are no numbers; those of damaged weights make no answer, either.
    answers = (value for name, value in on_cpu.items() if name != "features" and value is not None)
    if any(value.isnan().any() for value in answers):
        raise ModelFileError(
            "The model's answer is not a number: its weights are damaged; get or train it again."
        )
    return ModelOutput(**on_cpu)


def _on_cpu(value: Tensor | None) -> Tensor | None:
    return None if value is None else value.float().cpu()


def _by_property(
    card: ModelCard, log_probabilities: Tensor | None, index: int
) -> dict[str, dict[str, float]]:
    """Return {property: {class: probability}} of one image, empty for a missing stream."""
    if log_probabilities is None:
        return {}
    parts = log_probabilities[index].exp().split([len(each.classes) for each in card.properties])
    return {
        each.name: dict(zip(each.classes, part.tolist(), strict=True))
        for each, part in zip(card.properties, parts, strict=True)
    }
