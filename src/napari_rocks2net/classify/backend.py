"""Backends: a network by PyTorch, or on a CPU by ONNX Runtime where that was measured to be faster."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs
import torch
from torch import Tensor

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.classify.backend_choices import Backend
from napari_rocks2net.export.errors import ExportError
from napari_rocks2net.export.graph import (
    AREA_INPUT,
    IMAGES,
    BackboneMaps,
    NetworkOutputs,
    graph_of,
    probe_graph,
)
from napari_rocks2net.export.session import OnnxGraph
from napari_rocks2net.models import ModelOutput, Probe, RockNetwork
from napari_rocks2net.untrusted import is_file, parse_json

LARGEST_DIFFERENCE = 1e-4
TIMED_RUNS = 3
# A graph is of one version of torch and of how many threads it was timed with.
VERSION = 2


@dataclass(frozen=True)
class Timing:
    """Seconds that one image of the network's size took, by either backend."""

    torch: float
    onnx: float

    @property
    def gain(self) -> float:
        """How many times as fast ONNX Runtime was."""
        return self.torch / self.onnx


class OnnxNetwork:
    """A network by ONNX Runtime, called like the network itself.

    Parameters
    ----------
    graph : OnnxGraph
        By `graph_of`.
    timing : Timing
        How long it took when it was prepared.

    Attributes
    ----------
    takes_area : bool
        Whether a critical area can be given.
    """

    def __init__(self, graph: OnnxGraph, timing: Timing) -> None:
        self._graph, self.timing = graph, timing
        self.takes_area = AREA_INPUT in graph.optional

    def __call__(self, images: Tensor, critical_area: Tensor | None = None) -> ModelOutput:
        """Return the answer to normalised images, without the map of evidence.

        Parameters
        ----------
        images, critical_area : Tensor
            See `RockNetwork.forward`.
        """
        inputs = {IMAGES: _contiguous(images)}
        if critical_area is not None:
            inputs[AREA_INPUT] = critical_area.float().numpy()
        values = map(torch.from_numpy, self._graph(inputs))
        return ModelOutput(**dict(zip(self._graph.outputs, values, strict=True)))


class OnnxBackbone:
    """A backbone by ONNX Runtime, called like the backbone itself.

    Parameters
    ----------
    graph : OnnxGraph
        Of `BackboneMaps`.
    """

    def __init__(self, graph: OnnxGraph) -> None:
        self._graph = graph

    def __call__(self, images: Tensor) -> list[Tensor]:
        """Return the maps (B, F, Y/s, X/s) of normalised images (B, 3, Y, X)."""
        return [torch.from_numpy(each) for each in self._graph({IMAGES: _contiguous(images)})]


class OnnxProbe:
    """A probe whose backbone runs by ONNX Runtime from now on, called like the probe itself.

    Parameters
    ----------
    probe : Probe
        Of activations.
    graph : OnnxGraph
        By `probe_graph`.
    timing : Timing
        How long a photo took when it was prepared.

    Attributes
    ----------
    takes_area : bool
        Whether a critical area can be given.
    """

    def __init__(self, probe: Probe, graph: OnnxGraph, timing: Timing) -> None:
        self._probe, self.timing, self.takes_area = probe, timing, probe.local
        probe.stages = OnnxBackbone(graph)

    def __call__(self, images: Tensor, critical_area: Tensor | None = None) -> ModelOutput:
        """Return the answer to photos; see `Probe.forward`.

        Parameters
        ----------
        images, critical_area : Tensor
            See there.
        """
        output: ModelOutput = self._probe(images, critical_area)
        return output


def onnx_network(
    network: RockNetwork, size: int, fingerprint: str, backend: Backend
) -> OnnxNetwork | OnnxProbe | None:
    """Return a network in ONNX Runtime.

    What is prepared is kept in the user's folder of caches, with how long both backends took. None where
    torch is to be used.

    Parameters
    ----------
    network : RockNetwork
        On the CPU, in evaluation mode.
    size : int
        Side of its input in pixels, by which it is timed.
    fingerprint : str
        What tells its weights from others.
    backend : {"auto", "torch", "onnx"}
        "onnx" prepares it, which takes some seconds the first time; "auto" takes it where it was prepared
        before and was faster.

    Raises
    ------
    ExportError
        With "onnx", when ONNX has not what the network needs, or the answers differ.
    MissingExtraError
        With "onnx", when onnx or onnxruntime is not installed.
    """
    if backend == "torch" or (backend == "auto" and find_spec("onnxruntime") is None):
        return None
    graph = _folder() / f"{fingerprint}-{size}-{torch.get_num_threads()}.onnx"
    timing = _timing_of(graph)
    if backend == "auto":
        return _opened(network, graph, timing) if timing is not None and timing.gain > 1 else None
    return _opened(network, graph, timing) if timing is not None else _prepared(network, size, graph)


def onnx_backbone(network: RockNetwork, fingerprint: str) -> OnnxBackbone:
    """Return the backbone of a network in ONNX Runtime, kept in the folder of caches as the network is.

    Parameters
    ----------
    network : RockNetwork
        One that runs there itself, so that it is known to be faster there.
    fingerprint : str
        What tells its weights from others.

    Raises
    ------
    ExportError
        When the maps differ from PyTorch's.
    """
    path = _folder() / f"{fingerprint}-backbone.onnx"
    if is_file(path):
        with suppress(Exception):
            return OnnxBackbone(OnnxGraph(path))
    graph = graph_of(BackboneMaps(network))
    backbone = OnnxBackbone(OnnxGraph(graph))
    # Of another size and shape than it was traced with.
    images = torch.rand(1, 3, 96, 160, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected, (actual,) = network.backbone(images), backbone(images)
        difference = float((expected - actual).abs().max() / expected.abs().max())
    if not difference <= LARGEST_DIFFERENCE:
        raise ExportError(
            f"ONNX Runtime's maps differ from PyTorch's by {difference:.2g}: choose the backend 'torch'."
        )
    with suppress(OSError):
        atomic_write(path, graph)
    return backbone


def _contiguous(images: Tensor) -> npt.NDArray[np.float32]:
    array: npt.NDArray[np.float32] = images.float().contiguous(memory_format=torch.contiguous_format).numpy()
    return array


def _folder() -> Path:
    name = f"onnx-{VERSION}-torch-{torch.__version__.partition('+')[0]}"
    return Path(platformdirs.user_cache_dir("napari-rocks2net", False)) / name


def _opened(network: RockNetwork, graph: Path, timing: Timing) -> OnnxNetwork | OnnxProbe | None:
    try:
        return _by_onnx(network, OnnxGraph(graph), timing)
    # A cache costs time, never an answer: what is damaged is prepared again when it is asked for.
    except Exception:
        graph.unlink(missing_ok=True)
        return None


def _timing_of(graph: Path) -> Timing | None:
    """Return how long both backends took when a graph was prepared; None where there is none."""
    record = graph.with_suffix(".json")
    if not (is_file(graph) and is_file(record)):
        return None
    try:
        timing = Timing(**parse_json(record.read_text(encoding="utf-8")))
        return timing if min(timing.torch, timing.onnx) > 0 else None
    except (OSError, TypeError, ValueError):
        return None


def _by_onnx(network: RockNetwork, graph: OnnxGraph, timing: Timing) -> OnnxNetwork | OnnxProbe:
    if isinstance(network, Probe):
        return OnnxProbe(network, graph, timing)
    return OnnxNetwork(graph, timing)


def _require_same(expected: Sequence[ModelOutput], answers: Sequence[ModelOutput]) -> None:
    difference = max(map(_difference, expected, answers))
    if not difference <= LARGEST_DIFFERENCE:
        raise ExportError(
            f"ONNX Runtime's answers differ from PyTorch's by {difference:.2g}: choose the backend 'torch'."
        )


def _prepared(network: RockNetwork, size: int, path: Path) -> OnnxNetwork | OnnxProbe:
    # A probe looks at photos of any size: at one whose sides are no multiples of anything.
    width, random = size - isinstance(network, Probe), torch.Generator().manual_seed(0)
    images = torch.rand(1, 3, size, width, generator=random)
    graph = probe_graph(network) if isinstance(network, Probe) else graph_of(NetworkOutputs(network))
    opened = OnnxGraph(graph)
    with torch.inference_mode():
        seconds = _seconds(lambda: network(images))
        areas = _areas(network(images))
        expected = [network(images, area) for area in areas]
        untimed = _by_onnx(network, opened, Timing(1.0, 1.0))
        _require_same(expected, [untimed(images, area) for area in areas])
        timing = Timing(seconds, _seconds(lambda: untimed(images)))
    # A cache that cannot be written costs time, never an answer.
    with suppress(OSError):
        atomic_write(path, graph)
        atomic_write(path.with_suffix(".json"), json.dumps(asdict(timing)))
    return _by_onnx(network, opened, timing)


def _areas(output: ModelOutput) -> list[Tensor | None]:
    """Return what both backends must agree on: the network's own area, and one that is given."""
    return [None] if output.critical_area is None else [None, torch.tensor([[0.1, 0.3, 0.6, 0.7]])]


def _difference(expected: ModelOutput, actual: ModelOutput) -> float:
    return float((expected.log_probabilities.exp() - actual.log_probabilities.exp()).abs().max())


def _seconds(run: Callable[[], object]) -> float:
    """Return how long a run takes, the middle one of several."""
    times = []
    for _ in range(TIMED_RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return float(np.median(times))
