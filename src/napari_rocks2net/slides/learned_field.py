"""Learned field: how much rock the photos showed that a model was trained on, and so a window should show."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from napari_rocks2net.pixel_scale import LearnedPixelSize

if TYPE_CHECKING:
    from napari_rocks2net.model_file import ModelCard


@dataclass(frozen=True)
class LearnedField:
    """The field of the photos that a property was learned from."""

    name: str  # Of the property.
    pixels: int  # Side of the network's input.
    pixel: LearnedPixelSize  # Of a pixel of it.

    @property
    def micrometres(self) -> float:
        """Side of the field."""
        return self.pixels * self.pixel.median


def _learned_fields(cards: Iterable[ModelCard], properties: Collection[str]) -> list[LearnedField]:
    """Return the fields that models say they learned some properties from."""
    return [
        LearnedField(name, card.preprocessing.size, size)
        for card in cards
        for name, size in card.pixel_size_um.items()
        if name in properties
    ]


def usual_field(cards: Collection[ModelCard], properties: Collection[str], um_per_pixel: float | None) -> int:
    """Return the side of a window in pixels of a slide where no other is stated.

    As much rock as was learned from, the middle one of several properties, where both scales are known; else
    as many pixels as the network's input.

    Parameters
    ----------
    cards, properties
        See `_learned_fields`.
    um_per_pixel : float or None
        Of the slide.
    """
    fields = _learned_fields(cards, properties)
    if um_per_pixel is None or not fields:
        return max(card.preprocessing.size for card in cards)
    return max(1, round(median(each.micrometres for each in fields) / um_per_pixel))


def other_fields(cards: Iterable[ModelCard], properties: Collection[str], micrometres: float | None) -> str:
    """Return a sentence about properties that were learned from other fields, "" where there is none.

    Parameters
    ----------
    cards, properties
        See `_learned_fields`.
    micrometres : float or None
        Side of a window, where it is known.
    """
    if micrometres is None:
        return ""
    other = [
        f"{each.name} at {each.micrometres:,.4g} µm"
        for each in _learned_fields(cards, properties)
        if not each.pixel.covers(micrometres / each.pixels)
    ]
    return f"Learned from fields of another size: {', '.join(other)}; trust these less." if other else ""
