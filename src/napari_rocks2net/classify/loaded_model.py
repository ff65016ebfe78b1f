"""Loaded model: a network with its card on a device; images in, predictions out."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from napari_rocks2net.classify.backend import OnnxNetwork, OnnxProbe, onnx_backbone, onnx_network
from napari_rocks2net.classify.backend_choices import Backend, RunningBackend
from napari_rocks2net.classify.batching import batches, run_halving
from napari_rocks2net.classify.device import DeviceChoice, DeviceError, choose_device
from napari_rocks2net.classify.fields import mean_of_views, views_with_area
from napari_rocks2net.classify.network_answers import all_on_cpu, image_predictions
from napari_rocks2net.classify.prediction import CriticalArea, Predictions
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard, ModelFileError, model_bytes
from napari_rocks2net.models import Images, ModelOutput, RockNetwork, ViewBatch, calibrated, mean_of_turns
from napari_rocks2net.models.probe import Probe
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.views import Field, View

ImageWithArea = tuple[np.ndarray | Field, CriticalArea | None]
PIXELS_AT_ONCE_ON_CPU = 256**2
USUAL_BATCH = 8


class LoadedModel:
    """A network, its card, and the device they run on.

    Parameters
    ----------
    network : RockNetwork
    card : ModelCard
    device : str
        "auto", "cuda", "mps", "cpu" or a torch device; see `choose_device`.
    tta : bool
        Whether it answers by `mean_of_turns`.
    backend : {"auto", "torch", "onnx"}
        What runs the network on a CPU, see `onnx_network`.
    fingerprint : str, optional
        Of its file; by default it is made from the weights.

    Attributes
    ----------
    network : RockNetwork
        By PyTorch (but for a probe's backbone), in evaluation mode on the device.
    tta, requested_device, file_fingerprint
        As they were given.

    Raises
    ------
    ExportError, MissingExtraError
        When the backend "onnx" is asked for and cannot be had.
    ModelFileError
        When turns are asked of a probe of fields.
    """

    def __init__(
        self,
        network: RockNetwork,
        card: ModelCard,
        device: str = "auto",
        *,
        tta: bool = False,
        backend: Backend = "torch",
        fingerprint: str | None = None,
    ) -> None:
        if tta and card.lights and isinstance(network, Probe):
            raise ModelFileError("A probe of fields answers without turns: leave test-time augmentation out.")
        self.card, self.tta = card, tta
        self.requested_device, self.file_fingerprint = device, fingerprint
        self.device: DeviceChoice = choose_device(device)
        self.most_at_once = _images_at_once(card.preprocessing, self.device)
        self.network = network.eval().to(self.device.device)
        self.network.to(memory_format=torch.channels_last)
        self._onnx = self._onnx_network(backend)
        if self._onnx is not None:
            self.device = replace(self.device, reason=_reason(self._onnx))

    def _onnx_network(self, backend: Backend) -> OnnxNetwork | OnnxProbe | None:
        if self.device.device.type == "cpu" and backend != "torch":
            fingerprint = self.file_fingerprint or self.fingerprint()
            return onnx_network(self.network, self.card.preprocessing.size, fingerprint, backend)
        if backend == "onnx":
            raise DeviceError(
                "The backend 'onnx' runs on the CPU: choose the device 'cpu', or the backend 'torch'."
            )
        return None

    @property
    def properties(self) -> tuple[RockProperty, ...]:
        """What it names."""
        return self.card.properties

    @property
    def backend(self) -> RunningBackend:
        """What runs the network."""
        return "torch" if self._onnx is None else "onnx"

    def feature_map(self, images: Tensor) -> Tensor:
        """Return the map (B, F, Y/32, X/32) that the backbone makes of normalised images, by the backend.

        Parameters
        ----------
        images : Tensor, shape (B, 3, Y, X)
            On the device; their sides are multiples of 32.
        """
        features: Tensor = self._backbone(images)
        return features

    @cached_property
    def _backbone(self) -> Callable[[Tensor], Tensor]:
        if self._onnx is None:
            return self.network.backbone
        backbone = onnx_backbone(self.network, self.file_fingerprint or self.fingerprint())
        return lambda images: backbone(images)[0]

    def batch_size(self, requested: int = USUAL_BATCH) -> int:
        """Return how many images go through the network together.

        Parameters
        ----------
        requested : int
            The most that a person wants.
        """
        return min(requested, self.most_at_once)

    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits that tell its weights and card from those of every other model."""
        digest = hashlib.sha256(self.card.to_json().encode())
        for name, weights in self.network.state_dict().items():
            digest.update(name.encode() + weights.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()[:16]

    def to_bytes(self) -> bytes:
        """Return its model file, with the weights in single precision."""
        return model_bytes(self.network, self.card)

    def predict_rgb(self, inputs: Sequence[ImageWithArea]) -> list[Predictions]:
        """Classify one batch, in a single pass through the network for all its properties.

        Parameters
        ----------
        inputs : sequence of tuple
            RGB arrays, (Y, X, 3) uint8, or fields whose views hold such arrays, each with a critical area or
            None.

        Returns
        -------
        list of Predictions
            One for each image.
        """
        results: dict[int, Predictions] = {
            index: self._of_field(image, area)
            for index, (image, area) in enumerate(inputs)
            if isinstance(image, Field)
        }
        photos = {
            index: (image, area) for index, (image, area) in enumerate(inputs) if not isinstance(image, Field)
        }
        with_area = [index for index, (_, area) in photos.items() if area is not None]
        without = [index for index, (_, area) in photos.items() if area is None]
        for group in filter(None, (with_area, without)):
            for part in batches(group, self.most_at_once):
                results.update(zip(part, run_halving(self._run, [photos[i] for i in part]), strict=True))
        return [results[index] for index in range(len(inputs))]

    @torch.inference_mode()
    def features(self, pixels: np.ndarray | Field) -> np.ndarray | None:
        """Return its own features (F,) float32 of a photo or field; None where the network has none.

        Parameters
        ----------
        pixels : numpy.ndarray or Field
            (Y, X, 3) uint8, or a field with a view in a light that it wants; what it lacks is not a number.
        """
        if isinstance(pixels, Field):
            output = self._forward_field(pixels, None)
        else:
            output = self.forward(self.card.preprocessing(pixels)[None], None)
        return None if output.features is None else output.features[0].numpy()

    def _of_field(self, field: Field, area: CriticalArea | None) -> Predictions:
        """Return one answer to a field: the network's, or the mean of those to its views."""
        if not self.card.lights:
            return mean_of_views(self.predict_rgb(views_with_area(field, area)), field)
        rgb = field.views[0].file
        box = None if area is None else torch.tensor([_unit_box(self.card.preprocessing, rgb, area)])
        predictions = image_predictions(self.card, self._forward_field(field, box), 0, *rgb.shape[:2]).all
        return Predictions(
            tuple(replace(each, views=field.in_lights(self.card.lights)) for each in predictions)
        )

    @torch.inference_mode()
    def _forward_field(self, field: Field, boxes: Tensor | None) -> ModelOutput:
        views = [view for view in field.views if view.light in self.card.lights]
        if isinstance(self.network, Probe):
            area = None if boxes is None else boxes[0].to(self.device.device)
            pixels = [(view.light, view.file) for view in views]
            return all_on_cpu(self._calibrated_output(self.network.answer_field(pixels, area)))
        return self.forward(self.view_batch(views), boxes)

    def view_batch(self, views: Sequence[View]) -> ViewBatch:
        """Return the views of one field, in lights that it wants, as a network of fields takes them."""
        images = torch.stack([self.card.preprocessing(view.file) for view in views])
        lights = torch.tensor([self.card.lights.index(view.light) for view in views])
        return ViewBatch(images, torch.zeros_like(lights), lights)

    def _run(self, inputs: Sequence[tuple[np.ndarray, CriticalArea | None]]) -> list[Predictions]:
        preprocess = self.card.preprocessing
        images = torch.stack([preprocess(rgb) for rgb, _ in inputs])
        boxes = [_unit_box(preprocess, rgb, area) for rgb, area in inputs if area is not None]
        output = self.forward(images, torch.tensor(boxes) if boxes else None)
        return [
            image_predictions(self.card, output, index, *rgb.shape[:2])
            for index, (rgb, _) in enumerate(inputs)
        ]

    @torch.inference_mode()
    def forward(self, images: Images, boxes: Tensor | None) -> ModelOutput:
        """Return the network's calibrated answer to normalised images or views, on the CPU.

        Parameters
        ----------
        images : Tensor, shape (B, 3, Y, X), or ViewBatch
            As the preprocessing makes them.
        boxes : Tensor, shape (B, 4), or None
            Areas of a person in the unit square, instead of the network's own.
        """
        device = self.device.device
        images = images.to(device, memory_format=torch.channels_last, non_blocking=True)
        boxes = None if boxes is None else boxes.to(device)
        reduced = self.device.precision != torch.float32
        with torch.autocast(device.type, self.device.precision, enabled=reduced):
            output = mean_of_turns(self._answer, images, boxes) if self.tta else self._answer(images, boxes)
        return all_on_cpu(output)

    @torch.inference_mode()
    def predictions_of(self, output: ModelOutput, side: int) -> list[Predictions]:
        """Return the predictions of an answer of the network's heads, calibrated as those of images.

        Parameters
        ----------
        output : ModelOutput
            Of square images, whose features were pooled elsewhere.
        side : int
            Of the images in pixels.

        Raises
        ------
        ModelFileError
            If it is not a number.
        """
        judged = all_on_cpu(self._calibrated_output(output))
        count = len(judged.log_probabilities)
        return [image_predictions(self.card, judged, index, side, side) for index in range(count)]

    def _answer(self, images: Any, boxes: Tensor | None) -> ModelOutput:
        # A network of one stream says itself why it takes no area.
        if self._onnx is None or (boxes is not None and not self._onnx.takes_area):
            return self._calibrated_output(self.network(images, boxes))
        return self._calibrated_output(self._onnx(images, boxes))

    def _calibrated_output(self, output: ModelOutput) -> ModelOutput:
        """Return an answer that is calibrated, and says how unlike what was learned the images are."""
        temperatures = [self.card.temperatures.get(each.name, 1.0) for each in self.properties]
        if any(each != 1.0 for each in temperatures):
            output = calibrated(output, temperatures, self.network.classes_per_property)
        familiarity = self.network.familiarity
        if familiarity is None or output.features is None:
            return output
        return replace(output, unfamiliar=familiarity(output.features))


def _images_at_once(preprocessing: Preprocessing, device: DeviceChoice) -> int:
    """Return how many images go through the network together at the most."""
    # Inputs that keep the size of their images cannot be stacked.
    if preprocessing.resize == "native":
        return 1
    # More pixels only fall out of a CPU's caches (docs/performance.md); crystals are 64 px a side.
    on_cpu = max(1, PIXELS_AT_ONCE_ON_CPU // preprocessing.size**2)
    return on_cpu if device.device.type == "cpu" else sys.maxsize


def _reason(network: OnnxNetwork | OnnxProbe) -> str:
    gain = f"{network.timing.gain:.1f} times as fast as PyTorch here"
    return f"Running on the CPU by ONNX Runtime, {gain}."


def _unit_box(preprocess: Preprocessing, rgb: np.ndarray, area: CriticalArea) -> tuple[float, ...]:
    return preprocess.pixels_to_unit(area.box, *rgb.shape[:2])
