"""One model at work on images."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy as np
import torch
from torch import Tensor

from napari_rocks2net.classify.batching import batches, run_halving
from napari_rocks2net.classify.device import DeviceChoice, choose_device
from napari_rocks2net.classify.prediction import CriticalArea, Prediction
from napari_rocks2net.imaging import ImageError, Preprocessing, as_rgb, read_image
from napari_rocks2net.model_file import ModelCard, load_model, resolve_model
from napari_rocks2net.models import ModelOutput, RockNetwork

if TYPE_CHECKING:
    from napari_rocks2net.classify.classifier_set import RockClassifierSet

Image = np.ndarray | str | Path
Models = list[str | Path] | tuple[str | Path, ...]
ErrorHandler = Callable[[int, Exception], None]
Result = TypeVar("Result")
Row = tuple[np.ndarray, CriticalArea | None]


class RockClassifier:
    """A network, its card, and the device they run on.

    Parameters
    ----------
    network : RockNetwork
    card : ModelCard
    device : str
        "auto", "cuda", "mps", "cpu" or a torch device; see `choose_device`.
    """

    def __init__(self, network: RockNetwork, card: ModelCard, device: str = "auto") -> None:
        self.card = card
        self.device: DeviceChoice = choose_device(device)
        # More than one image only falls out of a CPU's caches (docs/performance.md).
        self._most_at_once = 1 if self.device.device.type == "cpu" else sys.maxsize
        self._network = network.eval().to(self.device.device)
        self._network.to(memory_format=torch.channels_last)

    @overload
    @classmethod
    def load(cls, model: str | Path, device: str = "auto") -> RockClassifier: ...
    @overload
    @classmethod
    def load(cls, model: Models, device: str = "auto") -> RockClassifierSet: ...
    @classmethod
    def load(cls, model: str | Path | Models, device: str = "auto") -> RockClassifier | RockClassifierSet:
        """Load a model file or a built-in model by name; several of them give a `RockClassifierSet`.

        Raises
        ------
        ModelFileError
            If a file is missing or cannot be used.
        DeviceError
            If the device is not there.
        """
        from napari_rocks2net.classify.classifier_set import RockClassifierSet

        if isinstance(model, str | Path):
            return cls(*load_model(resolve_model(model)), device)
        return RockClassifierSet([cls.load(each, device) for each in model])

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes it can name."""
        return self.card.classes

    @property
    def property(self) -> str:
        """The rock property that the model names."""
        return self.card.property

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
        return next(self.predict_rgb([(load_rgb(image), critical_area)]))

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
            yield from scattered(rows, self.predict_rgb([row for row in rows if row is not None]))

    def predict_rgb(self, rows: Sequence[Row]) -> Iterator[Prediction]:
        """Classify one batch of RGB arrays, (Y, X, 3) uint8, each with a critical area or None."""
        if not rows:
            return iter(())
        given = [index for index, row in enumerate(rows) if row[1] is not None]
        free = [index for index, row in enumerate(rows) if row[1] is None]
        found: dict[int, Prediction] = {}
        for group in filter(None, (given, free)):
            for part in batches(group, self._most_at_once):
                found.update(zip(part, run_halving(self._run, [rows[index] for index in part]), strict=True))
        return iter([found[index] for index in range(len(rows))])

    def _run(self, rows: Sequence[Row]) -> list[Prediction]:
        preprocess = self.card.preprocessing
        images = torch.stack([preprocess(rgb) for rgb, _ in rows])
        boxes = [_unit_box(preprocess, rgb, area) for rgb, area in rows if area is not None]
        output = self._forward(images, torch.tensor(boxes) if boxes else None)
        return [self._prediction(output, index, rgb) for index, (rgb, _) in enumerate(rows)]

    @torch.inference_mode()
    def _forward(self, images: Tensor, boxes: Tensor | None) -> ModelOutput:
        device = self.device.device
        images = images.to(device, memory_format=torch.channels_last, non_blocking=True)
        boxes = None if boxes is None else boxes.to(device)
        reduced = self.device.precision != torch.float32
        with torch.autocast(device.type, self.device.precision, enabled=reduced):
            output: ModelOutput = self._network(images, boxes) if boxes is not None else self._network(images)
        on_cpu: dict[str, Any] = {name: _on_cpu(value) for name, value in vars(output).items()}
        return ModelOutput(**on_cpu)

    def _prediction(self, output: ModelOutput, index: int, rgb: np.ndarray) -> Prediction:
        probabilities = self._by_class(output.log_probabilities, index)
        label = max(probabilities, key=probabilities.__getitem__)
        area = None
        if output.critical_area is not None:
            box = output.critical_area[index].tolist()
            area = CriticalArea(*self.card.preprocessing.unit_to_pixels(box, *rgb.shape[:2]))
        return Prediction(
            property=self.property,
            label=label,
            probability=probabilities[label],
            probabilities=probabilities,
            global_probabilities=self._optional_by_class(output.global_log_probabilities, index),
            local_probabilities=self._optional_by_class(output.local_log_probabilities, index),
            critical_area=area,
        )

    def _by_class(self, log_probabilities: Tensor, index: int) -> dict[str, float]:
        return dict(zip(self.classes, log_probabilities[index].exp().tolist(), strict=True))

    def _optional_by_class(self, log_probabilities: Tensor | None, index: int) -> dict[str, float] | None:
        return None if log_probabilities is None else self._by_class(log_probabilities, index)


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


def scattered(rows: Sequence[Row | None], results: Iterator[Result]) -> Iterator[Result | None]:
    """Yield the results in the places of the rows that are not None."""
    for row in rows:
        yield None if row is None else next(results)


def _unit_box(preprocess: Preprocessing, rgb: np.ndarray, area: CriticalArea) -> tuple[float, ...]:
    return preprocess.pixels_to_unit(area.box, *rgb.shape[:2])


def _on_cpu(value: Tensor | None) -> Tensor | None:
    return None if value is None else value.float().cpu()
