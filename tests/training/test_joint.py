"""One network for several properties: samples with any subset of labels, one figure a property."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.evaluation import classification_metrics
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import read_card
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import SampleError, join_samples, load_samples, split_samples
from napari_rocks2net.training import RunFolderError, cross_validate, load_run, train
from napari_rocks2net.training.network.components import balanced_weights
from napari_rocks2net.training.network.dataset import MISSING, SectionDataset
from napari_rocks2net.training.network.module import Optimisation, RockModule

LIGHT, COLOUR = "light", "colour of the rock"


@pytest.fixture
def joint_csv(tmp_path, write_photo):
    """Photos of twelve sections: some say the light, some the colour, some both, one says nothing."""
    rows = []
    for section in range(12):
        for photo in range(3):
            dark, red = section % 2, section // 2 % 2
            colour = (150 - 80 * dark + 60 * red, 150 - 80 * dark, 150 - 80 * dark)
            file = write_photo(tmp_path / f"{section} {photo}.png", colour, seed=len(rows))
            labels = {LIGHT: "others" if dark else "bright", COLOUR: "red" if red else "others"}
            if photo < 2:
                labels[[LIGHT, COLOUR][photo]] = ""
            rows.append({"file": file.name, **labels, "section": f"s{section}"})
    path = tmp_path / "joint.csv"
    pd.DataFrame([*rows, rows[0] | {LIGHT: "", COLOUR: ""}]).to_csv(path, index=False)
    return path


@pytest.fixture
def joint(joint_csv):
    return load_samples(joint_csv, [LIGHT, COLOUR], "section")


@pytest.fixture
def run(joint, tiny_config, tiny_network):
    return train(tiny_config(model="rocks2net_joint", epochs=3, learning_rate=0.02), joint)


def test_a_table_has_a_row_for_every_image_and_a_column_for_every_property(joint):
    assert len(joint) == 36
    assert [each.classes for each in joint.properties] == [("bright", "others"), ("others", "red")]
    assert joint.names == [LIGHT, COLOUR]
    assert set(joint.frame[LIGHT]) == {"", "bright", "others"}
    labels = joint.labels()
    assert labels["property"].value_counts().to_dict() == {LIGHT: 24, COLOUR: 24}
    assert (labels["label"] != "").all()


def test_the_only_property_of_several_is_a_sentence_that_names_them(joint):
    with pytest.raises(SampleError, match="light, colour of the rock; choose one"):
        _ = joint.only
    assert joint.of(COLOUR).only.name == COLOUR
    assert len(joint.of(COLOUR)) == 24
    with pytest.raises(SampleError, match="have no 'grain'"):
        joint.of("grain")


def test_rows_that_say_different_properties_of_one_image_are_one_sample(joint_csv):
    table = pd.read_csv(joint_csv, keep_default_na=False)
    apart = [table.assign(**{name: ""}) for name in (LIGHT, COLOUR)]
    pd.concat(apart).to_csv(joint_csv, index=False)
    joined = load_samples(joint_csv, [LIGHT, COLOUR], "section")
    tables = [load_samples(joint_csv, name, "section") for name in (COLOUR, LIGHT)]
    assert len(joined) == len(join_samples(tables)) == 36
    assert len(joined.labels()) == len(join_samples(tables).labels()) == 48


def test_all_means_the_columns_of_the_five_rock_properties(joint_csv):
    with pytest.raises(SampleError, match="no column of the five rock properties"):
        load_samples(joint_csv, "all")
    table = pd.read_csv(joint_csv).rename(columns={LIGHT: "grain", COLOUR: "basic category"})
    table.to_csv(joint_csv, index=False)
    assert load_samples(joint_csv, "all").names == ["grain", "basic category"]


def test_one_of_several_is_the_table_of_that_one(joint_csv):
    alone, listed = load_samples(joint_csv, LIGHT), load_samples(joint_csv, [LIGHT])
    pd.testing.assert_frame_equal(alone.frame, listed.frame)
    assert alone.only == listed.only == RockProperty(LIGHT, ("bright", "others"))


def test_what_cannot_be_joined_is_a_sentence(joint_csv, labels_csv):
    with pytest.raises(SampleError, match="can be learnt once, not light, light"):
        load_samples(joint_csv, [LIGHT, LIGHT])
    with pytest.raises(SampleError, match="no column 'grain'"):
        load_samples(joint_csv, [LIGHT, "grain"])
    with pytest.raises(SampleError, match="is a folder, which holds one property"):
        load_samples(joint_csv.parent, [LIGHT, COLOUR])
    with pytest.raises(SampleError, match="one image belongs to one thin section"):
        join_samples([load_samples(joint_csv, LIGHT, "section"), load_samples(joint_csv, COLOUR)])


def test_an_image_with_two_labels_is_one_item(joint):
    dataset = SectionDataset(joint.frame, joint.properties, Preprocessing(64))
    assert len(dataset) == 36
    counts = (dataset.labels != MISSING).sum(dim=1)
    assert sorted(counts.tolist()) == [1] * 24 + [2] * 12
    assert dataset.files == joint.frame["file"].tolist()
    numbers = {"": MISSING, "bright": 0, "others": 1}, {"": MISSING, "others": 2, "red": 3}
    for column, (name, number) in enumerate(zip(joint.names, numbers, strict=True)):
        assert dataset.labels[:, column].tolist() == joint.frame[name].map(number).tolist()


def test_a_row_that_is_listed_twice_counts_twice(labels_csv):
    samples = load_samples(labels_csv, "rock")
    twice = pd.concat([samples.frame, samples.frame[:1]])
    assert len(SectionDataset(twice, samples.properties, Preprocessing(64))) == len(samples) + 1


@pytest.fixture
def module(tiny):
    torch.manual_seed(0)
    return RockModule(tiny([3, 2]), Preprocessing(64), Optimisation(1e-3, constant=True)).eval()


LABELS = torch.tensor([[0, 4], [2, MISSING], [3, MISSING], [1, 3]])


def test_the_loss_is_the_mean_over_the_labels_that_exist(module):
    images = torch.randint(0, 255, (4, 3, 64, 64), dtype=torch.uint8)
    first, second = module(images).split([3, 2], dim=1)
    expected = [
        nn.functional.cross_entropy(first[[0, 1, 3]], torch.tensor([0, 2, 1]), reduction="sum"),
        nn.functional.cross_entropy(second[[0, 2, 3]], torch.tensor([1, 0, 0]), reduction="sum"),
    ]
    loss = module.training_step((images, LABELS), 0)
    assert loss.item() == pytest.approx(sum(expected).item() / 6, rel=1e-5)
    _, accuracy = module.training_figures()
    right = (first[[0, 1, 3]].argmax(dim=1) == torch.tensor([0, 2, 1])).sum()
    right += (second[[0, 2, 3]].argmax(dim=1) == torch.tensor([1, 0, 0])).sum()
    assert accuracy == pytest.approx(right.item() / 6)


def test_a_missing_label_has_no_gradient(module):
    scores = torch.randn(4, 5).log_softmax(dim=1).requires_grad_()
    module.negative_log_likelihood(scores, LABELS).backward()
    assert scores.grad.nonzero().tolist() == [[0, 0], [0, 4], [1, 2], [2, 3], [3, 1], [3, 3]]


def test_weights_balance_the_classes_of_each_property():
    labels = [0, 0, 0, 1, 3, 3, 4]
    expected = [*balanced_weights([0, 0, 0, 1], [3]), *balanced_weights([0, 0, 1], [2])]
    assert balanced_weights(labels, [3, 2]).tolist() == pytest.approx([weight.item() for weight in expected])


def test_a_section_is_in_one_part_whatever_its_labels(joint):
    frame = split_samples(joint).frame
    assert frame.groupby("group")["split"].nunique().eq(1).all()
    for part in ("train", "validation", "test"):
        for each in joint.properties:
            assert set(frame.loc[frame["split"] == part, each.name]) - {""} == set(each.classes)


def test_figures_are_of_every_property_and_of_all_labels(run, joint):
    table = run.predictions
    for part in ("validation", "test"):
        figures, rows = run.metrics[part], table[table["split"] == part]
        assert (
            figures["samples"] == len(rows) == sum(each["samples"] for each in figures["properties"].values())
        )
        assert figures["accuracy"] == pytest.approx((rows["label"] == rows["true_label"]).mean())
        for each in joint.properties:
            own = rows[rows["property"] == each.name]
            assert set(own["label"]) <= set(each.classes)
            shares = own[[f"p_{name}" for name in each.classes]]
            assert shares.notna().all(axis=None)
            expected = classification_metrics(
                own["true_label"].tolist(), shares, each.classes, own["group"].tolist()
            )
            metrics = figures["properties"][each.name]
            assert metrics["accuracy"] == pytest.approx(expected["accuracy"])
            assert metrics["confusion_matrix"] == expected["confusion_matrix"]
            assert metrics["classes"] == list(each.classes)


def test_folds_test_every_label_of_every_property_once(joint, tiny_config, tiny_network):
    config = tiny_config(model="rocks2net_joint", epochs=1)
    figures = cross_validate(config, joint, folds=2).metrics
    assert figures["samples"] == 48
    assert {name: one["samples"] for name, one in figures["properties"].items()} == {LIGHT: 24, COLOUR: 24}


def test_a_run_says_which_classes_are_whose_and_goes_on(run, joint, tiny_config, tiny_network):
    config = json.loads((run.folder / "config.json").read_text(encoding="utf-8"))
    assert config["properties"] == {LIGHT: ["bright", "others"], COLOUR: ["others", "red"]}
    assert load_run(run.folder).samples.properties == joint.properties
    again = train(tiny_config(model="rocks2net_joint", epochs=4, learning_rate=0.02, resume=True), joint)
    assert again.history["epoch"].tolist() == [1, 2, 3, 4]


def test_damaged_properties_of_a_run_are_a_sentence(run):
    path = run.folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {"properties": 3}
    path.write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(RunFolderError, match="damaged"):
        _ = load_run(run.folder).samples


def test_a_network_of_one_property_refuses_several_before_anything_is_written(joint, tiny_config):
    with pytest.raises(
        SampleError, match=r"'densenet121' names one property .* choose the network rocks2net_j"
    ):
        train(tiny_config(), joint)
    assert not tiny_config().folder.exists()


def test_a_trained_joint_network_answers_for_each_property(joint, tiny_config):
    run = train(tiny_config(model="rocks2net_joint", epochs=1), joint)
    card = read_card(run.model_path)
    assert card.properties == joint.properties
    assert card.data == "36 images of 12 thin sections, from random weights"
    predictions = RockClassifier.load(run.model_path, device="cpu").predict(joint.frame["file"].iloc[0])
    assert list(predictions) == [LIGHT, COLOUR]
    for answer in predictions.values():
        assert math.isclose(sum(answer.probabilities.values()), 1, abs_tol=1e-5)


def test_one_label_each_trains_like_a_network_of_one_property(
    labels_csv, tiny_config, tiny_network, tmp_path
):
    samples = load_samples(labels_csv, "rock", "section")
    histories = [
        train(
            tiny_config(model=model, backbone="densenet121", output=tmp_path / model), samples
        ).history.drop(columns="seconds")
        for model in ("densenet121", "rocks2net_joint")
    ]
    np.testing.assert_allclose(*(history.to_numpy() for history in histories))
