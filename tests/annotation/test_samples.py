from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest
import tifffile

from napari_rocks2net.annotation import (
    AnnotatedRegion,
    AnnotationCollection,
    CollectionError,
    ImageKey,
    collection_samples,
    with_regions,
)
from napari_rocks2net.imaging import read_image
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import Region, SampleError, split_samples
from napari_rocks2net.training.network.dataset import SectionDataset


def test_images_and_regions_become_samples_of_their_section(labelled, tmp_path):
    samples = collection_samples(labelled, "rock", tmp_path / "planes")
    files = [str(image.file) for image in labelled.images]
    assert samples.only == RockProperty("rock", ("basalt", "granite", "schist à grenat"))
    assert samples.frame[["file", "rock", "group", "region"]].to_numpy().tolist() == [
        [files[0], "granite", "Dünnschliff 1", None],
        [files[1], "schist à grenat", "Dünnschliff 1", None],
        [files[2], "basalt", "Dünnschliff 2", Region.rectangle(1, 2, 11, 22)],
        [files[2], "granite", "Dünnschliff 2", Region(((0, 0), (10, 5), (2.5, 15)), "polygon")],
    ]
    assert not (tmp_path / "planes").exists()


def test_training_reads_the_pixels_of_a_region(labelled, tmp_path):
    from napari_rocks2net.imaging import Preprocessing

    samples = collection_samples(labelled, "rock", tmp_path / "planes")
    preprocessing = Preprocessing(size=64)
    dataset = SectionDataset(samples.frame, samples.properties, preprocessing)
    cut = read_image(labelled.images[2].file)[1:11, 2:22]
    np.testing.assert_array_equal(dataset[2][0], preprocessing.resized(cut))


def test_missing_images_are_left_out_and_logged(labelled, tmp_path, caplog):
    labelled.images[0].file.unlink()
    with caplog.at_level(logging.WARNING):
        samples = collection_samples(labelled, "rock", tmp_path / "planes")
    assert len(samples) == 3
    assert "1 of 3 labelled images are missing and left out" in caplog.text
    assert labelled.images[0].file.name in caplog.text


def test_labels_that_a_model_gave_are_counted(labelled, tmp_path, caplog):
    key = labelled.images[0].key
    collection = labelled.labelled([key], "rock", "granite", "accepted")
    with caplog.at_level(logging.WARNING):
        collection_samples(labelled, "rock", tmp_path)
        assert "accepted" not in caplog.text
        collection_samples(collection, "rock", tmp_path)
    assert "1 of 3 labels were accepted from a model" in caplog.text


def test_labelled_planes_of_stacks_become_pictures(tmp_path, rng, rock):
    pixels = rng.integers(0, 256, (3, 8, 9), dtype=np.uint8)
    keys = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        tifffile.imwrite(tmp_path / folder / "stack.tif", pixels, photometric="minisblack")
        keys += [ImageKey.of(tmp_path / folder / "stack.tif", (index,)) for index in range(3)]
    collection = AnnotationCollection((rock,)).with_images(keys).labelled(keys[1:4], "rock", "basalt")
    region = AnnotatedRegion.new(Region.rectangle(0, 0, 4, 4)).labelled("rock", "granite")
    collection = with_regions(collection, {keys[1]: [region]})
    frame = collection_samples(collection, "rock", tmp_path / "planes").frame
    assert frame["group"].unique().tolist() == ["stack"]
    assert frame["file"].nunique() == 3
    assert frame["file"][0] == frame["file"][1]
    np.testing.assert_array_equal(read_image(frame["file"][0])[..., 0], pixels[1])
    np.testing.assert_array_equal(read_image(frame["file"][3])[..., 0], pixels[0])
    assert len(list((tmp_path / "planes").iterdir())) == 3


def test_sections_stay_together_in_a_split(collection, tmp_path):
    keys = [image.key for image in collection.images]
    extra = [tmp_path / "photos" / f"s{number}.png" for number in range(4)]
    for path in extra:
        path.write_bytes(b"")
    collection = collection.with_images(extra).labelled(keys, "rock", "basalt")
    collection = collection.labelled([ImageKey.of(path) for path in extra], "rock", "granite")
    frame = split_samples(collection_samples(collection, "rock", tmp_path / "planes")).frame
    assert (frame.groupby("group")["split"].nunique() == 1).all()


def test_nothing_labelled_is_reported(collection, tmp_path):
    with pytest.raises(SampleError, match="no labelled image for 'rock'"):
        collection_samples(collection, "rock", tmp_path)


def test_one_area_with_two_labels_is_refused(labelled, tmp_path):
    key = labelled.images[2].key
    box = Region.rectangle(0, 0, 5, 5)
    regions = [AnnotatedRegion.new(box, {"rock": label}) for label in ("basalt", "granite")]
    with pytest.raises(SampleError, match="'basalt', 'granite'"):
        collection_samples(with_regions(labelled, {key: regions}), "rock", tmp_path)


def test_an_unknown_property_is_refused(labelled, tmp_path):
    with pytest.raises(CollectionError, match="no property 'grain'"):
        collection_samples(labelled, "grain", tmp_path)


def test_samples_have_the_scale_of_their_image(labelled, tmp_path):
    images = (*labelled.images[:2], replace(labelled.images[2], pixel_size_um=2.5))
    samples = collection_samples(replace(labelled, images=images), "rock", tmp_path / "planes")
    assert samples.frame["pixel_size_um"].tolist() == ["", "", "2.5", "2.5"]
