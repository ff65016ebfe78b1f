"""What a photo resembles: labelled photos of a collection, or those that a model was trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net import RockClassifier, TrainingConfig, load_samples, read_image
from napari_rocks2net.annotation import AnnotationCollection, ImageKey, Vocabulary
from napari_rocks2net.annotation.fields import pair_by_name
from napari_rocks2net.annotation.pixel_sizes import with_pixel_sizes
from napari_rocks2net.explain import PhotoCache, labelled_photos, resembling, training_photos
from napari_rocks2net.explain.compared_photos import photos_to_compare
from napari_rocks2net.explain.nearest_photos import ModelFeatures, features_by, find_similar_photos
from napari_rocks2net.explain.photos import Photo
from napari_rocks2net.iteration import run_to_end
from napari_rocks2net.model_file import built_in_models
from napari_rocks2net.samples import split_samples
from napari_rocks2net.training.runs.learned_photos import LearnedPhotos, thumbnail
from napari_rocks2net.training.runs.opening import open_run
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError
from napari_rocks2net.views import Field, View

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
    similar = run_to_end(resembling(PhotoCache(), labelled, read_image(asked.file), section, 3))
    neighbours = similar.neighbours
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
    steps = resembling(PhotoCache(), labelled, np.full((30, 30, 3), 200, np.uint8), "", 20)
    similar = run_to_end(steps)
    assert len(similar.neighbours) == 7
    assert "Its own section is not known" in similar.sentence


def looking(features: list[float]) -> Callable[[], ModelFeatures]:
    """Return what looks at the asked photo as these features, and at no other."""
    return lambda: ModelFeatures(np.array(features), PhotoCache())


def test_photos_of_a_collection_are_compared_by_the_features_of_a_model_that_names_the_property(
    collection: AnnotationCollection, model_path: Path
) -> None:
    assert photos_to_compare("rock", collection, [str(model_path)]).model == ""
    lithology = AnnotationCollection((Vocabulary.of_classes("lithology", ("granite", "slate")),))
    files = [image.file for image in collection.images]
    lithology = lithology.with_images(files)
    lithology = lithology.labelled([each.key for each in lithology.images[:7]], "lithology", "slate")
    lithology = with_pixel_sizes(lithology, {lithology.images[0].key: 2.5})
    labelled = photos_to_compare("lithology", lithology, ["nowhere.safetensors", str(model_path)])
    assert labelled.model == str(model_path)
    looked_at = []

    def features(photo: Photo, rgb: np.ndarray) -> np.ndarray:
        """Return which of the photos it is, which its looks do not say."""
        looked_at.append((photo.key.file, photo.micrometres))
        return np.array([float(files.index(photo.key.file))])

    look = ModelFeatures(np.array([2.2], np.float32), PhotoCache(features))
    for _ in range(2):
        steps = find_similar_photos(PhotoCache(), labelled, "lithology", pytest.fail, None, lambda: look)
        similar = run_to_end(steps)
        assert [files.index(each.described.photo.key.file) for each in similar.neighbours[:3]] == [2, 3, 1]
        assert "the open collection, the most alike first, by the model's own features" in similar.sentence
    assert sorted(looked_at) == sorted(zip(files[:7], [2.5, *[None] * 6], strict=True))


def test_fields_of_a_collection_are_compared_whole_by_a_model_of_fields(
    tmp_path: Path, write_photo: Callable[..., Path], probe_classifier: Callable[..., RockClassifier]
) -> None:
    classifier = probe_classifier(kinds="texture", lights="PPL+XPL")
    plain, crossed = (40, 40, 40), (200, 200, 200)
    for section, colours in {"S0": (plain, crossed), "S1": (plain, crossed), "S2": (plain, plain)}.items():
        for light, colour in zip(("PPL", "XPL"), colours, strict=True):
            write_photo(tmp_path / f"{section} {light} 1.png", colour, 1)
    write_photo(tmp_path / "S3 PPL 1.png", plain, 1)
    made = AnnotationCollection((Vocabulary.of_classes("lithology", ("granite", "slate")),))
    made = pair_by_name(made.with_images(sorted(tmp_path.glob("*.png")))).collection
    made = made.labelled([image.key for image in made.images], "lithology", "granite")
    labelled = replace(labelled_photos(made, "lithology"), model="a model of fields")
    assert len(labelled.photos) == 7
    views = zip(("PPL", "XPL"), sorted(tmp_path.glob("S0*")), strict=True)
    features = classifier.features(Field(tuple(View(file, light) for light, file in views)), "lithology")
    assert features is not None
    look = ModelFeatures(features, PhotoCache(features_by(classifier, "lithology")), classifier.lights)
    asked = ImageKey.of(tmp_path / "S0 PPL 1.png")
    steps = find_similar_photos(PhotoCache(), labelled, "lithology", pytest.fail, asked, lambda: look)
    similar = run_to_end(steps)
    distances = {each.described.photo.section: each.distance for each in similar.neighbours}
    # Each field once; a photo whose light nobody has said is none.
    assert list(distances) == ["S1", "S2"]
    assert distances["S1"] == pytest.approx(0, abs=1e-6)
    assert distances["S2"] > 0.5
    assert "2 fields of the open collection" in similar.sentence


def test_photos_of_a_collection_are_compared_by_looks_beside_a_built_in_model(
    collection: AnnotationCollection,
) -> None:
    made = AnnotationCollection((Vocabulary.of_classes("grain", ("coarse crystal", "mud crystal")),))
    made = made.with_images([image.file for image in collection.images])
    made = made.labelled([image.key for image in made.images], "grain", "mud crystal")
    [file] = built_in_models().values()
    for model in ("five_properties", str(file)):
        labelled = photos_to_compare("grain", made, [model])
        assert len(labelled.photos) == 8
        assert labelled.model == ""


def test_a_collection_without_labels_has_nothing_to_compare_with(collection: AnnotationCollection) -> None:
    nothing = labelled_photos(collection, "age")
    assert nothing.photos == ()
    assert run_to_end(resembling(PhotoCache(), nothing, np.zeros((9, 9, 3), np.uint8), "")).neighbours == ()


def test_a_models_training_photos_are_those_of_its_run(labels_csv: Path, tmp_path: Path) -> None:
    samples = load_samples(labels_csv, property="rock", group="section")
    config = TrainingConfig(model="probe", output=tmp_path / "runs", seed=0)
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


@pytest.fixture
def run_with_photos(labels_csv: Path, tmp_path: Path) -> RunFolder:
    """A run that keeps its photos, whose files are gone; the model's features count them."""
    samples = load_samples(labels_csv, property="rock", group="section")
    split = split_samples(samples, 0.2, 0.2, 0)
    folder = RunFolder(tmp_path / "run")
    open_run(folder, TrainingConfig(model="densenet121", output=folder.path), split)
    rows = np.flatnonzero(split.frame["split"] == "train")
    features = np.stack([np.arange(len(rows)), np.zeros(len(rows))], axis=1)
    LearnedPhotos.of(rows, features, lambda at: thumbnail(np.full((9, 9, 3), at, np.uint8))).write(folder)
    for file in split.frame["file"]:
        Path(file).unlink()
    return folder


def test_a_models_training_photos_are_compared_by_its_own_features_without_their_files(
    run_with_photos: RunFolder,
) -> None:
    trained = training_photos(run_with_photos.path, "rock")
    assert trained.model == str(run_with_photos.model)
    similar = run_to_end(
        find_similar_photos(PhotoCache(), trained, "rock", pytest.fail, None, looking([1.6, 0.0]))
    )
    nearest = [each.described.photo for each in similar.neighbours[:3]]
    assert nearest == [trained.photos[at] for at in (2, 1, 3)]
    assert similar.neighbours[0].label == trained.labels[2]
    assert similar.neighbours[0].described.thumbnail.max() == 2
    assert (
        "the model's training photos, the most alike first, by the model's own features" in similar.sentence
    )


def test_photos_of_the_asked_ones_section_are_left_out_of_a_models_own(run_with_photos: RunFolder) -> None:
    trained = training_photos(run_with_photos.path, "rock")
    asked = trained.photos[2]
    steps = find_similar_photos(PhotoCache(), trained, "rock", pytest.fail, asked.key, looking([2.0, 0.0]))
    neighbours = run_to_end(steps).neighbours
    assert neighbours
    assert all(each.described.photo.section != asked.section for each in neighbours)


@pytest.mark.parametrize("features", [None, [0.0] * 5])
def test_a_model_whose_features_are_others_is_compared_by_looks(
    run_with_photos: RunFolder, features: list[float] | None
) -> None:
    trained = training_photos(run_with_photos.path, "rock")
    rgb = np.zeros((30, 30, 3), np.uint8)
    look = looking(features) if features else lambda: None
    similar = run_to_end(find_similar_photos(PhotoCache(), trained, "rock", lambda: rgb, None, look))
    assert similar.sentence.startswith(
        "No photo of the model's training photos is of another section and can"
    )


def test_rows_that_a_run_does_not_have_are_damage(run_with_photos: RunFolder) -> None:
    photos = LearnedPhotos.read(run_with_photos)
    LearnedPhotos(photos.rows + 1000, photos.features, photos.thumbnails).write(run_with_photos)
    with pytest.raises(RunFolderError, match="learned_photos"):
        training_photos(run_with_photos.path, "rock")


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError):
        training_photos(tmp_path, "rock")
