"""Sessions of ONNX Runtime on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from napari_rocks2net.missing_extra import MissingExtraError


def open_session(graph: bytes | Path, subject: str = "The backend 'onnx'") -> Any:
    """Open a graph with as many threads as torch has.

    Parameters
    ----------
    graph : bytes or Path
        A model of ONNX, or its file.
    subject : str
        What needs it, for the error.

    Returns
    -------
    onnxruntime.InferenceSession
        On the CPU.

    Raises
    ------
    MissingExtraError
        When ONNX Runtime is not installed.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtraError(subject, "onnxruntime", "onnx") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    # Pictures of each size would keep a plan, and the memory for it, as large as their largest maps.
    options.enable_mem_pattern = False
    # Errors are raised; warnings are about the graph, which a person did not write.
    options.log_severity_level = 3
    source = graph if isinstance(graph, bytes) else str(graph)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
