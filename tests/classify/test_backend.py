"""Backends: ONNX Runtime gives PyTorch's answers, where it was asked for or was prepared and is faster."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from napari_rocks2net.classify import CriticalArea, RockClassifier, backend
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.export import ExportError
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.model_file import ModelCard
from napari_rocks2net.models import create_model
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.torch_threads import torch_threads

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory, model_path: Path) -> Path:
    """A cache in which the model is prepared."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("platformdirs.user_cache_dir", lambda *_: str(folder))
        classifier = RockClassifier.load(model_path, device="cpu", backend="onnx")
    assert "ONNX Runtime" in classifier.device.reason
    return folder


@pytest.fixture
def prepared(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, where ONNX Runtime was twice as fast."""
    folder = tmp_path / "copy"
    shutil.copytree(cache, folder)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_: str(folder))
    next(folder.rglob("*.json")).write_text(json.dumps({"torch": 0.2, "onnx": 0.1}))
    return folder


def test_both_backends_give_the_same_answers(prepared: Path, model_path: Path, rgb: np.ndarray) -> None:
    by_torch = RockClassifier.load(model_path, device="cpu", backend="torch")
    by_onnx = RockClassifier.load(model_path, device="cpu", backend="onnx")
    assert [by_torch.models[0].backend, by_onnx.models[0].backend] == ["torch", "onnx"]
    for area in (None, CriticalArea(10, 10, 50, 60)):
        expected, given = by_torch.predict(rgb, area).only, by_onnx.predict(rgb, area).only
        assert given.label == expected.label
        for stream in ("probabilities", "global_probabilities", "local_probabilities"):
            assert getattr(given, stream) == pytest.approx(getattr(expected, stream), abs=1e-4)
        assert given.critical_area.box == pytest.approx(expected.critical_area.box, abs=0.1)


def test_photos_side_by_side_get_the_same_answers_though_the_cache_is_emptied_meanwhile(
    prepared: Path, model_path: Path
) -> None:
    photos = [np.random.default_rng(seed).integers(0, 256, (40, 50, 3), np.uint8) for seed in range(20)]
    with torch_threads(1):
        by_onnx = RockClassifier.load(model_path, device="cpu", backend="onnx")
        expected = list(by_onnx.predict_many(photos))
    with torch_threads(2):
        lone = RockClassifier.load(model_path, device="cpu", backend="onnx")
        shutil.rmtree(prepared)
        assert list(lone.predict_many(photos)) == expected
        for photo, answer in zip(photos[:3], expected, strict=False):
            assert answer is not None
            assert lone.predict(photo).only.probability == pytest.approx(answer.only.probability, abs=1e-5)


def test_the_backbone_alone_makes_the_same_maps_of_pictures_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_: str(tmp_path))
    network = create_model("efficientnet_lite0", 2).eval()
    pictures = torch.rand(1, 3, 128, 192, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = network.backbone(pictures)
        for _ in range(2):  # The second is opened from the cache.
            (given,) = backend.onnx_backbone(network, "fingerprint")(pictures)
            torch.testing.assert_close(given, expected, atol=1e-4, rtol=1e-3)
    assert [path.name for path in tmp_path.rglob("*.onnx")] == ["fingerprint-backbone.onnx"]


def test_a_probe_sees_photos_of_any_size_by_onnx_as_by_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_: str(tmp_path))
    probe = create_model("probe", 3, kinds="texture+activations", pretrained=True)
    probe.weight.normal_(generator=torch.Generator().manual_seed(0)).mul_(0.01)
    card = ModelCard((RockProperty("rock", ("a", "b", "c")),), "probe", Preprocessing(96, resize="native"))
    photos = [rng.integers(0, 256, (*shape, 3), np.uint8) for shape in ((61, 90), (33, 47))]
    by_torch = [*RockClassifier([LoadedModel(probe, card, "cpu")]).predict_many(photos)]
    by_onnx = RockClassifier([LoadedModel(probe, card, "cpu", backend="onnx")])
    assert by_onnx.models[0].backend == "onnx"
    for expected, given in zip(by_torch, by_onnx.predict_many(photos), strict=True):
        assert expected is not None
        assert given is not None
        assert given.only.probabilities == pytest.approx(expected.only.probabilities, abs=1e-4)
        assert given.only.critical_area == expected.only.critical_area
    with pytest.raises(ExportError, match="textures alone"):
        LoadedModel(create_model("probe", 3, kinds="texture"), card, "cpu", backend="onnx")


def test_auto_takes_what_was_prepared_and_was_faster(prepared: Path, model_path: Path) -> None:
    classifier = RockClassifier.load(model_path, device="cpu")
    assert classifier.models[0].backend == "onnx"
    assert (
        classifier.device.reason == "Running on the CPU by ONNX Runtime, 2.0 times as fast as PyTorch here."
    )
    next(prepared.rglob("*.json")).write_text(json.dumps({"torch": 0.1, "onnx": 0.2}))
    assert RockClassifier.load(model_path, device="cpu").models[0].backend == "torch"


def test_auto_prepares_nothing(tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_: str(tmp_path / "cache"))
    assert RockClassifier.load(model_path, device="cpu").models[0].backend == "torch"
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("damage", ["graph", "timing"])
def test_a_damaged_cache_costs_time_and_no_answer(prepared: Path, model_path: Path, damage: str) -> None:
    next(prepared.rglob("*.onnx" if damage == "graph" else "*.json")).write_bytes(b"{}")
    assert RockClassifier.load(model_path, device="cpu").models[0].backend == "torch"


def test_without_the_extra_it_says_which(
    tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_: str(tmp_path))
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr(backend, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'napari-rocks2net\[onnx\]'"):
        RockClassifier.load(model_path, device="cpu", backend="onnx")
    assert RockClassifier.load(model_path, device="cpu").models[0].backend == "torch"
