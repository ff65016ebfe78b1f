"""What a photo resembles: labelled photos of a collection, or those that a model was trained on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net import TrainingConfig, load_samples, read_image
from napari_rocks2net.annotation import AnnotationCollection, ImageKey, Vocabulary
from napari_rocks2net.explain import PhotoShelf, labelled_photos, resembling, training_photos
from napari_rocks2net.iteration import run_to_end
from napari_rocks2net.training.run_folder import RunFolder, RunFolderError
from napari_rocks2net.training.run_opening import open_run

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def collection(tmp_path: Path, write_photo: Callable[..., Path]) -> AnnotationCollection:
    """Dark granites and bright slates, two photos a section; the last photo has no label."""
    files = [
        write_photo(tmp_path / f"S{at // 2} PPL {at % 2}.png", ((40, 40, 40), (200, 200, 200))[at >= 4], at)
        for at in range(8)
    ]
    made = AnnotationCollection((Vocabulary.of_classes("rock", ("granite", "slate")),)).with_images(files)
    keys = [image.key for image in made.images]
    return made.labelled(keys[:4], "rock", "granite").labelled(keys[4:7], "rock", "slate")


def test_a_photo_resembles_those_of_its_kind_in_other_sections(collection: AnnotationCollection) -> None:
    labelled, asked = labelled_photos(collection, "rock"), collection.images[7]
    section = labelled.section_of(asked.key)
    assert section == "S3"
    likeness = run_to_end(resembling(PhotoShelf(), labelled, read_image(asked.file), section, 3))
    neighbours = likeness.neighbours
    assert [each.label for each in neighbours] == ["slate", "slate", "granite"]
    assert all(each.described.photo.section != "S3" for each in neighbours)
    assert [each.distance for each in neighbours] == sorted(each.distance for each in neighbours)


def test_a_section_that_a_person_typed_counts_also_without_a_label(collection: AnnotationCollection) -> None:
    asked = collection.images[7]
    collection = collection.with_section([asked.key], "S2")
    assert labelled_photos(collection, "rock").section_of(asked.key) == "S2"


def test_a_photo_from_elsewhere_is_placed_by_its_name_or_not_at_all(
    collection: AnnotationCollection,
) -> None:
    labelled = labelled_photos(collection, "rock")
    assert labelled.section_of(ImageKey.of("/elsewhere/S1 XPL 7.png")) == "S1"
    assert labelled.section_of(None) == ""
    steps = resembling(PhotoShelf(), labelled, np.full((30, 30, 3), 200, np.uint8), "", 20)
    likeness = run_to_end(steps)
    assert len(likeness.neighbours) == 7
    assert "Its own section is not known" in likeness.sentence


def test_a_collection_without_labels_has_nothing_to_compare_with(collection: AnnotationCollection) -> None:
    nothing = labelled_photos(collection, "age")
    assert nothing.photos == ()
    assert run_to_end(resembling(PhotoShelf(), nothing, np.zeros((9, 9, 3), np.uint8), "")).neighbours == ()


def test_a_models_training_photos_are_those_of_its_run(labels_csv: Path, tmp_path: Path) -> None:
    samples = load_samples(labels_csv, property="rock", group="section")
    config = TrainingConfig(model="probe", output=tmp_path / "runs", seed=0)
    from napari_rocks2net.samples import split_samples

    split = split_samples(samples, config.validation, config.test, config.seed)
    folder = RunFolder(tmp_path / "run")
    open_run(folder, config, split)
    trained = training_photos(folder.path, "rock")
    expected = split.frame[split.frame["split"] == "train"]
    assert [photo.key.file for photo in trained.photos] == [ImageKey.of(f).file for f in expected["file"]]
    assert list(trained.labels) == expected["rock"].tolist()
    test_file = split.frame["file"][split.frame["split"] == "test"].iloc[0]
    assert trained.section_of(ImageKey.of(test_file)) != ""
    assert training_photos(folder.path, "age").photos == ()


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError):
        training_photos(tmp_path, "rock")
