"""HDF5 reading in a process of its own, for damaged files can hang or crash the HDF5 library.

``python -m napari_rocks2net.crystals.classification.keras_hdf5 FILE`` writes the layers as npz to the
standard output; what is wrong goes to the standard error, with exit code 2.
"""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Weights = dict[str, npt.NDArray[Any]]

SECONDS = 60.0
BAD_FILE = 2
MOST_LAYERS = 1000
# The deposited networks have 1.2 MB.
MOST_BYTES = 256_000_000
SEPARATOR = "\t"


def read_hdf5(path: Path) -> dict[str, Weights]:
    """Read the weights of a Keras file, layer by layer in the order of the network.

    Returns
    -------
    dict
        {layer: {"kernel" or "bias": values}}.

    Raises
    ------
    ValueError
        When it is damaged, takes too long, or has weights elsewhere.
    """
    try:
        process = subprocess.run(
            [sys.executable, "-m", __name__, str(path)], capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ValueError(f"HDF5 is not done with it after {SECONDS:.0f} s") from None
    if process.returncode:
        lines = process.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ValueError(
            lines[-1] if lines and process.returncode == BAD_FILE else "it crashes the HDF5 library"
        )
    layers: dict[str, Weights] = {}
    with np.load(io.BytesIO(process.stdout), allow_pickle=False) as arrays:
        for name, values in arrays.items():
            layer, _, weight = name.partition(SEPARATOR)
            layers.setdefault(layer, {})[weight] = values
    return layers


def _layers_in(file: Any) -> dict[str, Weights]:
    """Return the weights of an open file, {layer: {"kernel" or "bias": values}}."""
    weights = _inside(file, "model_weights") if "model_weights" in file else file
    layers: dict[str, Weights] = {}
    left = MOST_BYTES
    for name in _names(weights, "layer_names"):
        group = _inside(weights, name)
        for weight in _names(group, "weight_names"):
            values = _values(_inside(group, weight), left)
            left -= values.nbytes
            # Kernel and bias come in either order.
            layers.setdefault(name, {})[weight.rpartition("/")[2].partition(":")[0]] = values
    return layers


def _inside(group: Any, path: str) -> Any:
    """Return what lies in a group, and no link to elsewhere."""
    import h5py

    for name in filter(None, path.split("/")):
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"{name} is a link or is missing")
        group = group[name]
    return group


def _values(dataset: Any, most_bytes: int) -> npt.NDArray[Any]:
    if dataset.external or dataset.is_virtual:
        raise ValueError(f"{dataset.name} lies in another file")
    if dataset.dtype.kind not in "fiu" or dataset.nbytes > most_bytes:
        raise ValueError(
            f"{dataset.name} holds {dataset.dtype} of the shape {dataset.shape}, which no layer has"
        )
    return np.asarray(dataset)


def _names(group: Any, attribute: str) -> list[str]:
    """Read names from an attribute, which are bytes or text."""
    names = group.attrs[attribute][:MOST_LAYERS]
    return [name.decode("utf-8") if isinstance(name, bytes) else str(name) for name in names]


def main(path: str) -> int:
    """Write the layers of a file to the standard output; return the exit code."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            layers = _layers_in(file)
    # h5py meets damaged files with any error.
    except Exception as error:
        sys.stderr.write(f"{error}\n".replace("\0", " "))
        return BAD_FILE
    arrays: dict[str, Any] = {
        f"{layer}{SEPARATOR}{name}": values for layer, of in layers.items() for name, values in of.items()
    }
    np.savez(sys.stdout.buffer, **arrays)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
