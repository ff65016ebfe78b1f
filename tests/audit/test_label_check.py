"""Check of the labels of a collection, without a widget."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from napari_rocks2net.annotation import AnnotationCollection, ImageKey, Vocabulary
from napari_rocks2net.audit.label_check import CheckedLabels, SuspectLabel, check_labels
from napari_rocks2net.samples import SampleError

pytestmark = pytest.mark.usefixtures("own_cache")
CLASSES = ("fine", "coarse")


@pytest.fixture
def collection(tmp_path: Path, rng: np.random.Generator) -> AnnotationCollection:
    """Fine and coarse textures of ten sections, two photos each; one label is wrong, one photo a copy."""
    files = []
    for number in range(20):
        grains = ndimage.gaussian_filter(rng.normal(size=(80, 100)), 1 + 3 * (number // 2 % 2))
        grey = np.clip(128 + 40 * grains / grains.std(), 0, 255).astype(np.uint8)
        files.append(tmp_path / f"S{number // 2}_PPL_{number % 2}.png")
        Image.fromarray(grey).convert("RGB").save(files[-1])
    Image.open(files[-2]).transpose(Image.Transpose.ROTATE_90).save(files[-1])
    made = AnnotationCollection((Vocabulary.of_classes("grain", CLASSES),)).with_images(files)
    for number, image in enumerate(made.images):
        made = made.labelled([image.key], "grain", CLASSES[number // 2 % 2 if number != 4 else 1])
    return made


def checked(collection: AnnotationCollection) -> CheckedLabels:
    return check_labels(collection, "grain", lambda done, total: None)


def test_a_wrong_label_and_a_copy_are_named_by_their_images(collection: AnnotationCollection) -> None:
    keys = [image.key for image in collection.images]
    labels = checked(collection)
    assert [(each.key, each.label, each.suggested) for each in labels.doubted] == [
        (keys[4], "coarse", "fine")
    ]
    assert [set(group) for group in labels.copies] == [{keys[-1], keys[-2]}]
    assert any("50 more photos may add" in sentence for sentence in labels.sentences)


def test_few_labels_and_an_unreadable_photo_are_reported(collection: AnnotationCollection) -> None:
    keys = [image.key for image in collection.images]
    keys[0].file.write_bytes(b"no picture")
    labels = checked(collection.labelled(keys[4:], "grain", None))
    text = " ".join(labels.sentences)
    assert "Learning curve: There are photos of 2 thin sections" in text
    assert "1 photo cannot be read." in text
    with pytest.raises(SampleError, match="no labelled image"):
        checked(collection.labelled(keys, "grain", None))


def test_a_doubt_stands_until_the_label_changes_and_a_copy_until_the_image_goes(
    collection: AnnotationCollection,
) -> None:
    keys = [image.key for image in collection.images]
    doubt = SuspectLabel(keys[0], "fine", "coarse", 0.1, region=False)
    labels = CheckedLabels("grain", (doubt,), ((keys[1], keys[2], keys[3]),), ())

    def standing(now: AnnotationCollection) -> tuple[list[SuspectLabel], list[tuple[ImageKey, ImageKey]]]:
        images = {image.key: image for image in now.images}
        return labels.standing(images.get)

    assert standing(collection) == ([doubt], [(keys[2], keys[1]), (keys[3], keys[1])])
    assert standing(collection.labelled(keys[:1], "grain", "coarse"))[0] == []
    assert standing(collection.without_images(keys[1:2]))[1] == [(keys[3], keys[2])]
