"""One property of a model at work on images."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, overload

import numpy as np

from napari_rocks2net.classify.batching import batches
from napari_rocks2net.classify.device import DeviceChoice
from napari_rocks2net.classify.loaded_model import LoadedModel, Row
from napari_rocks2net.classify.prediction import CriticalArea, Prediction
from napari_rocks2net.imaging import ImageError, as_rgb, read_image
from napari_rocks2net.model_file import ModelCard, ModelFileError, load_model, resolve_model

if TYPE_CHECKING:
    from napari_rocks2net.classify.classifier_set import RockClassifierSet

Image = np.ndarray | str | Path
Models = list[str | Path] | tuple[str | Path, ...]
ErrorHandler = Callable[[int, Exception], None]
Result = TypeVar("Result")


class RockClassifier:
    """Names one rock property of images.

    Parameters
    ----------
    model : LoadedModel
        The network on its device.
    position : int
        Which of the properties of its card, from 0.
    """

    def __init__(self, model: LoadedModel, position: int = 0) -> None:
        self.model = model
        self.position = position

    @overload
    @classmethod
    def load(cls, model: str | Path, device: str = "auto") -> RockClassifier | RockClassifierSet: ...
    @overload
    @classmethod
    def load(cls, model: Models, device: str = "auto") -> RockClassifierSet: ...
    @classmethod
    def load(cls, model: str | Path | Models, device: str = "auto") -> RockClassifier | RockClassifierSet:
        """Load a model file or a built-in model by name.

        Parameters
        ----------
        model : str or Path, or list or tuple of them
        device : str
            See `choose_device`.

        Returns
        -------
        RockClassifier or RockClassifierSet
            A set for a model of several properties, and whenever a list was given.

        Raises
        ------
        ModelFileError
            If a file is missing or cannot be used.
        DeviceError
            If the device is not there.
        """
        from napari_rocks2net.classify.classifier_set import RockClassifierSet

        if isinstance(model, str | Path):
            found = _classifiers_of(model, device)
            return found[0] if len(found) == 1 else RockClassifierSet(found)
        return RockClassifierSet([each for one in model for each in _classifiers_of(one, device)])

    @classmethod
    def load_one(cls, model: str | Path, device: str = "auto", property: str | None = None) -> RockClassifier:
        """Load the classifier of one property.

        Parameters
        ----------
        model : str or Path
            A model file, or the name of a built-in model.
        device : str
            See `choose_device`.
        property : str, optional
            Which property; can be left out for a model that names one only.

        Raises
        ------
        ModelFileError
            If the file is missing or cannot be used, or it does not say which property is meant.
        DeviceError
            If the device is not there.
        """
        found = _classifiers_of(model, device)
        chosen = [each for each in found if property in (None, each.property)]
        if len(chosen) != 1:
            names = ", ".join(each.property for each in found)
            raise ModelFileError(f"{model} names {names}; choose one of these properties, not {property!r}.")
        return chosen[0]

    @property
    def card(self) -> ModelCard:
        """What the model file says about itself."""
        return self.model.card

    @property
    def device(self) -> DeviceChoice:
        """Where the model runs."""
        return self.model.device

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes it can name."""
        return self.card.properties[self.position].classes

    @property
    def property(self) -> str:
        """The rock property that it names."""
        return self.card.properties[self.position].name

    def predict(self, image: Image, critical_area: CriticalArea | None = None) -> Prediction:
        """Classify one image.

        Parameters
        ----------
        image : array or path
            (Y, X), (Y, X, 1), (Y, X, 3) or (Y, X, 4), any dtype; or an image file.
        critical_area : CriticalArea, optional
            Where to look, in the image's pixels, instead of where the network would.

        Raises
        ------
        ImageError
            If the image cannot be read or used.
        """
        return self._predict_rows([(load_rgb(image), critical_area)])[0]

    def predict_many(
        self,
        images: Iterable[Image],
        *,
        batch_size: int = 8,
        critical_areas: Iterable[CriticalArea | None] | None = None,
        on_error: ErrorHandler | None = None,
    ) -> Iterator[Prediction | None]:
        """Classify images lazily, in order, a batch at a time.

        Parameters
        ----------
        images : iterable of arrays or paths
            Read as the results are asked for.
        batch_size : int
            Images read at a time and, on a GPU, classified at a time; halved, with a warning in the log,
            while memory runs out. A CPU classifies one at a time, which is faster there.
        critical_areas : iterable of CriticalArea or None, optional
            One for each image.
        on_error : callable, optional
            Called with the index and the error of an image that cannot be read; its result is None
            and the others go on. Without it the error is raised.

        Yields
        ------
        Prediction or None
        """
        for rows in read_rows(images, batch_size, critical_areas, on_error):
            yield from scattered(rows, self._predict_rows([row for row in rows if row is not None]))

    def _predict_rows(self, rows: Sequence[Row]) -> list[Prediction]:
        return [answers[self.position] for answers in self.model.predict_rgb(rows)]


def _classifiers_of(model: str | Path, device: str) -> list[RockClassifier]:
    """Return a classifier for each property of a model file; they share its network."""
    loaded = LoadedModel(*load_model(resolve_model(model)), device)
    return [RockClassifier(loaded, position) for position in range(len(loaded.card.properties))]


def load_rgb(image: Image) -> np.ndarray:
    """Return an image as RGB, (Y, X, 3) uint8, from a file or an array."""
    return read_image(image) if isinstance(image, str | Path) else as_rgb(image)


def read_rows(
    images: Iterable[Image],
    batch_size: int,
    critical_areas: Iterable[CriticalArea | None] | None,
    on_error: ErrorHandler | None,
) -> Iterator[list[Row | None]]:
    """Yield batches of RGB arrays with their critical areas; None for an image that cannot be read."""
    if batch_size < 1:
        raise ValueError(f"The batch size must be at least 1, not {batch_size}.")
    areas = repeat(None) if critical_areas is None else critical_areas
    for batch in batches(enumerate(zip(images, chain(areas, repeat(None)), strict=False)), batch_size):
        yield [_read_row(index, image, area, on_error) for index, (image, area) in batch]


def _read_row(
    index: int, image: Image, area: CriticalArea | None, on_error: ErrorHandler | None
) -> Row | None:
    try:
        return load_rgb(image), area
    except ImageError as error:
        if on_error is None:
            raise
        on_error(index, error)
        return None


def scattered(rows: Sequence[Row | None], results: Sequence[Result]) -> Iterator[Result | None]:
    """Yield the results in the places of the rows that are not None."""
    remaining = iter(results)
    for row in rows:
        yield None if row is None else next(remaining)
