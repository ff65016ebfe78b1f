"""A network of fields, from a table to one answer a field: the class shows in XPL alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from napari_rocks2net.classify import CriticalArea, RockClassifier
from napari_rocks2net.evaluation import evaluate
from napari_rocks2net.export.errors import ExportError
from napari_rocks2net.imaging import ImageError
from napari_rocks2net.model_file import read_card
from napari_rocks2net.samples import load_samples
from napari_rocks2net.training import TrainingConfig, TrainingRun, TrainingStarted, train
from napari_rocks2net.training.fitting import layout_for
from napari_rocks2net.training.runs.learned_photos import LearnedPhotos
from napari_rocks2net.training.runs.run_folder import RunFolder
from napari_rocks2net.views import Field, View
from napari_rocks2net.views.view import parse_angle


@pytest.fixture(scope="module")
def events() -> list[object]:
    return []


@pytest.fixture(scope="module")
def run(field_photos: Path, tmp_path_factory: pytest.TempPathFactory, events: list[object]) -> TrainingRun:
    """One epoch from the start that the head is solved for."""
    samples = load_samples(field_photos / "fields.csv", group="section")
    output = tmp_path_factory.mktemp("fields") / "run"
    config = TrainingConfig(model="dcnet", size=64, epochs=1, accelerator="cpu", output=output)
    return train(config, samples, events.append)


@pytest.fixture(scope="module")
def classifier(run: TrainingRun) -> RockClassifier:
    return RockClassifier.load(run.model_path, device="cpu")


@pytest.fixture
def views(field_photos: Path) -> tuple[View, ...]:
    """Of a granite: PPL, and XPL at two stage angles."""
    crossed = [View(field_photos / f"S1_XPL_{angle:g}deg.png", "XPL", angle) for angle in (0.0, 45.0)]
    return View(field_photos / "S1_PPL.png", "PPL"), *crossed


def test_the_card_says_which_views_the_network_wants(run):
    card = read_card(run.model_path)
    assert card.lights == ("PPL", "XPL")
    assert card.data.startswith("8 fields in PPL and XPL of 8 thin sections")


def test_the_run_counts_fields_and_keeps_their_photos(run, events):
    [started] = [each for each in events if isinstance(each, TrainingStarted)]
    assert started.train + started.validation + started.test == 8
    assert len(run.predictions) == started.validation + started.test
    assert len(pd.read_csv(run.folder / "samples.csv")) == 24


def test_the_run_keeps_the_fields_that_the_network_learned_from_with_its_features(run, classifier):
    kept, samples = LearnedPhotos.read(RunFolder(run.folder)), RunFolder(run.folder).read_samples().frame
    learned = samples.iloc[kept.rows]
    assert set(learned["split"]) == {"train"}
    assert learned["field"].is_unique
    assert set(learned["field"]) == set(samples["field"][samples["split"] == "train"])
    own = samples[samples["field"] == learned["field"].iloc[0]]
    field = Field(tuple(View(each.file, each.light, parse_angle(each.angle)) for each in own.itertuples()))
    features = classifier.features(field, "rock")
    np.testing.assert_allclose(features, kept.features[0], rtol=1e-4, atol=1e-5)
    alone = classifier.features(Field(field.views[:1]), "rock")
    assert np.isnan(alone).any()
    known = ~np.isnan(alone)
    np.testing.assert_allclose(alone[known], kept.features[0][known], rtol=1e-4, atol=1e-5)


def test_a_field_gets_one_answer_and_a_photo_alone_is_reported_as_alone(classifier, views):
    answers = [classifier.predict(Field(own)).only for own in (views, views[1:], views[:1])]
    assert [each.views for each in answers] == ["PPL + XPL", "XPL alone", "PPL alone"]
    assert {each.label for each in answers[:2]} == {"granite"}
    assert answers[2].probability < answers[0].probability


def test_a_persons_critical_area_counts_for_all_views(classifier, views):
    prediction = classifier.predict(Field(views), CriticalArea(5, 5, 30, 40)).only
    assert prediction.critical_area.box == pytest.approx((5, 5, 30, 40), abs=1e-4)


def test_a_photo_whose_light_is_not_known_is_asked_for_it(classifier, rgb):
    with pytest.raises(ImageError, match="say in which light"):
        classifier.predict(rgb)


def test_an_evaluation_counts_fields(classifier, field_photos):
    evaluation = evaluate(classifier, load_samples(field_photos / "fields.csv", group="section"))
    assert len(evaluation.table) == 8
    assert evaluation.table["trained_on"].any()


def test_turns_turn_all_views_and_onnx_is_refused_in_words(run, classifier, views):
    turned = RockClassifier.load(run.model_path, device="cpu", tta=True).predict(Field(views)).only
    upright = classifier.predict(Field(views)).only
    assert turned.critical_area == upright.critical_area
    assert turned.probability != upright.probability
    with pytest.raises(ExportError, match="fields in PPL and XPL"):
        RockClassifier.load(run.model_path, device="cpu", backend="onnx")


def test_to_a_network_that_takes_no_fields_each_view_is_a_sample(field_photos, tmp_path):
    samples = load_samples(field_photos / "fields.csv", group="section")
    config = TrainingConfig(model="microcrystalnet", size=64, output=tmp_path / "run")
    assert layout_for(config, samples).lights == ()
    assert layout_for(TrainingConfig(output=tmp_path / "run"), samples).turned == ("XPL",)
