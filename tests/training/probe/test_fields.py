"""A probe of fields, from a table to one answer a field: the class shows in XPL alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.command_line import exit_code

from napari_rocks2net.classify import CriticalArea, RockClassifier
from napari_rocks2net.cli.fields import fields_of_table
from napari_rocks2net.evaluation import evaluate
from napari_rocks2net.features import DescriptorCache, FieldLayout
from napari_rocks2net.imaging import ImageError
from napari_rocks2net.model_file import read_card
from napari_rocks2net.samples import SampleError, load_samples
from napari_rocks2net.training import TrainingConfig, train
from napari_rocks2net.training.probe import fit_probe
from napari_rocks2net.training.probe import run as probe_run
from napari_rocks2net.training.probe.describing import PhotoDescriber
from napari_rocks2net.views import Field, View


@pytest.fixture(scope="module")
def folder(field_photos: Path) -> Path:
    return field_photos


@pytest.fixture(scope="module")
def model(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a probe trained on the fields."""
    describer = PhotoDescriber(DescriptorCache(tmp_path_factory.mktemp("descriptors")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probe_run, "PhotoDescriber", lambda: describer)
        samples = load_samples(folder / "fields.csv", group="section")
        run = train(TrainingConfig(model="probe", output=tmp_path_factory.mktemp("probe") / "run"), samples)
    return run.model_path


@pytest.fixture(scope="module")
def classifier(model: Path) -> RockClassifier:
    return RockClassifier.load(model, device="cpu")


@pytest.fixture
def field(folder: Path) -> Callable[..., Field]:
    """The views of a section whose names end in one of some ways."""

    def make(section: int, *ends: str) -> Field:
        files = [folder / f"S{section}_{end}.png" for end in ends]
        views = [
            View(file, file.name.split("_")[1][:3], 45.0 if "45" in file.name else None) for file in files
        ]
        return Field(tuple(views), f"S{section}")

    return make


def test_the_card_says_which_views_the_model_wants(model):
    card = read_card(model)
    assert card.lights == ("PPL", "XPL")
    assert card.arguments["turned"] == "XPL"
    assert card.data.startswith("8 fields in PPL and XPL of 8 thin sections")


def test_a_field_gets_one_answer_from_all_its_views(classifier, field):
    prediction = classifier.predict(field(1, "PPL", "XPL_0deg", "XPL_45deg")).only
    assert (prediction.label, prediction.views) == ("granite", "PPL + XPL")
    assert prediction.critical_area is not None
    assert prediction.caption().endswith("(PPL + XPL)")


def test_a_photo_alone_is_answered_and_the_answer_says_by_what(classifier, field):
    crossed, plane = (classifier.predict(field(2, end)).only for end in ("XPL_0deg", "PPL"))
    assert (crossed.label, crossed.views) == ("schist", "XPL alone")
    assert plane.views == "PPL alone"


def test_a_persons_critical_area_counts_for_all_views(classifier, field):
    prediction = classifier.predict(field(1, "PPL", "XPL_0deg"), CriticalArea(5, 5, 30, 40)).only
    assert prediction.critical_area.box == pytest.approx((5, 5, 30, 40), abs=1e-4)


def test_a_photo_whose_light_is_not_known_is_asked_for_it(classifier, rgb):
    with pytest.raises(ImageError, match="say in which light"):
        classifier.predict(rgb)


def test_a_field_in_other_lights_is_refused(classifier, rgb):
    with pytest.raises(ImageError, match="photographed in reflected"):
        classifier.predict(Field((View(rgb, "reflected"),)))


def test_views_of_different_shapes_are_no_field(classifier):
    views = View(np.zeros((40, 50, 3), np.uint8), "PPL"), View(np.zeros((40, 80, 3), np.uint8), "XPL")
    with pytest.raises(ImageError, match="different shapes"):
        classifier.predict(Field(views))


def test_a_view_that_cannot_be_read_costs_itself_alone(classifier, field, tmp_path, caplog):
    views = (*field(1, "XPL_0deg").views, View(tmp_path / "lost.png", "PPL"))
    assert classifier.predict(Field(views)).only.views == "XPL alone"
    assert "lost.png" in caplog.text


def test_a_model_of_photos_answers_a_field_by_the_mean(model_path, field):
    classifier = RockClassifier.load(model_path, device="cpu")
    whole = field(1, "PPL", "XPL_0deg")
    answer = classifier.predict(whole).only
    single = [classifier.predict(view.file).only.probabilities for view in whole.views]
    assert answer.views == "the mean of 2 views"
    for name, probability in answer.probabilities.items():
        assert probability == pytest.approx(np.mean([each[name] for each in single]), abs=1e-5)


def test_an_evaluation_counts_fields(classifier, folder):
    evaluation = evaluate(classifier, load_samples(folder / "fields.csv", group="section"))
    assert len(evaluation.table) == 8
    assert evaluation.metrics["accuracy"] == 1
    assert 0 < evaluation.table["trained_on"].sum() < 8


def test_photos_are_put_together_by_their_names_at_the_command_line(model, folder, tmp_path):
    table = tmp_path / "predictions.csv"
    assert exit_code("predict", model, folder, "--out", table) == 0
    rows = pd.read_csv(table)
    assert len(rows) == 8
    assert set(rows["views"]) == {"PPL + XPL"}
    assert exit_code("predict", model, folder / "fields.csv", "--out", table, "--overwrite") == 0
    assert pd.read_csv(table)["label"].tolist() == rows["label"].tolist()


def test_names_of_ones_own_are_understood_by_example(model, folder, tmp_path):
    for number, end in enumerate(("PPL", "XPL_0deg")):
        (tmp_path / f"12{'ab'[number]}.png").write_bytes((folder / f"S1_{end}.png").read_bytes())
    examples = ["--light-example", "12a.png=PPL", "--light-example", "12b.png=XPL"]
    assert exit_code("predict", model, tmp_path, *examples, "--out", tmp_path / "t.csv") == 0
    assert pd.read_csv(tmp_path / "t.csv")["views"].tolist() == ["PPL + XPL"]
    assert exit_code("predict", model, tmp_path, *examples[:2], "--out", tmp_path / "u.csv") == 2


def test_a_photo_without_a_light_among_fields_is_asked_for(folder, tmp_path):
    table = pd.read_csv(folder / "fields.csv", dtype=str).fillna("")
    table["file"] = [str(folder / name) for name in table["file"]]
    lone = table["section"] == "S3"
    table.loc[lone, ["field", "light", "angle"]] = ""
    table.to_csv(tmp_path / "fields.csv", index=False)
    samples = load_samples(tmp_path / "fields.csv", group="section")
    with pytest.raises(SampleError, match=r"3 photos have no light.*S3"):
        train(TrainingConfig(model="probe", output=tmp_path / "run"), samples)


def test_a_light_alone_is_learnt_from_the_fields(draw):
    layout = FieldLayout(("PPL", "XPL"))
    photos = draw(classes=2)
    fields = [layout.join_photos([("PPL", each), ("XPL", each)]) for each in photos.descriptors]
    fitted = fit_probe(fields, photos.labels, photos.groups, layout=layout)
    assert fitted.probabilities.shape == (len(fields), 2)
    for lights in (("PPL", "XPL"), ("PPL",), ("XPL",)):
        views = [layout.join_photos([(light, each) for light in lights]) for each in photos.descriptors]
        labels = [fitted.probe.answer(each).log_probabilities.argmax() for each in views]
        assert (
            np.mean([f"rock {label}" == own for label, own in zip(labels, photos.labels, strict=True)]) > 0.9
        )


def test_a_table_says_how_large_the_pixels_of_its_views_are(folder, tmp_path):
    table = pd.read_csv(folder / "fields.csv", dtype=str).assign(pixel_size_um="2.5")
    table["file"] = [str(folder / name) for name in table["file"]]
    table.to_csv(tmp_path / "fields.csv", index=False)
    fields = fields_of_table(tmp_path / "fields.csv")
    assert {view.micrometres for each in fields for view in each.views} == {2.5}
