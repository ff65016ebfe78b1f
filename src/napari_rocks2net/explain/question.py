"""Question: one class of one property of one photo, put to one model; and the answer of a stream."""

from __future__ import annotations

import builtins
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from napari_rocks2net.classify import CriticalArea
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.explain.errors import ExplanationError
from napari_rocks2net.views import View

Box = tuple[float, float, float, float]
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class StreamEvidence:
    """Evidence of the places of one stream."""

    cells: npt.NDArray[np.float32]  # (h, w) float32, see `napari_rocks2net.explain.EvidenceMap`.
    box: Box  # y0, x0, y1, x1 in the unit square of the model's input: where they lie.
    unplaced: float  # See `napari_rocks2net.explain.EvidenceMap`.
    method: str  # How it was made.


@dataclass(frozen=True, eq=False)
class Question:
    """Question about one class of one image."""

    model: LoadedModel
    rgb: npt.NDArray[np.uint8]  # (Y, X, 3) uint8; of a field those of the view that the map is of.
    # What is asked about.
    property: str
    class_name: str
    columns: slice  # Of the model's outputs: the classes of the property.
    index: int  # Of the class among them.
    temperature: float  # By which the card says that logits are divided.
    # Where to look instead of where the network would, in the unit square of the model's input.
    box: Box | None
    # Of a model of fields the views that it looks at, with their pixels; empty for one of photos.
    views: tuple[View, ...] = ()
    view: int = 0  # Which of them the map is of.

    @classmethod
    def to(
        cls,
        model: LoadedModel,
        rgb: npt.NDArray[np.uint8],
        property: str,
        class_name: str,
        critical_area: CriticalArea | None,
        views: tuple[View, ...] = (),
        view: int = 0,
    ) -> Question:
        """Put a question to a model that names the property.

        Parameters
        ----------
        model, rgb, property, class_name, views, view
            See `Question`.
        critical_area : CriticalArea or None
            In pixels of the photo.

        Raises
        ------
        ExplanationError
            See `check_question`.
        """
        check_question(model, property, class_name)
        columns, index = _outputs_of(model, property, class_name)
        temperature, preprocess = model.card.temperatures.get(property, 1.0), model.card.preprocessing
        box = None
        if critical_area is not None:
            box = preprocess.pixels_to_unit(critical_area.box, *rgb.shape[:2])
        return cls(model, rgb, property, class_name, columns, index, temperature, box, views, view)

    def score(self, log_probabilities: Tensor) -> Tensor:
        """Return the logit of the class as `EvidenceMap` defines it, (...), of log-probabilities (..., C)."""
        own = log_probabilities[..., self.columns]
        return (own[..., self.index] - own.mean(dim=-1)) / self.temperature

    # The field "property" takes the name of the decorator.
    @builtins.property
    def boxes(self) -> Tensor | None:
        """The box as the network takes it, (1, 4)."""
        return None if self.box is None else torch.tensor([self.box], device=self.model.device.device)


def _outputs_of(model: LoadedModel, property: str, class_name: str) -> tuple[slice, int]:
    """Return which of a model's outputs are the classes of a property, and which of these a class is."""
    first = 0
    for each in model.properties:
        if each.name == property:
            break
        first += len(each.classes)
    return slice(first, first + len(each.classes)), each.classes.index(class_name)


def check_question(model: LoadedModel, property: str, class_name: str) -> None:
    """Refuse what a model cannot be asked.

    Parameters
    ----------
    model : LoadedModel
        Names the property.
    property, class_name : str
        What is asked about.

    Raises
    ------
    ExplanationError
        If it does not know the class, or answers by the mean of turned images.
    """
    if model.tta:
        raise ExplanationError(
            "This classifier answers by the mean of turned images, of which each has a map of its own: "
            "load it without turns (tta) to ask why."
        )
    classes = next(each.classes for each in model.properties if each.name == property)
    if class_name not in classes:
        names = ", ".join(classes)
        raise ExplanationError(
            f"The model knows no class {class_name!r} of {property}; choose one of {names}."
        )
