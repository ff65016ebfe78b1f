"""RockClassifier: one or several loaded models at work on images."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_rocks2net.classify.backend_choices import Backend
from napari_rocks2net.classify.batching import batches
from napari_rocks2net.classify.device import DeviceChoice
from napari_rocks2net.classify.fields import check_lights, read_field
from napari_rocks2net.classify.input_images import Image, Request, image_pixel_size, load_rgb, requests_of
from napari_rocks2net.classify.loaded_model import USUAL_BATCH, LoadedModel
from napari_rocks2net.classify.prediction import CriticalArea, Predictions
from napari_rocks2net.classify.scaling import InputPhoto, mean_features, predict_at_scale
from napari_rocks2net.classify.side_by_side import map_side_by_side, photos_at_once
from napari_rocks2net.classify.training_photos import known_properties
from napari_rocks2net.imaging import READING_THREADS, ImageError, attempt, map_ahead, report_errors
from napari_rocks2net.imaging.reading_many import ErrorHandler
from napari_rocks2net.imaging.tiff import Plane
from napari_rocks2net.model_file import ModelFileError, fingerprint, load_model, resolve_model
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.views import Field


class RockClassifier:
    """Names the rock properties that one or several models know; an image is read once for all of them.

    Parameters
    ----------
    models : sequence of LoadedModel
        At least one; no two may name the same property. Each runs once for all that it names.
    chosen : collection of str, optional
        The properties to name; all by default.

    Raises
    ------
    ModelFileError
        If two models name the same property, or none names what is chosen.
    ValueError
        If no model is given.
    """

    def __init__(self, models: Sequence[LoadedModel], chosen: Collection[str] | None = None) -> None:
        if not models:
            raise ValueError("No model was given; name at least one.")
        names = [each.name for model in models for each in model.properties]
        if repeated := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
            raise ModelFileError(f"Several models name the property {repeated[0]!r}; choose one of them.")
        self._names = frozenset(chosen or names)
        if unknown := self._names.difference(names):
            raise ModelFileError(
                f"The property {min(unknown)!r} is not named by the model; choose one of {', '.join(names)}."
            )
        self.models = tuple(
            model for model in models if self._names.intersection(each.name for each in model.properties)
        )

    @classmethod
    def load(
        cls,
        *models: str | Path,
        device: str = "auto",
        property: str | None = None,
        tta: bool = False,
        backend: Backend = "auto",
    ) -> RockClassifier:
        """Load model files or built-in models.

        Parameters
        ----------
        *models : str or Path
            Files, or names of built-in models.
        device : str
            "auto", "cuda", "mps", "cpu" or a torch device; see `choose_device`.
        property : str, optional
            The one property to name; by default all that the models know.
        tta : bool
            Whether to answer by the mean over each image's eight turns and mirrors (test-time augmentation),
            which takes eight times as long.
        backend : {"auto", "torch", "onnx"}
            What runs the networks on a CPU. "onnx": ONNX Runtime, which is prepared the first time, in some
            seconds; "auto": where it was prepared for this model before and was faster, else PyTorch.

        Raises
        ------
        ModelFileError
            If a file is missing or cannot be used, two models name the same property, or none names the one
            that is chosen.
        DeviceError
            If the device is not there, or the backend is not for it.
        ExportError, MissingExtraError
            If ONNX Runtime is asked for and cannot be had.
        """
        loaded = [
            LoadedModel(*load_model(file), device, tta=tta, backend=backend, fingerprint=fingerprint(file))
            for file in map(resolve_model, models)
        ]
        return cls(loaded, None if property is None else [property])

    @property
    def properties(self) -> tuple[RockProperty, ...]:
        """What it names, in the order of its predictions."""
        return tuple(each for model in self.models for each in model.properties if each.name in self._names)

    @property
    def lights(self) -> tuple[str, ...]:
        """The lights in which its models want fields; none where they look at photos one by one."""
        return tuple(dict.fromkeys(light for model in self.models for light in model.card.lights))

    @property
    def device(self) -> DeviceChoice:
        """Where the models run."""
        return self.models[0].device

    def batch_size(self, requested: int | None = None) -> int:
        """Return how many images go through the networks together, see `predict_many`.

        Parameters
        ----------
        requested : int, optional
            The most that a person wants.

        Raises
        ------
        ValueError
            If it is below 1.
        """
        if requested is not None and requested < 1:
            raise ValueError(f"The batch size must be at least 1, not {requested}.")
        return min(model.batch_size(requested or USUAL_BATCH) for model in self.models)

    @property
    def photos_at_once(self) -> int:
        """How many threads of `predict_many` read, and on a CPU classify what they have read."""
        if self.device.device.type != "cpu":
            return READING_THREADS
        return photos_at_once(max(model.card.preprocessing.size**2 for model in self.models))

    def select(self, *properties: str) -> RockClassifier:
        """Return a classifier of some of the properties only; it shares the networks.

        Raises
        ------
        ModelFileError
            If a name is none of them.
        """
        return RockClassifier(self.models, properties)

    @property
    def knows_scale(self) -> bool:
        """Whether it knows how large the pixels were that it learned one of its properties from."""
        return any(self._names.intersection(model.card.pixel_size_um) for model in self.models)

    def predict(
        self,
        image: Image,
        critical_area: CriticalArea | None = None,
        *,
        pixel_size: float | None = None,
    ) -> Predictions:
        """Classify one image.

        Parameters
        ----------
        image : array, path, callable or Field
            (Y, X), (Y, X, 1), (Y, X, 3) or (Y, X, 4), any dtype; an image file; or a function that returns
            such an array. Or a `Field` of such images, which gets one answer: of a model of fields that of
            the views together, of others the mean of their answers to each.
        critical_area : CriticalArea, optional
            Where to look, in the image's pixels, instead of where the network would.
        pixel_size : float, optional
            Micrometres a pixel of the image, of a field that of its first view; by default what its file
            says (`read_pixel_size`). A property that was learned at a known scale is then looked for at this
            scale, see `ScaleMatch.of`; without it the image is looked at as it is.

        Returns
        -------
        Predictions
            One `Prediction` for each of `properties`.

        Raises
        ------
        ImageError
            If the image cannot be read or used.
        PixelSizeError
            If the pixel size is no positive length.
        ModelFileError
            If the network's answer is not a number, because its weights are damaged.
        MemoryError
            If memory runs out.
        """
        return self._predict_batch([self._read_input((image, critical_area, pixel_size))])[0]

    def features(
        self, image: Image, property: str, *, pixel_size: float | None = None
    ) -> npt.NDArray[np.float32] | None:
        """Return the features (F,) that a model makes of an image: what looks alike to it lies near.

        Parameters
        ----------
        image, pixel_size
            See `predict`, also for the errors.
        property : str
            One that the classifier names.

        Returns
        -------
        numpy.ndarray or None
            See `ModelOutput.features`; None where the network has none.

        Raises
        ------
        ValueError
            If the classifier does not name the property.
        """
        named = (each for each in self.models if property in [own.name for own in each.properties])
        model = next(named, None)
        if model is None:
            raise ValueError(f"The classifier names no property {property!r}.")
        return mean_features(model, self._read_input((image, None, pixel_size)), property)

    def predict_many(
        self,
        images: Iterable[Image],
        *,
        batch_size: int | None = None,
        critical_areas: Iterable[CriticalArea | None] | None = None,
        pixel_sizes: Iterable[float | None] | None = None,
        on_error: ErrorHandler | None = None,
    ) -> Iterator[Predictions | None]:
        """Classify images lazily, in order, a batch at a time.

        Parameters
        ----------
        images : iterable of arrays, paths, callables or fields
            Read a little ahead of the results, several at the same time (`photos_at_once`).
        batch_size : int, optional
            The most images that go through a network together; halved, with a warning in the log, while
            memory runs out. On a CPU fewer do, which is faster there. By default what suits the device.
        critical_areas : iterable of CriticalArea or None, optional
            One for each image.
        pixel_sizes : iterable of float or None, optional
            Micrometres a pixel of each image, see `predict`.
        on_error : callable, optional
            Called with the index and the error of an image that cannot be read; its result is None
            and the others go on. Without it the error is raised.

        Returns
        -------
        iterator of Predictions or None
            In the order of the images.

        Raises
        ------
        ValueError
            If the batch size is below 1.
        """
        requests, size = requests_of(images, critical_areas, pixel_sizes), self.batch_size(batch_size)
        classified = self._side_by_side if self.device.device.type == "cpu" else self._read_ahead
        return report_errors(classified(requests, size), on_error)

    def _side_by_side(self, requests: Iterable[Request], size: int) -> Iterator[Predictions | ImageError]:
        def answered(batch: Sequence[Request]) -> list[Predictions | ImageError]:
            """Return the answers to a batch, which is read here."""
            return self._answered([attempt(self._read_input, each) for each in batch])

        lists = map_side_by_side(answered, batches(requests, size), self.photos_at_once)
        return chain.from_iterable(lists)

    def _read_ahead(self, requests: Iterable[Request], size: int) -> Iterator[Predictions | ImageError]:
        photos = map_ahead(partial(attempt, self._read_input), requests, self.photos_at_once)
        return chain.from_iterable(map(self._answered, batches(photos, size)))

    def _answered(self, batch: Sequence[InputPhoto | ImageError]) -> list[Predictions | ImageError]:
        predictions = iter(self._predict_batch([each for each in batch if isinstance(each, InputPhoto)]))
        return [each if isinstance(each, ImageError) else next(predictions) for each in batch]

    def _predict_batch(self, photos: Sequence[InputPhoto]) -> list[Predictions]:
        by_model = [predict_at_scale(model, photos, self._names) for model in self.models]
        return self.joined(by_model)

    def joined(self, by_model: Sequence[Sequence[Predictions]]) -> list[Predictions]:
        """Return the predictions of all models for each of several images, of the chosen properties.

        Parameters
        ----------
        by_model : sequence of sequence of Predictions
            One list for each of `models`, of the same images.
        """
        answers = (
            (each for answer in of_image for each in answer.all) for of_image in zip(*by_model, strict=True)
        )
        return [
            Predictions(tuple(each for each in every if each.property in self._names)) for every in answers
        ]

    def pixel_size_of(
        self, image: Image, um_per_pixel: float | None = None, plane: Plane = ()
    ) -> float | None:
        """See `image_pixel_size`; a file is asked where a model can use the answer."""
        return image_pixel_size(image, um_per_pixel, plane, ask_file=self.knows_scale)

    def _read_input(self, request: Request) -> InputPhoto:
        image, area, micrometres = request
        self._check_lights(image)
        rgb = read_field(image, load_rgb) if isinstance(image, Field) else load_rgb(image)
        self._check_lights(rgb)
        known = known_properties([model.card for model in self.models], rgb)
        return InputPhoto(rgb, area, self.pixel_size_of(image, micrometres), known)

    def _check_lights(self, image: Image) -> None:
        for model in self.models:
            check_lights(image, model.card.lights)
