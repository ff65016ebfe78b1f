"""Named crystals go through the usual training to a model that crops as it was trained."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.crystals.classification.conftest import squares

from napari_rocks2net.crystals import CropSettings, CrystalClassifier, prepare_crystal_training
from napari_rocks2net.training import RunFolderError, TrainingProcess, train
from napari_rocks2net.training.runs.opening import check_run, open_run
from napari_rocks2net.training.runs.run_folder import RunFolder


@pytest.mark.slow
def test_twenty_crystals_of_one_image_make_a_model_that_names_the_rest(tmp_path: Path) -> None:
    image = squares("mount 1", 10)
    # Without batch normalisation, whose statistics need more steps than a test has time for.
    config, samples = prepare_crystal_training(
        [image],
        tmp_path / "run",
        model="microcrystalnet_deposited",
        crop=CropSettings(0.2),
        epochs=6,
        accelerator="cpu",
    )
    assert config.data.startswith("20 crystals of 1 SEM image, checked on other crystals of the same image")
    run = train(config, samples)
    classifier = CrystalClassifier.load(run.model_path, "cpu")
    assert classifier.card.data == config.data
    assert classifier.card.crop == {"margin": 0.2, "zero_background": False}
    assert [each.name for each in classifier.card.properties] == ["crystal"]
    other = squares("mount 2", 9, seed=3)
    assert classifier.classify(other.image, other.labels)["class"].to_dict() == other.classes


def test_the_recipe_can_be_changed(tmp_path: Path) -> None:
    annotated = [squares(f"mount {number}", 2, number) for number in range(3)]
    config, samples = prepare_crystal_training(
        annotated, tmp_path / "run", model="microcrystalnet_deposited", epochs=3, seed=5, property="habit"
    )
    assert (config.model, config.epochs, config.seed, config.size) == ("microcrystalnet_deposited", 3, 5, 64)
    assert config.normalisation == "unit"
    assert samples.names == ["habit"]
    assert set(samples.frame["split"]) == {"train", "validation", "test"}
    assert config.data == "12 crystals of 3 SEM images, split by image"


def test_a_run_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="is not empty"):
        prepare_crystal_training([squares("a", 2)], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_the_crops_go_with_a_discarded_run(tmp_path: Path) -> None:
    annotated = [squares(f"mount {number}", 2, number) for number in range(3)]
    process = TrainingProcess.start(*prepare_crystal_training(annotated, tmp_path / "run"))
    process.discard()
    assert process.state == "discarded"
    assert not (tmp_path / "run").exists()


def test_a_run_that_goes_on_keeps_its_crops(tmp_path: Path) -> None:
    annotated = [squares(f"mount {number}", 2, number) for number in range(3)]
    folder = tmp_path / "run"
    config, samples = prepare_crystal_training(annotated, folder, crop=CropSettings(0.2))
    open_run(RunFolder(folder), config, samples)
    crops = {path: path.read_bytes() for path in (folder / "layer_images").iterdir()}

    again, same = prepare_crystal_training(annotated, folder, crop=CropSettings(0.2), resume=True)
    assert same.frame.equals(samples.frame)
    check_run(RunFolder(folder), again, same)
    for others in (
        {"annotated": annotated, "crop": CropSettings(0.5)},
        {"annotated": [squares(f"mount {number}", 2, number + 9) for number in range(3)]},
        {"annotated": [squares(f"mount {number}", 3, number) for number in range(3)]},
    ):
        with pytest.raises(RunFolderError, match="was trained on other crops"):
            prepare_crystal_training(output=folder, resume=True, **others)
        assert {path: path.read_bytes() for path in (folder / "layer_images").iterdir()} == crops


def test_nothing_is_written_into_a_folder_without_a_run_or_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    annotated = [squares("a", 3)]
    with pytest.raises(RunFolderError, match="holds files but no run to resume"):
        prepare_crystal_training(annotated, tmp_path, resume=True)
    for resume in (False, True):
        with pytest.raises(RunFolderError, match="is a file"):
            prepare_crystal_training(annotated, tmp_path / "notes.txt", resume=resume)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert (tmp_path / "notes.txt").read_text() == "mine"
