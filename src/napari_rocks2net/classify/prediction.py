"""Predictions: class, probabilities and critical area of each property of an image."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from napari_rocks2net.pixel_scale import FieldOfView, ScaleMatch
from napari_rocks2net.wording import percent

# At 5 % false alarms among photos like those that the model learned from.
UNFAMILIAR = 0.95


@dataclass(frozen=True)
class CriticalArea:
    """A rectangle of the image that went in, in pixels.

    Coordinates run along the edges of the pixels: an image of height H spans 0..H, and the first
    pixel's centre is at 0.5.
    """

    y0: float
    x0: float
    y1: float
    x1: float

    def __post_init__(self) -> None:
        if not np.all(np.isfinite(self.box)):
            raise ValueError(f"A critical area needs finite coordinates, not {self.box}.")
        if self.y1 <= self.y0 or self.x1 <= self.x0:
            raise ValueError(f"A critical area needs y0 < y1 and x0 < x1, not {self.box}.")

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(y0, x0, y1, x1)."""
        return self.y0, self.x0, self.y1, self.x1

    def corners(self) -> np.ndarray:
        """Return the corners, shape (4, 2), in y, x, clockwise from the top left."""
        return np.array([[self.y0, self.x0], [self.y0, self.x1], [self.y1, self.x1], [self.y1, self.x0]])

    def on(self, field: FieldOfView) -> CriticalArea:
        """Return an area of a photo on a field of it, as far as it lies there."""
        box = field.from_photo(self.box)
        inside = [min(max(edge, 0.0), float(side)) for edge, side in zip(box, field.size * 2, strict=True)]
        return CriticalArea(*(inside if inside[0] < inside[2] and inside[1] < inside[3] else box))

    def distance_to(self, field: FieldOfView) -> float:
        """Return twice the distance between the centres of an area and of a field of its photo."""
        y0, x0, y1, x1 = field.box
        return float(np.hypot(y0 + y1 - self.y0 - self.y1, x0 + x1 - self.x0 - self.x1))


@dataclass(frozen=True)
class Prediction:
    """A class, how sure the model is, and where it looked."""

    property: str
    """The rock property."""
    label: str
    """The most probable class."""
    probability: float
    """Its probability, 0..1."""
    probabilities: dict[str, float]
    """Of every class; they sum to 1."""
    global_probabilities: dict[str, float] | None = None
    local_probabilities: dict[str, float] | None = None
    """The same from the whole image and from the critical area alone; None for one-stream models."""
    critical_area: CriticalArea | None = None
    """Where the local stream looked."""
    unfamiliar: float | None = None
    """How unlike the photos that the model learned from the image is: the share of them that lie nearer to
    the others, 0..1; `is_unfamiliar` above 0.95. None where a model cannot tell."""
    scale: ScaleMatch | None = None
    """How the image was brought to the scale that the model learned; None where the image or the model does
    not say its own, so that it was looked at as it is."""
    views: str = ""
    """By which lights a field was judged: "PPL + XPL", "PPL alone"; empty for a photo."""
    trained_on: bool = False
    """Whether the model was trained on the picture, or on one that looks the same, so that its answer is no
    measure of it; False where the model does not remember its training photos."""

    @classmethod
    def of(cls, property: str, probabilities: dict[str, float], **facts: Any) -> Prediction:
        """Return the prediction of the most probable class.

        Parameters
        ----------
        property : str
            What is named.
        probabilities : dict of float
            Of every class.
        **facts
            The other fields.
        """
        label = max(probabilities, key=probabilities.__getitem__)
        return cls(property, label, probabilities[label], probabilities, **facts)

    # The field "property" takes the name of the decorator.
    @builtins.property
    def is_unfamiliar(self) -> bool:
        """Whether the image is like nothing that the model learned, so that its answer means little."""
        return self.unfamiliar is not None and self.unfamiliar > UNFAMILIAR

    def __str__(self) -> str:
        """Return "granite 93 %"."""
        return f"{self.label} {percent(self.probability)}"

    def caption(self) -> str:
        """Return "basic category: granite 93 %", with the views of a field."""
        return f"{self.property}: {self}" + (f" ({self.views})" if self.views else "")


@dataclass(frozen=True, eq=False)
class Predictions(Mapping[str, Prediction]):
    """Predictions of one or several models for one image: {property: Prediction}, in the models' order."""

    all: tuple[Prediction, ...]
    """At most one for each property."""

    def __getitem__(self, property: str) -> Prediction:
        """Return the prediction of a property."""
        for prediction in self.all:
            if prediction.property == property:
                return prediction
        raise KeyError(property)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the properties."""
        return (prediction.property for prediction in self.all)

    def __len__(self) -> int:
        """Return the number of properties."""
        return len(self.all)

    @property
    def only(self) -> Prediction:
        """The single prediction.

        Raises
        ------
        ValueError
            If there are several.
        """
        if len(self.all) != 1:
            raise ValueError(
                f"There are {len(self.all)} predictions; choose one by its property: {', '.join(self)}."
            )
        return self.all[0]


def mean_prediction(answers: Sequence[Prediction]) -> Prediction:
    """Return the mean of answers to one property, with the critical area of the first."""
    unfamiliar = [each.unfamiliar for each in answers if each.unfamiliar is not None]
    return Prediction.of(
        answers[0].property,
        _mean([each.probabilities for each in answers]) or {},
        global_probabilities=_mean([each.global_probabilities for each in answers]),
        local_probabilities=_mean([each.local_probabilities for each in answers]),
        critical_area=answers[0].critical_area,
        unfamiliar=float(np.mean(unfamiliar)) if unfamiliar else None,
        views=answers[0].views,
    )


def _mean(answers: Sequence[Mapping[str, float] | None]) -> dict[str, float] | None:
    """Return the mean probability of each class; None of a stream that no answer has."""
    stated = [each for each in answers if each]
    return {name: float(np.mean([each[name] for each in stated])) for name in stated[0]} if stated else None
