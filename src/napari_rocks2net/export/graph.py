"""ONNX graph of a network, for images of any number and size."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

from napari_rocks2net.export.errors import ExportError
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.models import ModelOutput, Probe, RockNetwork, calibrated

IMAGES = "images"
# The first whose `affine_grid` is that of torch, which cuts critical areas out.
OPSET = 20
TRACED_SIZE = 64
OUTPUTS = (
    "log_probabilities",
    "global_log_probabilities",
    "local_log_probabilities",
    "critical_area",
    "features",
)
"""What of `ModelOutput` the graph for this program gives, where the network has it."""
PROBABILITIES = {
    "probabilities": "log_probabilities",
    "global_probabilities": "global_log_probabilities",
    "local_probabilities": "local_log_probabilities",
}


class NetworkOutputs(nn.Module):
    """A network as this program calls it: normalised images in, the fields of `ModelOutput` out.

    Parameters
    ----------
    network : RockNetwork
        In evaluation mode.
    """

    def __init__(self, network: RockNetwork) -> None:
        super().__init__()
        self.network = network
        self.names = tuple(name for name in OUTPUTS if getattr(_example_of(network), name) is not None)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the outputs called `names` of images (B, 3, Y, X) float32."""
        output: ModelOutput = self.network(images)
        return tuple(getattr(output, name) for name in self.names)


class PhotoAnswers(nn.Module):
    """A model as other programs call it: resized photos in, calibrated probabilities and boxes out.

    Parameters
    ----------
    network : RockNetwork
        In evaluation mode.
    preprocessing : Preprocessing
        Whose normalisation is part of it.
    temperatures : sequence of float
        One for each property.
    """

    def __init__(
        self, network: RockNetwork, preprocessing: Preprocessing, temperatures: Sequence[float]
    ) -> None:
        super().__init__()
        self.network, self.preprocessing, self.temperatures = network, preprocessing, tuple(temperatures)
        example = _example_of(network)
        streams = [name for name, log in PROBABILITIES.items() if getattr(example, log) is not None]
        areas = ["critical_area"] if example.critical_area is not None else []
        self.names = (*streams, *areas)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the outputs called `names` of images (B, 3, Y, X) float32 in 0..255."""
        output: ModelOutput = self.network(self.preprocessing.normalised(images))
        if any(each != 1.0 for each in self.temperatures):
            output = calibrated(output, self.temperatures, self.network.classes_per_property)
        streams = [getattr(output, log).exp() for name, log in PROBABILITIES.items() if name in self.names]
        return tuple(streams) if output.critical_area is None else (*streams, output.critical_area)


def graph_of(module: NetworkOutputs | PhotoAnswers) -> bytes:
    """Return the ONNX graph of a network.

    Parameters
    ----------
    module : NetworkOutputs or PhotoAnswers
        Its input is called ``images`` and is (B, 3, Y, X) float32, sides multiples of 32; its outputs are
        called as its `names`.

    Returns
    -------
    bytes
        A model file of ONNX.

    Raises
    ------
    ExportError
        When the network has operations that ONNX has not.
    MissingExtraError
        When the library onnx is not installed.
    """
    _require_onnx()
    size = 2 * TRACED_SIZE
    axes = {IMAGES: {0: "batch", 2: "height", 3: "width"}, **{name: {0: "batch"} for name in module.names}}
    try:
        # The tracing exporter: the newer one takes minutes where this takes seconds. It warns of itself, and
        # of shapes that it takes for constant, which are held against torch afterwards.
        with warnings.catch_warnings(), torch.inference_mode(), TemporaryDirectory() as folder:
            warnings.simplefilter("ignore")
            path = Path(folder, "graph.onnx")
            torch.onnx.export(
                module.eval(),
                (torch.rand(2, 3, size, size),),
                path,
                dynamo=False,
                opset_version=OPSET,
                input_names=[IMAGES],
                output_names=list(module.names),
                dynamic_axes=axes,
            )
            return path.read_bytes()
    except (RuntimeError, ValueError, TypeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ExportError(f"The network cannot be written as ONNX ({reason:.200}).") from error


def _example_of(network: RockNetwork) -> ModelOutput:
    """Return what a network gives, to see which outputs it has."""
    if isinstance(network, Probe):
        raise ExportError(
            "A probe measures textures outside of its network, which ONNX cannot hold: export a network that "
            "was trained as a whole."
        )
    with torch.inference_mode():
        output: ModelOutput = network.eval()(torch.rand(1, 3, TRACED_SIZE, TRACED_SIZE))
    return output


def _require_onnx() -> None:
    try:
        import onnx  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("Export to ONNX", "onnx", "onnx") from error
