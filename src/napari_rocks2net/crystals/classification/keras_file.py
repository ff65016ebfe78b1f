"""Keras import: the MicroCrystalNet authors' deposited weights as a model file.

Keras stores a layer's weights in HDF5 under the layer's name, in the order of the attributes ``layer_names``
and ``weight_names`` (keras/src/legacy/saving/legacy_h5_format.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.classification.keras_hdf5 import read_hdf5
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.model_file import ModelCard, ModelFileError, library_versions, save_model
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.untrusted import is_file

if TYPE_CHECKING:
    from torch import Tensor

    from napari_rocks2net.models import RockNetwork

Floats = npt.NDArray[np.float32]

ARCHITECTURE = "microcrystalnet_deposited"
# What the network was trained on: crops of 64 px, grey values divided by 255.
PREPROCESSING = Preprocessing(size=64, resize="pad", normalisation="unit")


@dataclass(frozen=True)
class KerasLayer:
    """A layer of a Keras file that has weights; the name is Keras's, such as "conv2d_225"."""

    name: str
    kernel: Floats  # (kh, kw, in, out) of a convolution, (in, out) of a dense layer.
    bias: Floats  # (out,)


def read_keras_layers(path: str | Path) -> tuple[KerasLayer, ...]:
    """Read the convolutions and dense layers of a Keras 2 HDF5 file, in the order of the network.

    It may hold the weights alone or the whole model. Only numbers and names are read; nothing is run.

    Raises
    ------
    ModelFileError
        When the file is missing, damaged or holds other layers.
    MissingExtraError
        When h5py is not installed.
    """
    if find_spec("h5py") is None:
        raise MissingExtraError("Reading Keras files", "h5py", "keras")
    path = Path(path)
    if not is_file(path):
        raise ModelFileError(f"There is no file {path}; check its name and folder.")
    try:
        return tuple(_layer(name, weights) for name, weights in read_hdf5(path).items())
    except (OSError, ValueError) as error:
        raise ModelFileError(
            f"{path} cannot be read as weights of Keras ({error}); pass the .h5 file that Keras 2 saved."
        ) from error


def _layer(name: str, stored: dict[str, npt.NDArray[Any]]) -> KerasLayer:
    if set(stored) != {"kernel", "bias"}:
        raise ValueError(f"the layer {name} holds {', '.join(sorted(stored))} instead of kernel and bias")
    kernel, bias = (stored[key].astype(np.float32) for key in ("kernel", "bias"))
    if not (np.isfinite(kernel).all() and np.isfinite(bias).all()):
        raise ValueError(f"the layer {name} holds values that are not finite")
    return KerasLayer(name, kernel, bias)


def _class_names(outputs: int, given: Sequence[str] | None) -> tuple[str, ...]:
    names = tuple(given) if given else tuple(f"class {number}" for number in range(outputs))
    if len(set(names)) != outputs or len(names) != outputs:
        raise ModelFileError(
            f"The network has {outputs} outputs and the class names are {', '.join(names)}; give a different "
            "name for each output, or none."
        )
    return names


def network_of(layers: Sequence[KerasLayer]) -> RockNetwork:
    """Put the five layers of the deposited network into ours, see ``build_deposited``.

    Returns a ``microcrystalnet_deposited`` in evaluation mode, with as many classes as the last layer.

    Raises
    ------
    ModelFileError
        When these are other layers.
    """
    from torch import nn

    from napari_rocks2net.models import create_model

    classes = layers[-1].bias.size if layers else 0
    network = create_model(ARCHITECTURE, max(classes, 2)).eval()
    own_layers = [module for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    expected = [(*m.weight.shape[2:], m.weight.shape[1], m.weight.shape[0]) for m in own_layers]
    shapes = [layer.kernel.shape for layer in layers]
    if shapes != expected or any(layer.bias.shape != layer.kernel.shape[-1:] for layer in layers):
        raise ModelFileError(
            f"The kernels have the shapes {shapes}, those of MicroCrystalNet as deposited {expected}; "
            "pass the authors' file."
        )
    channels = own_layers[2].weight.shape[0]
    for position, (module, layer) in enumerate(zip(own_layers, layers, strict=True)):
        kernel = _channels_first(layer.kernel, channels) if position == 3 else layer.kernel
        _fill(module.weight, np.moveaxis(kernel, (-1, -2), (0, 1)))
        _fill(module.bias, layer.bias)
    return network


def _channels_first(kernel: Floats, channels: int) -> Floats:
    """Return the kernel behind the flattening: Keras flattens (h, w, c), torch (c, h, w)."""
    inputs, outputs = kernel.shape
    return kernel.reshape(-1, channels, outputs).swapaxes(0, 1).reshape(inputs, outputs)


def _fill(parameter: Tensor | None, values: Floats) -> None:
    import torch

    assert parameter is not None
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(np.ascontiguousarray(values)))


def import_keras(
    path: str | Path,
    model_path: str | Path,
    classes: Sequence[str] | None = None,
    property: str = "microcrystal",
    licence: str = "",
) -> Path:
    """Write the authors' deposited Keras weights as a model file.

    Parameters
    ----------
    path : str or pathlib.Path
        The ``.h5`` file, of the weights alone or of the whole model.
    model_path : str or pathlib.Path
        The ``.safetensors`` file to write; an existing one is replaced.
    classes : sequence of str, optional
        Names of the outputs, in their order. The file has none; by default "class 0", "class 1" and so on.
    property : str
        What the model names.
    licence : str
        Under which terms the weights may be used.

    Raises
    ------
    ModelFileError
        When the file is missing, damaged or another network, or the names do not fit its outputs.
    MissingExtraError
        When h5py is not installed.
    """
    layers = read_keras_layers(path)
    try:
        network = network_of(layers)
        names = _class_names(network.num_classes, classes)
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from error
    card = ModelCard(
        properties=(RockProperty(property, names),),
        architecture=ARCHITECTURE,
        preprocessing=PREPROCESSING,
        data=_origin(Path(path), named=bool(classes)),
        licence=licence,
        versions=library_versions(),
    )
    return save_model(model_path, network, card)


def _origin(path: Path, *, named: bool) -> str:
    """Say where the weights come from, and that nobody vouches for the names of the classes."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    names = (
        "The class names were given when it was imported."
        if named
        else "The classes are its outputs in their order; which crystals they are is not confirmed."
    )
    return f"Weights of the Keras file {path.name} (SHA-256 {digest}), imported, not trained here. {names}"
