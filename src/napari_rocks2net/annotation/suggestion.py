"""Suggested labels: what a model predicts for an image, for a person to accept or correct."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_rocks2net.annotation.image import ImageKey

if TYPE_CHECKING:
    from napari_rocks2net.classify import Prediction

Suggestions = dict[tuple[ImageKey, str], "Prediction"]
"""(image, property) -> prediction; the least probable ones are worth a person's look first."""
