"""Notes on the answers to several photos: at which scale they were looked at, which are training photos."""

from __future__ import annotations

from napari_rocks2net.classify.prediction import Predictions
from napari_rocks2net.wording import count_of


class AnswerNotes:
    """Counts photos by what a person must know of the answers to them.

    Parameters
    ----------
    knows_scale : bool
        See `RockClassifier.knows_scale`; of models that do not know theirs no scale is noted.
    """

    def __init__(self, knows_scale: bool) -> None:
        self._knows_scale = knows_scale
        self._photos = self._unscaled = self._brought = self._far = self._trained_on = 0

    def add(self, predictions: Predictions) -> None:
        """Count one photo."""
        matches = [each.scale for each in predictions.all if each.scale is not None]
        self._photos += 1
        self._unscaled += not matches
        self._brought += any(each.fields for each in matches)
        self._far += any(each.is_far for each in matches)
        self._trained_on += any(each.trained_on for each in predictions.all)

    def sentences(self) -> list[str]:
        """Return what is to be said; nothing where there is nothing unusual."""
        return [each for each in (self._scale(), self._training()) if each]

    def _scale(self) -> str:
        parts = []
        if self._brought:
            parts.append(f"{count_of(self._brought, 'photo')} brought to the scale that the model learned")
        if self._far:
            parts.append(f"{self._far} of them by more than a factor of 2, so trust these less")
        if self._unscaled:
            several = f"{self._unscaled} of {self._photos} photos without a pixel size, looked at as they are"
            parts.append(several if self._photos > 1 else "the photo has no pixel size, looked at as it is")
        return f"Scale: {'; '.join(parts)}." if self._knows_scale and parts else ""

    def _training(self) -> str:
        if not self._trained_on:
            return ""
        if self._photos == 1:
            return "The model was trained on this photo: it does not tell how right it is on others."
        return (
            f"The model was trained on {self._trained_on} of these {self._photos} photos: "
            "they do not tell how right it is on others."
        )
