"""Keras weights give the same numbers in our network as an independent forward pass in numpy gives."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.cli import main
from napari_rocks2net.crystals.classification.keras_file import (
    KerasLayer,
    import_keras,
    network_of,
    read_keras_layers,
)
from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.model_file import ModelFileError, load_model, read_card

Layers = tuple[KerasLayer, ...]
KERNELS = {
    "conv2d_225": (3, 3, 1, 64),
    "conv2d_226": (3, 3, 64, 32),
    "conv2d_227": (3, 3, 32, 16),
    "dense_150": (1024, 256),
    "dense_151": (256, 4),
}
AGREEMENT = 1e-5


@pytest.fixture
def layers(rng: np.random.Generator) -> Layers:
    """Random weights of the deposited network, as large as trained ones."""
    return tuple(
        KerasLayer(
            name,
            rng.normal(scale=np.sqrt(2 / np.prod(shape[:-1])), size=shape).astype(np.float32),
            rng.normal(scale=0.1, size=shape[-1]).astype(np.float32),
        )
        for name, shape in KERNELS.items()
    )


def keras_forward(layers: Sequence[KerasLayer], images: np.ndarray) -> list[np.ndarray]:
    """Compute what Keras does, channels last; return the outputs of the layers with weights, then softmax."""
    outputs = []
    values = images.astype(np.float64)
    for layer in layers[:3]:
        padded = np.pad(values, ((0, 0), (1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        summed = np.einsum("nhwcij,ijco->nhwo", windows, layer.kernel, optimize=True)
        values = np.maximum(summed + layer.bias, 0)
        outputs.append(values)
        count, height, width, channels = values.shape
        values = values.reshape(count, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
    hidden = np.maximum(values.reshape(len(values), -1) @ layers[3].kernel + layers[3].bias, 0)
    logits = hidden @ layers[4].kernel + layers[4].bias
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return [*outputs, hidden, logits, exponentials / exponentials.sum(axis=1, keepdims=True)]


def our_forward(network: nn.Module, images: np.ndarray) -> list[np.ndarray]:
    """Record the same layers of our network, channels last."""
    recorded: list[torch.Tensor] = []
    activations = [module for module in network.modules() if isinstance(module, nn.ReLU)]
    linear = [module for module in network.modules() if isinstance(module, nn.Linear)]
    for module in (*activations, linear[-1]):
        module.register_forward_hook(lambda _module, _inputs, output: recorded.append(output.clone()))
    with torch.inference_mode():
        output = network(torch.from_numpy(images).permute(0, 3, 1, 2))
    recorded.append(output.log_probabilities.exp())
    return [np.moveaxis(values.numpy(), 1, -1) for values in recorded]


def assert_layers_agree(layers: Sequence[KerasLayer], network: nn.Module, images: np.ndarray) -> None:
    expected, outputs = keras_forward(layers, images), our_forward(network, images)
    assert len(outputs) == 6
    for theirs, ours in zip(expected, outputs, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=AGREEMENT, rtol=AGREEMENT)


def write_keras(path: Path, layers: Sequence[KerasLayer], *, whole_model: bool = False) -> Path:
    """Write layers as Keras 2 does: names in attributes, layers without weights among them."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        weights = file.create_group("model_weights") if whole_model else file
        # HDF5 lists groups by name; the order of the network is in the attribute only.
        names = ["input_77", *(layer.name for layer in layers), "flatten_75"]
        weights.attrs["layer_names"] = [name.encode() for name in names]
        weights.attrs["keras_version"] = b"2.12.0"
        for name in ("input_77", "flatten_75"):
            weights.create_group(name).attrs["weight_names"] = np.empty(0)
        for layer in layers:
            group = weights.create_group(layer.name)
            parts = {f"{layer.name}/kernel:0": layer.kernel, f"{layer.name}/bias:0": layer.bias}
            group.attrs["weight_names"] = [part.encode() for part in parts]
            for part, values in parts.items():
                group.create_dataset(part, data=values)
    return path


def changed(layers: Layers, position: int, **changes: np.ndarray) -> Layers:
    one = dataclasses.replace(layers[position], **changes)
    return (*layers[:position], one, *layers[position + 1 :])


def test_every_layer_agrees_with_numpy(layers: Layers, rng: np.random.Generator) -> None:
    images = rng.random((3, 64, 64, 1), dtype=np.float32)
    assert_layers_agree(layers, network_of(layers), images)


def test_the_number_of_classes_is_that_of_the_file(layers: Layers) -> None:
    three = changed(layers, 4, kernel=layers[4].kernel[:, :3], bias=layers[4].bias[:3])
    assert network_of(three).num_classes == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda layers: layers[:4],
        lambda layers: (),
        lambda layers: changed(layers, 0, kernel=layers[0].kernel[:2]),
        lambda layers: changed(layers, 3, bias=layers[3].bias[:7]),
        lambda layers: (layers[1], layers[0], *layers[2:]),
        lambda layers: changed(layers, 4, kernel=layers[4].kernel[:, :1], bias=layers[4].bias[:1]),
    ],
    ids=["layer missing", "no layer", "kernel cut", "bias cut", "order", "one class"],
)
def test_another_network_is_refused(layers: Layers, change: Callable[[Layers], Layers]) -> None:
    with pytest.raises(ModelFileError, match="those of MicroCrystalNet as deposited"):
        network_of(change(layers))


def test_without_h5py_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingExtraError, match=r"needs h5py.*\[keras\]"):
        read_keras_layers(tmp_path / "weights.h5")


@pytest.mark.parametrize("whole_model", [False, True])
def test_a_file_is_read_in_the_order_of_the_network(
    tmp_path: Path, layers: Layers, whole_model: bool
) -> None:
    # Keras numbers its layers on, so that names need not be in alphabetical order.
    renamed = tuple(
        dataclasses.replace(layer, name=f"layer_{number}")
        for layer, number in zip(layers, (9, 10, 11, 2, 1), strict=True)
    )
    read = read_keras_layers(write_keras(tmp_path / "weights.h5", renamed, whole_model=whole_model))
    assert [layer.name for layer in read] == [layer.name for layer in renamed]
    for layer, written in zip(read, renamed, strict=True):
        np.testing.assert_array_equal(layer.kernel, written.kernel)
        np.testing.assert_array_equal(layer.bias, written.bias)


def test_an_imported_model_classifies(tmp_path: Path, layers: Layers) -> None:
    source = write_keras(tmp_path / "weights.h5", layers)
    path = import_keras(source, tmp_path / "crystals.safetensors", licence="MIT")
    card = read_card(path)
    assert card.properties[0].classes == ("class 0", "class 1", "class 2", "class 3")
    assert "weights.h5" in card.data
    assert "not confirmed" in card.data
    assert card.licence == "MIT"
    crop = np.random.default_rng(5).integers(0, 256, (64, 64), np.uint8)
    prediction = RockClassifier.load(path, device="cpu").predict(crop).only
    expected = keras_forward(layers, crop[None, :, :, None] / 255)[-1][0]
    assert list(prediction.probabilities.values()) == pytest.approx(expected.tolist(), abs=AGREEMENT)


def exit_code(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["import-keras", *(str(argument) for argument in arguments)])
    return int(caught.value.code or 0)


def test_the_command_writes_a_model_file(
    tmp_path: Path, layers: Layers, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = write_keras(tmp_path / "weights.h5", layers), tmp_path / "crystals.safetensors"
    names = "rhombic, polyhedral,amorphous,spherical"
    assert exit_code(source, "--classes", names, "--property", "habit", "--out", out) == 0
    assert "rhombic, polyhedral, amorphous, spherical" in capsys.readouterr().out
    assert read_card(out).properties[0].name == "habit"
    assert "names were given" in read_card(out).data
    before = out.read_bytes()
    assert exit_code(source, "--out", out) == 2
    assert out.read_bytes() == before
    assert exit_code(source, "--out", out, "--overwrite") == 0
    assert load_model(out)[1].properties[0].classes[0] == "class 0"


@pytest.mark.parametrize(
    ("names", "message"), [("a,b", "has 4 outputs"), ("a,b,c,a", "a different name for each output")]
)
def test_class_names_must_fit(
    tmp_path: Path, layers: Layers, capsys: pytest.CaptureFixture[str], names: str, message: str
) -> None:
    source, out = write_keras(tmp_path / "weights.h5", layers), tmp_path / "crystals.safetensors"
    assert exit_code(source, "--classes", names, "--out", out) == 2
    assert message in capsys.readouterr().err
    assert not out.exists()


def test_a_model_file_has_its_suffix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(tmp_path / "weights.h5", "--out", tmp_path / "crystals.h5") == 2
    assert "safetensors" in capsys.readouterr().err


def test_broken_files_are_named(tmp_path: Path, layers: Layers) -> None:
    h5py = pytest.importorskip("h5py")
    with pytest.raises(ModelFileError, match=r"no file .*gone\.h5"):
        read_keras_layers(tmp_path / "gone.h5")
    cut = write_keras(tmp_path / "cut.h5", layers)
    cut.write_bytes(cut.read_bytes()[:5000])
    text = tmp_path / "text.h5"
    text.write_text("no weights", encoding="utf-8")
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file.create_dataset("numbers", data=np.arange(5))
    spoilt = layers[0].bias.copy()
    spoilt[3] = np.nan
    write_keras(tmp_path / "nan.h5", changed(layers, 0, bias=spoilt))
    for name in ("cut", "text", "foreign", "nan"):
        with pytest.raises(ModelFileError, match=rf"{name}\.h5 cannot be read as weights of Keras"):
            read_keras_layers(tmp_path / f"{name}.h5")


@pytest.mark.parametrize("kind", ["soft link", "link to a file", "external storage", "virtual", "endless"])
def test_weights_that_lie_elsewhere_are_refused(tmp_path: Path, layers: Layers, kind: str) -> None:
    h5py = pytest.importorskip("h5py")
    secret = write_keras(tmp_path / "secret.h5", layers)
    path = write_keras(tmp_path / "linked.h5", layers)
    kernel = f"{layers[0].name}/{layers[0].name}/kernel:0"
    shape = layers[0].kernel.shape
    with h5py.File(path, "a") as file:
        del file[kernel]
        if kind == "soft link":
            file[kernel] = h5py.SoftLink(f"/{layers[1].name}/{layers[1].name}/kernel:0")
        elif kind == "link to a file":
            file[kernel] = h5py.ExternalLink(secret.name, kernel)
        elif kind == "external storage":
            place = [(str(tmp_path / "raw"), 0, h5py.h5f.UNLIMITED)]
            file.create_dataset(kernel, shape, "f4", external=place)
        elif kind == "virtual":
            layout = h5py.VirtualLayout(shape, "f4")
            layout[:] = h5py.VirtualSource(str(secret), kernel, shape)
            file.create_virtual_dataset(kernel, layout)
        else:
            file.create_dataset(kernel, (2**20, 2**20), "f4", chunks=(1024, 1024))
    layers[0].kernel.astype("f4").tofile(tmp_path / "raw")
    with pytest.raises(ModelFileError, match=r"linked\.h5 cannot be read as weights of Keras"):
        read_keras_layers(path)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["CNN_*_run1_weights.h5", "CNN_*_run1.h5"])
def test_the_deposited_file_agrees_layer_by_layer(
    real_data: Path, name: str, rng: np.random.Generator
) -> None:
    pytest.importorskip("h5py")
    files = sorted((real_data / "microcrystalnet_deposited").glob(name))
    if not files:
        pytest.skip("the deposited weights are not there")
    layers = read_keras_layers(files[0])
    assert sum(layer.kernel.size + layer.bias.size for layer in layers) == 287_156
    assert_layers_agree(layers, network_of(layers), rng.random((4, 64, 64, 1), dtype=np.float32))
