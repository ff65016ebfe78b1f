"""Suggestion: the label that a model predicts for an image, for a person to accept or correct."""

from __future__ import annotations

from dataclasses import dataclass

from napari_rocks2net.annotation.image import ImageKey


@dataclass(frozen=True)
class Suggestion:
    """A model's answer for one image and one property.

    Parameters
    ----------
    label : str
        The class.
    probability : float
        0 to 1; the lowest are worth a person's look first.
    """

    label: str
    probability: float

    def __str__(self) -> str:
        """Return "granite 93 %"."""
        return f"{self.label} {100 * self.probability:.0f} %"


Suggestions = dict[tuple[ImageKey, str], Suggestion]
"""(image, property) -> what a model says."""
