"""Arrays on disk that grow row by row, in zarr's format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.atomic_write import atomic_write


class RowArray:
    """An array whose first axis is written one index at a time, each whole or not at all.

    A chunk of zarr's version 2 without compression is the bytes of its numbers, so that the library is not
    needed to write it, and the same answers give the same bytes
    (zarr-specs.readthedocs.io/en/latest/v2/v2.0.html).

    Parameters
    ----------
    path : Path
        Its folder; it is made with the description.
    values : numpy.ndarray
        (rows, ...): the whole array, in memory; a row of it is what is written and read.
    attributes : mapping, optional
        What else the description says.
    """

    def __init__(
        self, path: Path, values: npt.NDArray[Any], attributes: Mapping[str, Any] | None = None
    ) -> None:
        self._path, self.values = path, values
        description = {
            "zarr_format": 2,
            "shape": values.shape,
            "chunks": (1, *values.shape[1:]),
            "dtype": values.dtype.str,
            "compressor": None,
            "fill_value": "NaN" if values.dtype.kind == "f" else 0,
            "order": "C",
            "filters": None,
        }
        atomic_write(path / ".zarray", json.dumps(description))
        if attributes is not None:
            atomic_write(path / ".zattrs", json.dumps(attributes, ensure_ascii=False))

    def has(self, row: int) -> bool:
        """Return whether a row was written."""
        chunk = self._chunk(row)
        return chunk.is_file() and chunk.stat().st_size == self.values[row].nbytes

    def write_row(self, row: int) -> None:
        """Write a row of the array."""
        atomic_write(self._chunk(row), np.ascontiguousarray(self.values[row]).tobytes())

    def read_row(self, row: int) -> None:
        """Read a row that was written into the array."""
        stored = np.frombuffer(self._chunk(row).read_bytes(), self.values.dtype)
        self.values[row] = stored.reshape(self.values[row].shape)

    def _chunk(self, row: int) -> Path:
        return self._path / ".".join([str(row), *("0" for _ in self.values.shape[1:])])
