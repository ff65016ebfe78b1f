from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from napari_rocks2net.imaging import Preprocessing, read_image
from napari_rocks2net.samples import Region, SampleError, load_samples
from napari_rocks2net.training.network.dataset import EpochOrder, LoaderOptions, SectionDataset, make_loader

SIZE = 64


@pytest.fixture
def dataset(labels_csv):
    samples = load_samples(labels_csv, property="rock", group="section")
    return SectionDataset(samples.frame, samples.properties, Preprocessing(SIZE))


def test_an_item_is_the_resized_image_and_its_class(dataset):
    image, label = dataset[13]
    expected = Preprocessing(SIZE).resized(read_image(dataset.files[13]))
    assert torch.equal(image, expected)
    assert (image.shape, image.dtype, label.tolist()) == ((3, SIZE, SIZE), torch.uint8, [1])


def test_images_in_memory_are_the_same_without_their_files(dataset, monkeypatch):
    before = [dataset[index][0] for index in range(len(dataset))]
    dataset.keep_in_memory()
    monkeypatch.setattr(dataset, "files", ["gone"] * len(dataset))
    assert all(torch.equal(dataset[index][0], image) for index, image in enumerate(before))
    assert dataset.nbytes == dataset.images.numel()


def test_augmentation_never_changes_what_is_kept(dataset):
    dataset.keep_in_memory()
    kept = dataset.images.clone()
    dataset.augmentation = lambda image: image.flip(-1)
    assert torch.equal(dataset[0][0], kept[0].flip(-1))
    assert torch.equal(dataset.images, kept)


def test_a_region_is_cut_out_before_resizing(tmp_path):
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[10:20, 30:60] = 255
    path = tmp_path / "ö photo.png"
    Image.fromarray(pixels).save(path)
    rows = [((10, 30, 20, 60), 255), ((0, 0, 10, 60), 0), ((10, 30, 20, 80), 255)]
    frame = pd.DataFrame({"file": str(path), "region": [Region.rectangle(*edges) for edges, _ in rows]})
    dataset = SectionDataset(frame, (), Preprocessing(SIZE))
    for index, (_, value) in enumerate(rows):
        assert dataset[index][0].unique().tolist() == [value]


def test_a_region_outside_the_image_is_refused(labels_csv):
    frame = load_samples(labels_csv, property="rock").frame
    frame = frame.assign(region=[Region.rectangle(500, 500, 600, 600)] * len(frame))
    dataset = SectionDataset(frame, (), Preprocessing(SIZE))
    with pytest.raises(SampleError, match=r"24 of 24 .* holds no pixel .* 40 x 50 pixels"):
        dataset.keep_in_memory()


def test_broken_images_are_counted(dataset):
    for file in dataset.files[2:5]:
        os.truncate(file, 60)
    with pytest.raises(SampleError, match=r"3 of 24 images cannot be used\. .*granite 1 0\.png"):
        dataset.keep_in_memory()


def test_training_batches_are_whole_and_no_sample_comes_twice(dataset):
    options = LoaderOptions(batch_size=5, num_workers=0, pin_memory=False)
    batches = list(make_loader(dataset, options, EpochOrder(dataset, seed=0, epoch=0)))
    assert [len(labels) for _, labels in batches] == [5, 5, 5, 5]
    images = torch.cat([images for images, _ in batches]).flatten(1)
    assert len(images.unique(dim=0)) == 20


def test_validation_batches_hold_every_sample_in_order(dataset):
    options = LoaderOptions(batch_size=5, num_workers=0, pin_memory=False)
    labels = torch.cat([labels for _, labels in make_loader(dataset, options)])
    assert labels.equal(dataset.labels)


def test_the_order_depends_on_seed_and_epoch_alone(dataset):
    order = EpochOrder(dataset, seed=4, epoch=0)
    first = list(order)
    order.set_epoch(1)
    second = list(order)
    assert sorted(first) == list(range(24))
    assert first != second
    assert list(EpochOrder(dataset, seed=4, epoch=1)) == second
    assert list(EpochOrder(dataset, seed=9, epoch=0)) != first
