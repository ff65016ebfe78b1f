"""Several properties over the same images, of one model or of several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from napari_rocks2net.classify.classifier import (
    ErrorHandler,
    Image,
    RockClassifier,
    load_rgb,
    read_rows,
    scattered,
)
from napari_rocks2net.classify.device import DeviceChoice
from napari_rocks2net.classify.loaded_model import Row
from napari_rocks2net.classify.prediction import CriticalArea, Prediction


class RockClassifierSet:
    """Classifiers that share the reading of the images; every result is a tuple, one per property.

    Those of one model share its network too: however many properties it names, it runs once.

    Parameters
    ----------
    classifiers : sequence of RockClassifier
        At least one.
    """

    def __init__(self, classifiers: Sequence[RockClassifier]) -> None:
        if not classifiers:
            raise ValueError("No model was given; name at least one.")
        self.classifiers = tuple(classifiers)

    @property
    def device(self) -> DeviceChoice:
        """Where the models run."""
        return self.classifiers[0].device

    def predict(self, image: Image, critical_area: CriticalArea | None = None) -> tuple[Prediction, ...]:
        """Classify one image; see `RockClassifier.predict`."""
        return self._predict_rows([(load_rgb(image), critical_area)])[0]

    def predict_many(
        self,
        images: Iterable[Image],
        *,
        batch_size: int = 8,
        critical_areas: Iterable[CriticalArea | None] | None = None,
        on_error: ErrorHandler | None = None,
    ) -> Iterator[tuple[Prediction, ...] | None]:
        """Classify images lazily, in order; see `RockClassifier.predict_many`."""
        for rows in read_rows(images, batch_size, critical_areas, on_error):
            yield from scattered(rows, self._predict_rows([row for row in rows if row is not None]))

    def _predict_rows(self, rows: Sequence[Row]) -> list[tuple[Prediction, ...]]:
        models = {each.model for each in self.classifiers}
        answers = {model: model.predict_rgb(rows) for model in models}
        return [
            tuple(answers[each.model][index][each.position] for each in self.classifiers)
            for index in range(len(rows))
        ]
