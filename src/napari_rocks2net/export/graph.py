"""ONNX graph of a network, for images of any number and size."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from napari_rocks2net.export.errors import ExportError
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.models import ModelOutput, Probe, RockNetwork, calibrated
from napari_rocks2net.wording import first_line

IMAGES = "images"
AREA_INPUT = "given_critical_area"
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
        example = _example_of(network)
        self.names = tuple(name for name in OUTPUTS if getattr(example, name) is not None)
        self.takes_area = example.critical_area is not None

    def forward(self, images: Tensor, critical_area: Tensor | None = None) -> tuple[Tensor, ...]:
        """Return the outputs called `names` of images (B, 3, Y, X) float32, and boxes (B, 4) to look at."""
        output: ModelOutput = self.network(images, critical_area)
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
        self.takes_area = example.critical_area is not None
        self.names = (*streams, *(["critical_area"] if self.takes_area else []))

    def forward(self, images: Tensor, critical_area: Tensor | None = None) -> tuple[Tensor, ...]:
        """Return the outputs called `names` of images (B, 3, Y, X) float32 in 0..255, and boxes (B, 4)."""
        output: ModelOutput = self.network(self.preprocessing.normalised(images), critical_area)
        if any(each != 1.0 for each in self.temperatures):
            output = calibrated(output, self.temperatures, self.network.classes_per_property)
        streams = [getattr(output, log).exp() for name, log in PROBABILITIES.items() if name in self.names]
        return tuple(streams) if output.critical_area is None else (*streams, output.critical_area)


class BackboneMaps(nn.Module):
    """The backbone of a network: normalised images in, its map out, or its maps of several depths.

    Parameters
    ----------
    network : RockNetwork
        In evaluation mode.
    """

    takes_area = False

    def __init__(self, network: RockNetwork) -> None:
        super().__init__()
        self.backbone = network.backbone
        with torch.inference_mode():
            count = len(self(torch.rand(1, 3, TRACED_SIZE, TRACED_SIZE)))
        self.names = tuple(f"map_{index}" for index in range(count))

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the maps (B, F, Y/s, X/s) of images (B, 3, Y, X) float32."""
        maps: Tensor | list[Tensor] = self.backbone(images)
        return (maps,) if isinstance(maps, Tensor) else tuple(maps)


def graph_of(module: NetworkOutputs | PhotoAnswers | BackboneMaps) -> bytes:
    """Return the ONNX graph of a network, as a model file of ONNX.

    Parameters
    ----------
    module : NetworkOutputs, PhotoAnswers or BackboneMaps
        Its input is called ``images`` and is (B, 3, Y, X) float32, sides multiples of 32; its outputs are
        called as its `names`. Where it looks at a critical area (`takes_area`), the graph has a second input
        ``given_critical_area`` (B, 4) float32 in the unit square, which may be left out: NaN, its default, is
        for where the network would look.

    Raises
    ------
    ExportError
        When the network has operations that ONNX has not.
    MissingExtraError
        When the library onnx is not installed.
    """
    _require_onnx()
    size = 2 * TRACED_SIZE
    inputs = {IMAGES: torch.rand(2, 3, size, size)}
    if module.takes_area:
        inputs[AREA_INPUT] = torch.full((1, 4), torch.nan)
    sides = {2: "rows", 3: "columns"} if isinstance(module, BackboneMaps) else {}
    axes = {name: {0: "batch", **sides} for name in module.names}
    axes[IMAGES] = {0: "batch", 2: "height", 3: "width"}
    if module.takes_area:
        axes[AREA_INPUT] = {0: "areas"}
    try:
        return _with_default_area(_traced(module, inputs, axes))
    except (RuntimeError, ValueError, TypeError) as error:
        raise ExportError(f"The network cannot be written as ONNX ({first_line(error):.200}).") from error


def _traced(
    module: NetworkOutputs | PhotoAnswers | BackboneMaps,
    inputs: Mapping[str, Tensor],
    axes: Mapping[str, Mapping[int, str]],
) -> bytes:
    # The tracing exporter: the newer one takes minutes where this takes seconds.
    _pass_over_its_warnings()
    with torch.inference_mode(), TemporaryDirectory() as folder:
        path = Path(folder, "graph.onnx")
        torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            path,
            dynamo=False,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=list(module.names),
            dynamic_axes=axes,
        )
        return path.read_bytes()


def _pass_over_its_warnings() -> None:
    """Let the exporter not warn of itself, nor of shapes that it takes for constant: torch is asked after it.

    For good, as what silences warnings for a while silences those of all threads, and ends in any order.
    """
    warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)  # type: ignore[attr-defined]
    for module in (r"torch\.onnx\.", rf"{__name__}$"):
        warnings.filterwarnings("ignore", module=module)


def probe_graph(probe: Probe) -> bytes:
    """Return the ONNX graph of a probe's backbone, for photos of any size.

    See `graph_of`; the sides need not be multiples of 32.

    Parameters
    ----------
    probe : Probe
        In evaluation mode.

    Raises
    ------
    ExportError
        When the probe has no backbone.
    MissingExtraError
        When the library onnx is not installed.
    """
    if "activations" not in probe.kinds:
        raise ExportError(
            "This probe looks at textures alone, without a network: choose the backend 'torch'."
        )
    return _padded_by_size(graph_of(BackboneMaps(probe)))


def _padded_by_size(graph: bytes) -> bytes:
    """Return a graph whose convolutions pad an image of any size as `SameConv2d` does, without dilation."""
    import onnx

    model: Any = onnx.load_from_string(graph)
    pads = {node.output[0]: node for node in model.graph.node if node.op_type == "Pad"}
    for node in model.graph.node:
        if node.op_type == "Conv" and node.input[0] in pads:
            node.input[0] = pads[node.input[0]].input[0]
            kept = [each for each in node.attribute if each.name != "pads"]
            del node.attribute[:]
            node.attribute.extend([*kept, onnx.helper.make_attribute("auto_pad", "SAME_UPPER")])
    for node in pads.values():
        model.graph.node.remove(node)
    return bytes(model.SerializeToString())


def _with_default_area(graph: bytes) -> bytes:
    """Return a graph whose given critical area may be left out: an input with a value is optional."""
    import onnx

    model: Any = onnx.load_from_string(graph)
    if AREA_INPUT in (each.name for each in model.graph.input):
        own = np.full((1, 4), np.nan, np.float32)
        model.graph.initializer.append(onnx.numpy_helper.from_array(own, AREA_INPUT))
    return bytes(model.SerializeToString())


def _example_of(network: RockNetwork) -> ModelOutput:
    """Return what a network gives, to see which outputs it has."""
    if isinstance(network, Probe):
        raise ExportError(
            "A probe measures textures outside of its network, which ONNX cannot hold: export a network that "
            "was trained as a whole."
        )
    if network.layout.lights:
        raise ExportError(
            f"A network of fields in {' and '.join(network.layout.lights)} takes as many views as there are, "
            "which ONNX cannot hold: export a network of single photos."
        )
    with torch.inference_mode():
        output: ModelOutput = network.eval()(torch.rand(1, 3, TRACED_SIZE, TRACED_SIZE))
    return output


def _require_onnx() -> None:
    try:
        import onnx  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("Export to ONNX", "onnx", "onnx") from error
