"""classify_layers: blocking, exact, and answering for what it is given."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
from napari.components import ViewerModel

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.iteration import run_to_end
from napari_rocks2net.model_file import load_model
from napari_rocks2net.pixel_scale import LearnedPixelSize
from napari_rocks2net.plugin import classify_layers
from napari_rocks2net.plugin.classify.classification import (
    Classification,
    ClassificationError,
    classify_planes,
    planes_of,
    show_results,
)
from napari_rocks2net.plugin.layers.plane import ImageLayerError


def test_a_real_model_answers_as_it_does_without_napari(
    rgb: np.ndarray, real_classifier: RockClassifier
) -> None:
    viewer = ViewerModel()
    viewer.add_image(rgb, name="photo", scale=(2, 2))
    areas, predictions = classify_layers(viewer, ["photo"], real_classifier)
    alone = real_classifier.predict(rgb).only
    assert predictions.features["label"][0] == alone.label
    for name, value in alone.probabilities.items():
        assert predictions.features[f"p_{name}"][0] == pytest.approx(value, abs=1e-6)
    assert alone.critical_area is not None
    np.testing.assert_allclose(areas.data[0], alone.critical_area.corners() - 0.5, atol=1e-3)
    assert list(viewer.layers)[-2:] == [predictions, areas]


def test_a_layers_scale_brings_it_to_that_of_the_model(
    rgb: np.ndarray, model_path: Path, real_classifier: RockClassifier
) -> None:
    network, card = load_model(model_path)
    learned = {card.properties[0].name: LearnedPixelSize(5.0, 5.0, 5.0)}
    scaled = RockClassifier([LoadedModel(network, replace(card, pixel_size_um=learned), "cpu")])
    viewer = ViewerModel()
    viewer.add_image(rgb, name="photo", scale=(20, 20), units=("um", "um"))
    viewer.add_image(rgb, name="unscaled")
    classification = run_to_end(classify_planes(scaled, planes_of(viewer, ["photo", "unscaled"])))
    photo, unscaled = (result.predictions.only for result in classification.results)
    assert photo.probabilities == pytest.approx(scaled.predict(rgb, pixel_size=20).only.probabilities)
    assert unscaled.probabilities == pytest.approx(real_classifier.predict(rgb).only.probabilities, abs=1e-5)
    assert "1 photo brought to the scale" in str(classification)
    assert "1 of 2 photos without a pixel size, looked at as they are" in str(classification)
    alone = run_to_end(classify_planes(scaled, planes_of(viewer, ["unscaled"])))
    assert "the photo has no pixel size, looked at as it is" in str(alone)
    typed = planes_of(viewer, ["unscaled"], pixel_size=7.0)
    assert [plane.pixel_size for plane in typed] == [7.0]


def test_layers_can_be_given_themselves(rgb: np.ndarray, quick: Any) -> None:
    viewer = ViewerModel()
    layers = [viewer.add_image(rgb, name=name) for name in ("a", "b")]
    _, predictions = classify_layers(viewer, layers, quick())
    assert list(predictions.features["image"]) == ["a", "b"]


def test_several_models_answer_in_one_pass(
    rgb: np.ndarray, quick: Any, quick_set: Callable[..., Any]
) -> None:
    viewer = ViewerModel()
    viewer.add_image(rgb, name="photo")
    models = quick("lithology"), quick("matrix", areas=False)
    areas, predictions = classify_layers(viewer, ["photo"], quick_set(*models))
    assert list(predictions.features["property"]) == ["lithology", "matrix"]
    assert list(areas.features["property"]) == ["lithology"]


def test_an_image_that_cannot_be_read_does_not_stop_the_others(rgb: np.ndarray, quick: Any) -> None:
    def broken(block_info: object = None) -> np.ndarray:
        raise OSError("the disk is gone")

    viewer = ViewerModel()
    good = viewer.add_image(rgb, name="good")
    planes = planes_of(viewer, [good])
    lost = planes_of(viewer, [viewer.add_image(rgb, name="lost")])[0]
    object.__setattr__(lost, "pixels", da.map_blocks(broken, chunks=((70,), (100,), (3,)), dtype=np.uint8))
    classification = run_to_end(classify_planes(quick(), [lost, *planes]))
    pair = show_results(viewer, classification)
    assert list(pair.predictions.features["image"]) == ["good"]
    assert str(classification).startswith("Classified 1 of 2 images in ")
    assert str(classification).endswith("Left out: lost (the disk is gone)")
    nothing = Classification(quick(), (), classification.failures, 1.0)
    with pytest.raises(ClassificationError, match="lost: the disk is gone"):
        show_results(viewer, nothing)


@pytest.mark.parametrize("layers", [[], "photo"])
def test_layers_must_be_a_list_with_something_in_it(layers: Any, quick: Any) -> None:
    with pytest.raises(ImageLayerError, match="list of image layers"):
        classify_layers(ViewerModel(), layers, quick())


def test_an_unknown_name_is_answered_with_those_that_exist(rgb: np.ndarray, quick: Any) -> None:
    viewer = ViewerModel()
    viewer.add_image(rgb, name="photo")
    with pytest.raises(ImageLayerError, match=r"no layer 'foto' .*'photo'"):
        classify_layers(viewer, ["foto"], quick())


def test_a_deleted_image_is_left_out_and_a_renamed_one_gets_its_new_name(rgb: np.ndarray, quick: Any) -> None:
    viewer = ViewerModel()
    kept, deleted = (viewer.add_image(rgb, name=name) for name in ("kept", "deleted"))
    classification = run_to_end(classify_planes(quick(), planes_of(viewer, ["kept", "deleted"])))
    viewer.layers.remove(deleted)
    kept.name = "renamed"
    pair = show_results(viewer, classification)
    assert list(pair.predictions.features["image"]) == ["renamed"]


def test_nothing_is_shown_when_every_image_was_deleted(rgb: np.ndarray, quick: Any) -> None:
    viewer = ViewerModel()
    layer = viewer.add_image(rgb, name="photo")
    classification = run_to_end(classify_planes(quick(), planes_of(viewer, ["photo"])))
    viewer.layers.remove(layer)
    with pytest.raises(ClassificationError, match="deleted"):
        show_results(viewer, classification)
    assert len(viewer.layers) == 0


def test_opening_the_plugin_imports_no_heavy_library() -> None:
    script = (
        "import sys, napari_rocks2net.plugin.classify.classify_widget, napari_rocks2net.plugin.commands,"
        "napari_rocks2net.plugin.sample_data\n"
        "heavy = {'torch', 'torchvision', 'lightning', 'pandas', 'transformers'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
