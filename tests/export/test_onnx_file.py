"""Models as ONNX files: the same answers, for any number and size, with what other programs need to know."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.command_line import exit_code

from napari_rocks2net.classify import CriticalArea, RockClassifier
from napari_rocks2net.export import ExportError, export_onnx, graph, onnx_file
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.model_file import ModelCard, load_model, save_model
from napari_rocks2net.models import create_model
from napari_rocks2net.rock_properties import RockProperty

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")


def session_of(path: Path) -> Any:
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def calibrated_path(tmp_path_factory: pytest.TempPathFactory, joint_model_path: Path) -> Path:
    """The model of two properties, one of them with a temperature."""
    network, card = load_model(joint_model_path)
    fields = {name: getattr(card, name) for name in card.__dataclass_fields__}
    path = tmp_path_factory.mktemp("calibrated") / "joint.safetensors"
    return save_model(path, network, ModelCard(**{**fields, "temperatures": {"matrix": 2.0}}))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, calibrated_path: Path) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    photo = folder / "photo.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (80, 90, 3), np.uint8)).save(photo)
    written = export_onnx(calibrated_path, folder / "joint.onnx", [photo])
    assert written.photos == 1
    assert written.difference < 1e-4
    return written.path


def test_another_program_gets_the_answers_of_the_classifier(
    exported: Path, calibrated_path: Path, rng: np.random.Generator
) -> None:
    classifier = RockClassifier.load(calibrated_path, device="cpu", backend="torch")
    # Of the network's size, so that nothing is resized.
    photos = rng.integers(0, 256, (3, 64, 64, 3), np.uint8)
    session = session_of(exported)
    names = [each.name for each in session.get_outputs()]
    assert names == ["probabilities", "global_probabilities", "local_probabilities", "critical_area"]
    values = dict(
        zip(names, session.run(names, {"images": photos.transpose(0, 3, 1, 2).astype("f4")}), strict=True)
    )
    for number, photo in enumerate(photos):
        predictions = classifier.predict(photo)
        expected = [value for each in predictions.all for value in each.probabilities.values()]
        np.testing.assert_allclose(values["probabilities"][number], expected, atol=1e-4)
        area = np.array(predictions.all[0].critical_area.box) / 64
        np.testing.assert_allclose(values["critical_area"][number], area, atol=1e-3)


def test_another_program_may_say_where_to_look(
    exported: Path, calibrated_path: Path, rng: np.random.Generator
) -> None:
    classifier = RockClassifier.load(calibrated_path, device="cpu", backend="torch")
    photos = rng.integers(0, 256, (2, 64, 64, 3), np.uint8)
    # The second photo's is left to the network.
    areas = np.array([[0.25, 0.0, 0.75, 0.5], [np.nan] * 4], np.float32)
    inputs = {"images": photos.transpose(0, 3, 1, 2).astype("f4"), "given_critical_area": areas}
    probabilities, boxes = session_of(exported).run(["probabilities", "critical_area"], inputs)
    predictions = [classifier.predict(photos[0], CriticalArea(16, 0, 48, 32)), classifier.predict(photos[1])]
    for number, each in enumerate(predictions):
        expected = [value for prediction in each.all for value in prediction.probabilities.values()]
        np.testing.assert_allclose(probabilities[number], expected, atol=1e-4)
        np.testing.assert_allclose(boxes[number] * 64, each.all[0].critical_area.box, atol=0.1)


def test_it_says_what_it_is(exported: Path, calibrated_path: Path) -> None:
    texts = session_of(exported).get_modelmeta().custom_metadata_map
    classes = {each.name: list(each.classes) for each in load_model(calibrated_path)[1].properties}
    assert json.loads(texts["classes"]) == classes
    assert ModelCard.from_json(texts["card"]) == load_model(calibrated_path)[1]


def test_a_network_of_one_stream_has_no_area(tmp_path: Path, one_stream_model_path: Path) -> None:
    path = tmp_path / "matrix.onnx"
    assert exit_code("export", one_stream_model_path, "--onnx", path) == 0
    assert [each.name for each in session_of(path).get_outputs()] == ["probabilities"]
    assert exit_code("export", one_stream_model_path, "--onnx", path) == 2


def test_answers_that_differ_are_not_written(
    tmp_path: Path, one_stream_model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_file, "largest_difference", lambda *_: float("nan"))
    with pytest.raises(ExportError, match="nothing was written"):
        export_onnx(one_stream_model_path, tmp_path / "a.onnx")
    assert not list(tmp_path.iterdir())


def test_a_probe_is_refused_in_a_sentence(tmp_path: Path) -> None:
    probe = create_model("probe", 2, kinds="texture", photos=2)
    card = ModelCard(
        (RockProperty("rock", ("a", "b")),),
        "probe",
        Preprocessing(resize="native", normalisation="unit"),
        arguments={"kinds": "texture", "photos": 2},
    )
    path = save_model(tmp_path / "probe.safetensors", probe, card)
    with pytest.raises(ExportError, match="A probe measures textures"):
        export_onnx(path, tmp_path / "probe.onnx")


@pytest.mark.parametrize("library", ["onnx", "onnxruntime"])
def test_without_the_extra_it_says_which(
    tmp_path: Path, one_stream_model_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'napari-rocks2net\[onnx\]'"):
        export_onnx(one_stream_model_path, tmp_path / "a.onnx")


def test_the_file_must_be_called_onnx(tmp_path: Path, model_path: Path) -> None:
    assert exit_code("export", model_path, "--onnx", tmp_path / "model.safetensors") == 2


def test_the_built_in_model_can_be_exported(tmp_path: Path) -> None:
    exported = export_onnx("five_properties", tmp_path / "five.onnx")
    assert exported.difference < 1e-4


def test_warnings_of_others_are_seen_while_a_model_is_written(
    one_stream_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class BesideAnotherThread(TemporaryDirectory[str]):
        """Warns while the exporter is at work."""

        def __exit__(self, *error: object) -> None:
            warnings.warn("a word of another thread", UserWarning, stacklevel=1)
            super().__exit__(*error)

    monkeypatch.setattr(graph, "TemporaryDirectory", BesideAnotherThread)
    with pytest.warns(UserWarning, match="a word of another thread") as seen:
        export_onnx(one_stream_model_path, tmp_path / "model.onnx")
    assert len(seen) == 1
