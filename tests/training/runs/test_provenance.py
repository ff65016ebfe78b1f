from __future__ import annotations

import hashlib
import json
import platform
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from napari_rocks2net.imaging import read_image
from napari_rocks2net.model_file import built_in_models, load_model, read_card, save_model
from napari_rocks2net.samples import remembered, sample_hashes
from napari_rocks2net.training import RunFolderError
from napari_rocks2net.training.runs import provenance
from napari_rocks2net.training.runs.opening import open_run
from napari_rocks2net.training.runs.provenance import (
    differences,
    hash_files,
    read_record,
    record_pictures,
    training_pictures,
    write_record,
)
from napari_rocks2net.training.runs.run_folder import RunFolder


@pytest.fixture
def recorded(split, tiny_config):
    config = tiny_config()
    folder = RunFolder(config.folder)
    open_run(folder, config, split)
    write_record(folder, config, split, "cpu")
    return folder


def test_the_record_names_every_image_by_its_hash_and_every_section_by_its_part(recorded, split):
    record = read_record(recorded)
    for file in split.frame["file"]:
        assert record["files"][file] == hashlib.sha256(Path(file).read_bytes()).hexdigest()
    for part, sections in record["split"].items():
        assert sections == sorted(set(split.part(part)["group"]))
    [start] = record["starts"]
    assert start["versions"]["torch"] == torch.__version__.partition("+")[0]
    assert start["versions"]["python"] == platform.python_version()
    assert (start["device"], start["threads"]) == ("cpu", torch.get_num_threads())


def test_a_run_that_goes_on_adds_a_start_and_keeps_the_hashes(recorded, split, tiny_config):
    before = read_record(recorded)
    write_record(recorded, tiny_config(epochs=9), split, "NVIDIA H100")
    after = read_record(recorded)
    assert [start["epochs"] for start in after["starts"]] == [2, 9]
    assert after["files"] == before["files"]


def test_a_run_does_not_go_on_with_images_that_have_changed(recorded, split, tiny_config):
    file = Path(split.frame["file"].iloc[0])
    file.write_bytes(b"another photo")
    with pytest.raises(RunFolderError, match="have changed") as caught:
        write_record(recorded, tiny_config(), split, "cpu")
    assert str(file) in str(caught.value)


def test_the_model_a_run_starts_from_is_recorded(split, tiny_config):
    built_in, path = next(iter(built_in_models().items()))
    config = tiny_config(model="rocks2net", start_from=built_in)
    folder = RunFolder(config.folder)
    write_record(folder, config, split, "cpu")
    files = set(read_record(folder)["files"]) - set(split.frame["file"])
    assert files == {str(path)}


def test_a_file_that_does_not_exist_has_no_hash(tmp_path):
    assert hash_files([str(tmp_path / "nowhere.png"), str(tmp_path)]) == {
        str(tmp_path / "nowhere.png"): None,
        str(tmp_path): None,
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is damaged"),
        ("[]", "is damaged"),
        ('{"format_version": 1, "files": {}, "split": {}, "starts": []}', "is damaged"),
        (json.dumps({"format_version": provenance.FORMAT_VERSION + 1}), "newer version"),
    ],
)
def test_a_record_that_cannot_be_read_is_refused(recorded, text, reason):
    recorded.record.write_text(text)
    with pytest.raises(RunFolderError, match=reason):
        read_record(recorded)


def test_only_what_differs_is_reported(recorded, split, tiny_config):
    record = read_record(recorded)
    assert differences(record, record) == ()
    write_record(recorded, tiny_config(epochs=9), split, "cpu")
    assert differences(read_record(recorded), record) == ("The first run went on with other epochs (2, 9).",)


@pytest.fixture
def run_with_model(recorded, split, model_path):
    """A run folder whose model knows its training photos."""
    photos = split.part("train")["file"]
    trained_on = record_pictures(
        recorded, remembered(sample_hashes(read_image(file), None) for file in photos)
    )
    network, card = load_model(model_path)
    save_model(recorded.model, network, replace(card, trained_on=trained_on))
    return recorded


def test_thumbnails_of_the_training_photos_stay_in_the_run_folder(run_with_model, split, tmp_path):
    pictures = training_pictures(run_with_model.model)
    assert len(pictures.thumbnails) == split.part("train")["file"].nunique()
    elsewhere = shutil.copy(run_with_model.model, tmp_path / "model.safetensors")
    assert training_pictures(elsewhere).thumbnails == []
    assert training_pictures(elsewhere).hashes == set(read_card(elsewhere).trained_on) < pictures.hashes


def test_pictures_of_another_run_than_the_models_are_left_alone(run_with_model, model_path):
    shutil.copy(model_path, run_with_model.model)
    assert training_pictures(run_with_model.model).hashes == frozenset()


@pytest.mark.parametrize("damage", [b"=AAAA\n", b"\xff\xfe"])
def test_damaged_pictures_of_a_run_are_one_sentence(run_with_model, damage):
    content = run_with_model.training_pictures.read_bytes()
    run_with_model.training_pictures.write_bytes(content + damage)
    with pytest.raises(RunFolderError, match=r"training_pictures\.txt is damaged"):
        training_pictures(run_with_model.model)
