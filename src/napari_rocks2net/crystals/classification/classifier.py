"""Crystal classifier: a model of single crystals applied to an image."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from napari_rocks2net.crystals.classification.classes import shape_and_facets
from napari_rocks2net.crystals.classification.crop_settings import CropSettings
from napari_rocks2net.crystals.classification.crops import CrystalCuts
from napari_rocks2net.iteration import OnProgress, iterate_to_end
from napari_rocks2net.model_file import ModelFileError
from napari_rocks2net.samples.columns import CLASS, CRYSTAL, PROBABILITY, probability_columns

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.classify import Prediction, RockClassifier
    from napari_rocks2net.model_file import ModelCard

CRYSTALS_AT_ONCE = 64


class CrystalClassifier:
    """A model of single crystals: MicroCrystalNet, or any other network that was trained on crops.

    Parameters
    ----------
    classifier : RockClassifier
        A model of one property on its device.

    Raises
    ------
    ModelFileError
        When it names several properties.
    """

    def __init__(self, classifier: RockClassifier) -> None:
        if len(classifier.properties) > 1:
            names = ", ".join(each.name for each in classifier.properties)
            raise ModelFileError(f"The model names {names}; choose a model of crystals, which names one.")
        self._classifier = classifier
        self._crop = CropSettings.from_dict(self.card.crop)

    @classmethod
    def load(cls, path: str | Path, device: str = "auto") -> CrystalClassifier:
        """Load a model file.

        Parameters
        ----------
        path : str or pathlib.Path
            A .safetensors file of this package.
        device : str
            "auto", "cuda", "mps", "cpu" or a torch device.

        Raises
        ------
        ModelFileError
            When the file is missing or cannot be used, or the model names several properties.
        DeviceError
            When the device is not there.
        """
        from napari_rocks2net.classify import RockClassifier

        return cls(RockClassifier.load(path, device=device))

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes it can name."""
        return self._classifier.properties[0].classes

    @property
    def card(self) -> ModelCard:
        """Card of the model file."""
        return self._classifier.models[0].card

    def classify(self, image: Any, labels: Any, *, on_progress: OnProgress | None = None) -> pd.DataFrame:
        """Name every crystal.

        Parameters
        ----------
        image : array_like
            (Y, X) or (Y, X, channels), see `crop_crystals`.
        labels : array_like
            (Y, X) integers of the same height and width; 0 is background.
        on_progress : callable, optional
            Takes the number of crystals classified, and of all; whatever it raises ends the work.

        Returns
        -------
        pandas.DataFrame
            The index ``label`` holds the labels in rising order. Columns: ``class``, ``probability`` (0..1),
            ``p_<class>`` for each class, ``shape`` and ``facets`` (see `shape_and_facets`).

        Raises
        ------
        CrystalError, ImageError
            When image or labels are none, or do not fit each other.
        """
        return iterate_to_end(self.iterate_classification(image, labels), on_progress)

    def iterate_classification(
        self, image: Any, labels: Any
    ) -> Generator[tuple[int, int], None, pd.DataFrame]:
        """See `classify`; yields crystals done and crystals in all."""
        cuts = CrystalCuts(image, labels, self._crop)
        predictions: list[Prediction] = []
        for each in self._classifier.predict_many(cuts, batch_size=CRYSTALS_AT_ONCE):
            assert each is not None
            predictions.append(each.only)
            if len(predictions) % CRYSTALS_AT_ONCE == 0 or len(predictions) == len(cuts):
                yield len(predictions), len(cuts)
        return _table(cuts.ids, predictions, self.classes)


def _table(
    ids: npt.NDArray[Any], predictions: Iterable[Prediction], classes: tuple[str, ...]
) -> pd.DataFrame:
    import pandas as pd

    columns = [CLASS, PROBABILITY, *probability_columns(classes), "shape", "facets"]
    rows = [
        (
            *(each.label, each.probability),
            *(each.probabilities[name] for name in classes),
            *shape_and_facets(each.label),
        )
        for each in predictions
    ]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(ids, name=CRYSTAL))
