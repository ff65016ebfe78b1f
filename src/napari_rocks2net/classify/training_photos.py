"""Training photos of models, recognised among those that are classified."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from napari_rocks2net.model_file import ModelCard
from napari_rocks2net.samples import TrainingPictures
from napari_rocks2net.views import Field


def known_properties(cards: Iterable[ModelCard], rgb: npt.NDArray[np.uint8] | Field) -> frozenset[str]:
    """Return the properties whose model was trained on a photo, or on one that looks the same.

    Parameters
    ----------
    cards : iterable of ModelCard
        One of each model.
    rgb : numpy.ndarray or Field
        (Y, X, 3) uint8, or a field whose views hold such pixels: one of them is enough.
    """
    photos = [view.file for view in rgb.views] if isinstance(rgb, Field) else [rgb]
    trained = (card for card in cards if card.trained_on and _knows(card, photos))
    return frozenset(each.name for card in trained for each in card.properties)


def _knows(card: ModelCard, photos: Iterable[npt.NDArray[np.uint8]]) -> bool:
    pictures = _training_pictures(card.trained_on)
    return any(pictures.match(photo, None) for photo in photos)


@lru_cache(maxsize=8)
def _training_pictures(trained_on: tuple[str, ...]) -> TrainingPictures:
    return TrainingPictures.of(trained_on)
