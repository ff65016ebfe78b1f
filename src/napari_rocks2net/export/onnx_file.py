"""ONNX file of a model for other programs: written, opened again, and held against torch."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.export.errors import ExportError
from napari_rocks2net.export.graph import AREA_INPUT, IMAGES, PhotoAnswers, graph_of
from napari_rocks2net.export.session import OnnxGraph
from napari_rocks2net.imaging import read_image
from napari_rocks2net.model_file import load_model, resolve_model

if TYPE_CHECKING:
    from napari_rocks2net.model_file import ModelCard

LARGEST_DIFFERENCE = 1e-4
# Numbers drawn for the check of other sizes than the network's own.
OTHER_SHAPES = ((2, 96, 160),)
# An area that a person might give.
AREA = np.array([[0.1, 0.3, 0.6, 0.7]], np.float32)


@dataclass(frozen=True)
class Exported:
    """An ONNX file and how it agrees with torch."""

    path: Path
    """The file."""
    outputs: tuple[str, ...]
    """What it gives."""
    difference: float
    """The largest of a probability, over all images that were compared."""
    photos: int
    """How many photos were among them."""


def export_onnx(model: str | Path, path: str | Path, photos: Iterable[str | Path] = ()) -> Exported:
    """Write a model as ONNX, with its card and classes, and check that it answers as torch does.

    Parameters
    ----------
    model : str or Path
        A model file, or the name of a built-in model.
    path : str or Path
        Ends in .onnx; complete and checked, or not there.
    photos : iterable of str or Path
        Photos that both must agree on; noise of the network's size and of another is compared in any case.

    Returns
    -------
    Exported
        What was written.

    Raises
    ------
    ExportError
        When the network cannot be exported, or the answers differ by more than 1e-4.
    MissingExtraError
        When onnx or onnxruntime is not installed.
    ModelFileError, ImageError
        When the model or a photo cannot be read.
    """
    network, card = load_model(resolve_model(model))
    temperatures = [card.temperatures.get(each.name, 1.0) for each in card.properties]
    answers = PhotoAnswers(network, card.preprocessing, temperatures)
    graph = _with_card(graph_of(answers), card)
    images = [card.preprocessing.resized(read_image(photo))[None].float().numpy() for photo in photos]
    difference = largest_difference(answers, graph, [*images, *_noise(card)])
    if not difference <= LARGEST_DIFFERENCE:
        raise ExportError(
            f"The graph's answers differ from the model's by {difference:.2g}, more than "
            f"{LARGEST_DIFFERENCE:g}: nothing was written; please report it with the model's card."
        )
    return Exported(atomic_write(path, graph), answers.names, difference, len(images))


def _with_card(graph: bytes, card: ModelCard) -> bytes:
    import onnx

    model: Any = onnx.load_from_string(graph)
    model.producer_name = "napari-rocks2net"
    texts = {
        "card": card.to_json(),
        "classes": json.dumps({each.name: each.classes for each in card.properties}, ensure_ascii=False),
        "input": "RGB, 0 to 255, (batch, 3, height, width), resized as the card's preprocessing says",
    }
    for key, value in texts.items():
        model.metadata_props.add(key=key, value=value)
    return bytes(model.SerializeToString())


def _noise(card: ModelCard) -> list[npt.NDArray[np.float32]]:
    size = card.preprocessing.size
    random = np.random.default_rng(0)
    shapes = [(1, size, size), *OTHER_SHAPES]
    return [random.uniform(0, 255, (count, 3, *sides)).astype(np.float32) for count, *sides in shapes]


def largest_difference(
    answers: PhotoAnswers, graph: bytes, images: Iterable[npt.NDArray[np.float32]]
) -> float:
    """Return how far the probabilities of a graph are from those of the model, at most.

    Parameters
    ----------
    answers : PhotoAnswers
        The model.
    graph : bytes
        What was made of it.
    images : iterable of numpy.ndarray
        (B, 3, Y, X) float32 batches to compare on.
    """
    run = OnnxGraph(graph, "The check of an export")
    largest = 0.0
    for batch in images:
        for area in (None, AREA.repeat(len(batch), axis=0)) if answers.takes_area else (None,):
            with torch.inference_mode():
                expected = answers(torch.from_numpy(batch), None if area is None else torch.from_numpy(area))
            inputs = {IMAGES: batch} if area is None else {IMAGES: batch, AREA_INPUT: area}
            values = run(inputs, answers.names)
            for name, by_torch, by_onnx in zip(answers.names, expected, values, strict=True):
                if name.endswith("probabilities"):
                    largest = max(largest, float(np.abs(by_torch.numpy() - by_onnx).max()))
    return largest
