"""Run folders of earlier versions: all labels in one column, those of several properties with a prefix."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from napari_rocks2net.samples import Region, SampleError, load_samples, split_samples
from napari_rocks2net.training import cross_validate, load_run, train
from napari_rocks2net.training.cross_validation import load_cross_validation
from napari_rocks2net.training.runs.opening import open_run
from napari_rocks2net.training.runs.overview import list_runs
from napari_rocks2net.training.runs.run_folder import RunFolder
from napari_rocks2net.training.runs.training_run import load_run_part

LIGHT, ROCK = "light", "rock type"


def as_earlier(folder: RunFolder) -> None:
    """Rewrite a run folder as an earlier version would have left it."""
    samples = folder.read_samples()
    several = len(samples.properties) > 1
    labels = samples.labels()
    if several:
        labels["label"] = labels["property"] + ": " + labels["label"]
    boxes = ["" if region is None else ",".join(map(str, region.box)) for region in labels["region"]]
    labels.drop(columns="property").assign(region=boxes).to_csv(folder.samples, index=False)
    config = json.loads(folder.config.read_text(encoding="utf-8"))
    properties = config.pop("properties")
    config["property"] = ", ".join(properties)
    config["classes"] = [f"{name}: {each}" for name, classes in properties.items() for each in classes]
    if several:
        config["properties"] = properties
    else:
        (config["classes"],) = properties.values()
    folder.config.write_text(json.dumps(config), encoding="utf-8")
    if folder.predictions.is_file():
        predictions_as_earlier(folder, several)
    for fold in folder.folds:
        as_earlier(fold)


def predictions_as_earlier(folder: RunFolder, several: bool) -> None:
    table = pd.read_csv(folder.predictions, keep_default_na=False)
    if several:
        prefix = table["property"] + ": "
        for column in [name for name in table if name.startswith("p_")]:
            for name in table["property"].unique():
                own = table[column].where(table["property"] == name, 0)
                table[f"p_{name}: {column[2:]}"] = pd.to_numeric(own).fillna(0)
            table = table.drop(columns=column)
        table = table.assign(true_label=prefix + table["true_label"], label=prefix + table["label"])
    table.drop(columns="property").assign(region="").to_csv(folder.predictions, index=False)


@pytest.fixture
def joint(tmp_path, write_photo):
    rows = []
    for section in range(12):
        file = write_photo(tmp_path / f"{section}.png", (90 + 80 * (section % 2),) * 3, seed=section)
        labels = {LIGHT: ("PPL", "XPL")[section % 2], ROCK: ("others", "mud")[section // 2 % 2]}
        rows.append({"file": file.name, **labels, "section": f"s{section}"})
    rows[0][LIGHT] = ""
    path = tmp_path / "joint.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return load_samples(path, [LIGHT, ROCK], "section")


def test_a_run_of_one_property_opens_and_goes_on(labels_csv, tiny_config, tiny_network):
    table = pd.read_csv(labels_csv)
    table.assign(region="0,0,30,40").to_csv(labels_csv, index=False)
    samples = load_samples(labels_csv, "rock", "section")
    run = train(tiny_config(epochs=1), samples)
    predictions = run.predictions
    as_earlier(RunFolder(run.folder))
    again = load_run(run.folder)
    assert again.samples.properties == samples.properties
    assert set(again.samples.frame["region"]) == {Region.rectangle(0, 0, 30, 40)}
    assert again.predictions["property"].unique().tolist() == ["rock"]
    shared = [name for name in predictions if name not in {"region"}]
    pd.testing.assert_frame_equal(again.predictions[shared], predictions[shared], check_dtype=False)
    (overview,) = list_runs(run.folder.parent)
    assert (overview.properties, overview.epochs_done) == (("rock",), 1)
    resumed = train(tiny_config(epochs=2, resume=True), samples)
    assert resumed.history["epoch"].tolist() == [1, 2]


def test_a_run_of_several_properties_opens_and_goes_on(joint, tiny_config, tiny_network):
    run = train(tiny_config(model="rocks2net_joint", epochs=1), joint)
    predictions = run.predictions
    as_earlier(RunFolder(run.folder))
    again = load_run(run.folder)
    assert again.samples.properties == joint.properties
    assert len(again.samples) == len(joint)
    assert again.config.keys() == run.config.keys() > {"properties"}
    order = ["split", "property", "file"]
    pd.testing.assert_frame_equal(
        again.predictions[list(predictions)].drop(columns="region").sort_values(order, ignore_index=True),
        predictions.drop(columns="region").sort_values(order, ignore_index=True),
        check_dtype=False,
    )
    resumed = train(tiny_config(model="rocks2net_joint", epochs=2, resume=True), joint)
    assert resumed.history["epoch"].tolist() == [1, 2]


def test_a_cross_validation_goes_on_with_folds_of_an_earlier_version(joint, tiny_config, tiny_network):
    config = tiny_config(model="rocks2net_joint", epochs=1, resume=True)
    whole = cross_validate(config, joint, folds=2)
    as_earlier(RunFolder(whole.folder))
    for name in ("metrics.json", "predictions.csv"):
        (whole.folder / name).unlink()
    again = cross_validate(config, joint, folds=2)
    assert again.metrics["accuracy"] == pytest.approx(whole.metrics["accuracy"])
    assert load_cross_validation(whole.folder).metrics["properties"].keys() == {LIGHT, ROCK}


def test_one_part_and_property_of_a_run_can_be_loaded(joint, tiny_config):
    folder = RunFolder(tiny_config().folder)
    open_run(folder, tiny_config(model="rocks2net_joint"), split_samples(joint))
    tables = [load_run_part(path, "train", LIGHT) for path in (folder.path, folder.samples)]
    as_earlier(folder)
    tables.append(load_run_part(folder.samples, "train", LIGHT))
    for table in tables:
        assert table.names == [LIGHT]
        assert set(table.frame["split"]) == {"train"}
        assert sorted(table.frame["file"]) == sorted(tables[0].frame["file"])
    with pytest.raises(SampleError, match="no part 'holdout'; it has test, train, validation"):
        load_run_part(folder.path, "holdout")
    with pytest.raises(SampleError, match="have no 'grain'"):
        load_run_part(folder.path, "test", "grain")
