"""Graphs at work by ONNX Runtime on the CPU."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from napari_rocks2net.missing_extra import MissingExtraError


class OnnxGraph:
    """A graph that runs with as many threads as torch has where it is called; for several threads.

    Parameters
    ----------
    graph : bytes or Path
        A model of ONNX, or its file.
    subject : str
        What needs it, for the error.

    Attributes
    ----------
    outputs : tuple of str
        What it returns.
    optional : frozenset of str
        Inputs that may be left out.

    Raises
    ------
    MissingExtraError
        When ONNX Runtime is not installed.
    """

    def __init__(self, graph: bytes | Path, subject: str = "The backend 'onnx'") -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingExtraError(subject, "onnxruntime", "onnx") from error
        self._graph = graph if isinstance(graph, bytes) else graph.read_bytes()
        self._runtime = onnxruntime
        self._opening = threading.Lock()
        self._by_threads: dict[int, Any] = {}
        session = self._session()
        self.outputs = tuple(each.name for each in session.get_outputs())
        self.optional = frozenset(each.name for each in session.get_overridable_initializers())

    def __call__(
        self, inputs: Mapping[str, np.ndarray], outputs: Sequence[str] | None = None
    ) -> list[np.ndarray]:
        """Return outputs for inputs.

        Parameters
        ----------
        inputs : mapping of numpy.ndarray
            By their names.
        outputs : sequence of str, optional
            Which; by default all.
        """
        values: list[np.ndarray] = self._session().run(outputs, dict(inputs))
        return values

    def _session(self) -> Any:
        """Return the session for the threads that torch has here."""
        threads = torch.get_num_threads()
        with self._opening:
            if threads not in self._by_threads:
                options = self._runtime.SessionOptions()
                options.intra_op_num_threads = threads
                # Pictures of each size would keep a plan, and memory for it as large as their largest maps.
                options.enable_mem_pattern = False
                # Errors are raised; warnings are about the graph, which a person did not write.
                options.log_severity_level = 3
                self._by_threads[threads] = self._runtime.InferenceSession(
                    self._graph, options, providers=["CPUExecutionProvider"]
                )
            return self._by_threads[threads]
