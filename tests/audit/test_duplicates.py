"""Duplicates: every kind of copy is detected, neighbouring fields and other photos are not."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy import ndimage
from skimage.feature import match_template

from napari_rocks2net.audit import Duplicate, duplicate_groups, find_duplicates, join_sections_of_copies
from napari_rocks2net.audit.duplicates import known_views
from napari_rocks2net.imaging import ImageError
from napari_rocks2net.samples import load_samples
from napari_rocks2net.samples.copies.alignment import correlations_by_place
from napari_rocks2net.samples.copies.perceptual_hash import hashes_of_turns, turned


def photo(seed, shape=(240, 320)):
    """Grains of several sizes under a lamp that shades the corners."""
    rng = np.random.default_rng(seed)
    grains = sum(scale * ndimage.gaussian_filter(rng.normal(size=shape), scale) for scale in (1, 3, 8))
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    grey = 140 + 90 * grains - 40 * (x**2 + y**2)
    return Image.fromarray(np.clip(grey[..., None] + [0, -10, -30], 0, 255).astype(np.uint8))


def recompressed(image):
    content = io.BytesIO()
    image.save(content, "JPEG", quality=40)
    return Image.open(content).convert("RGB")


def cropped(image):
    """Crop to 90 % a side, off the middle."""
    width, height = image.size
    return image.crop((3, 7, 3 + round(0.9 * width), 7 + round(0.9 * height)))


COPIES = {
    "recompressed": recompressed,
    "resized": lambda image: image.resize((170, 128)),
    "cropped": cropped,
    "turned": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    "all of it": lambda image: recompressed(
        cropped(image).resize((200, 150)).transpose(Image.Transpose.TRANSVERSE)
    ),
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_is_detected_among_other_photos(copied):
    photos = {str(seed): photo(seed) for seed in range(6)}
    photos["copy"] = copied(photos["2"])
    (duplicate,) = find_duplicates(list(photos), lambda name: np.asarray(photos[name]))
    assert (duplicate.first, duplicate.second, duplicate.kind) == ("2", "copy", "near")


def test_the_same_pixels_are_an_exact_copy(tmp_path):
    image = photo(0)
    image.save(tmp_path / "one.png")
    image.save(tmp_path / "two.tif")
    names = [tmp_path / "one.png", tmp_path / "two.tif"]
    assert find_duplicates(names) == [Duplicate(str(names[0]), str(names[1]), "exact", 1.0)]


def test_fields_that_overlap_by_half_are_no_copies():
    field = photo(0, (240, 480))
    photos = {"left": field.crop((0, 0, 320, 240)), "right": field.crop((160, 0, 480, 240))}
    assert find_duplicates(list(photos), lambda name: np.asarray(photos[name])) == []


def with_scale_bar(image):
    """Burn a white label with a bar into a fifth of the photo."""
    pixels = np.asarray(image).copy()
    pixels[180:, 100:] = 255
    pixels[215:225, 120:300] = 0
    pixels[190:205, 120:300:9] = 0
    return Image.fromarray(pixels)


def rimmed(image):
    """Show a dull rock as a round eyepiece does: its black rim has more contrast than all grains."""
    y, x = np.mgrid[-1 : 1 : image.height * 1j, -1 : 1 : image.width * 1j]
    dull = 60 + np.asarray(image) // 2
    return Image.fromarray(np.where((np.hypot(y, x) < 0.9)[..., None], dull, 0).astype(np.uint8))


@pytest.mark.parametrize("framed", [with_scale_bar, rimmed])
def test_what_all_photos_of_a_microscope_share_makes_no_copies(framed):
    photos = {str(seed): framed(photo(seed)) for seed in range(6)}
    photos["copy"] = recompressed(photos["2"])
    (duplicate,) = find_duplicates(list(photos), lambda name: np.asarray(photos[name]))
    assert (duplicate.first, duplicate.second) == ("2", "copy")


def grain_on_black(seed):
    """A small grain on a black ground, with the label of all photos."""
    pixels = np.zeros((240, 320, 3), np.uint8)
    pixels[186:236, 50:310] = 255
    pixels[214:218, 60:300] = 0
    pixels[194:208, 60:300:7] = 0
    y, x = 48 + 40 * (seed % 3), 12 + 53 * seed
    pixels[y : y + 24, x : x + 30] = np.asarray(photo(seed))[y : y + 24, x : x + 30]
    return Image.fromarray(pixels)


def test_a_label_that_is_most_of_what_dark_photos_show_makes_no_copies():
    photos = {str(seed): grain_on_black(seed) for seed in range(5)}
    photos["copy"] = recompressed(photos["2"])
    (duplicate,) = find_duplicates(list(photos), lambda name: np.asarray(photos[name]))
    assert (duplicate.first, duplicate.second) == ("2", "copy")


@pytest.mark.parametrize("shape", [(1, 1), (1, 90), (40, 60), (600, 400)])
def test_blank_photos_of_other_brightness_are_no_copies(shape):
    photos = {"dark": np.full((*shape, 3), 9, np.uint8), "bright": np.full((*shape, 3), 200, np.uint8)}
    assert find_duplicates(list(photos), photos.__getitem__) == []


def test_an_unreadable_photo_costs_one_report():
    photos = {"a": photo(0), "b": photo(0)}
    reported = []

    def read(name):
        if name == "bad":
            raise ImageError("bad: truncated.")
        return np.asarray(photos[name])

    names = ["a", "bad", "b"]
    (duplicate,) = find_duplicates(names, read, lambda position, error: reported.append(position))
    assert (duplicate.first, duplicate.second, reported) == ("a", "b", [1])
    with pytest.raises(ImageError, match="truncated"):
        find_duplicates(names, read)


def test_no_photos_have_no_copies():
    assert find_duplicates([]) == []


def test_copies_of_copies_are_one_group():
    pairs = [("a", "b"), ("d", "e"), ("c", "b")]
    assert duplicate_groups(Duplicate(*pair, "near", 1.0) for pair in pairs) == [("a", "b", "c"), ("d", "e")]


def test_hashes_of_a_turned_photo_are_the_same_in_another_order(rng):
    grey = ndimage.gaussian_filter(rng.normal(size=(64, 64)), 3) * 100
    for turn in range(8):
        assert set(hashes_of_turns(turned(grey, turn))) == set(hashes_of_turns(grey))


def test_correlation_is_that_of_scikit_image(rng):
    whole, part = rng.normal(size=(40, 50)), rng.normal(size=(33, 37))
    assert correlations_by_place(whole, part) == pytest.approx(match_template(whole, part))
    assert correlations_by_place(whole, whole[2:30, 5:45]).argmax() == 2 * 11 + 5


@pytest.mark.real_data
def test_copies_of_mudstones_are_detected_and_fields_of_one_section_are_not(real_data: Path):
    files = sorted((real_data / "mudstone" / "10x").rglob("*.jpg"))[:12]
    photos = {str(file): Image.open(file).convert("RGB") for file in files}
    names = list(photos)
    for place, copied in enumerate(COPIES.values()):
        photos[f"copy {place}"] = copied(photos[names[place]])
    duplicates = find_duplicates(list(photos), lambda name: np.asarray(photos[name]))
    made = {(names[place], f"copy {place}") for place in range(len(COPIES))}
    assert {(each.first, each.second) for each in duplicates} == made


def test_sections_of_copies_are_one_and_a_split_keeps_them_together(tmp_path, caplog):
    rows = []
    for number in range(8):
        image, name = photo(number), f"section {number}.png"
        image.save(tmp_path / name)
        rows.append({"file": name, "rock": "mud" if number % 2 else "silt", "section": str(number)})
    COPIES["all of it"](photo(2)).save(tmp_path / "section 6.png")
    (tmp_path / "section 4.png").write_bytes(b"no picture")
    pd.DataFrame(rows).to_csv(tmp_path / "labels.csv", index=False)
    samples = load_samples(tmp_path / "labels.csv", "rock", "section")
    joined = join_sections_of_copies(samples)
    assert joined.frame["group"].tolist() == ["0", "1", "2", "3", "4", "5", "2", "7"]
    assert "section 2.png and" in caplog.text
    split = replace(samples, frame=samples.frame.assign(split="train"))
    assert join_sections_of_copies(split) is split


def test_of_too_many_photos_it_is_said_that_copies_are_not_looked_for(tmp_path, caplog):
    photo(0).save(tmp_path / "a.png")
    table = pd.DataFrame([{"file": "a.png", "rock": "mud"}])
    table.to_csv(tmp_path / "labels.csv", index=False)
    samples = load_samples(tmp_path / "labels.csv", "rock")
    frame = pd.concat([samples.frame] * 2_001, ignore_index=True)
    many = replace(samples, frame=frame.assign(file=[f"{number}.jpg" for number in range(2_001)]))
    assert join_sections_of_copies(many) is many
    assert "2,001 photos are too many to look for copies" in caplog.text


@pytest.mark.parametrize(
    ("first", "second", "columns", "kind"),
    [
        ("s/A1_ppl.jpg", "s/A1_xpl.jpg", {}, "views"),
        ("PPL/A1.jpg", "XPL/A1.jpg", {}, "views"),
        ("s/A1_xpl_0deg.jpg", "s/A1_xpl_45deg.jpg", {}, "views"),
        ("s/A1_ppl.jpg", "s/A2_xpl.jpg", {}, "near"),
        ("s/A1.jpg", "s/A1 copy.jpg", {}, "near"),
        ("1.jpg", "2.jpg", {"field": ["A", "A"], "light": ["PPL", "XPL"], "angle": ["", ""]}, "views"),
        ("1.jpg", "2.jpg", {"field": ["A", "B"], "light": ["PPL", "XPL"], "angle": ["", ""]}, "near"),
        ("1.jpg", "2.jpg", {"field": ["", ""], "light": ["PPL", "XPL"], "angle": ["", ""]}, "near"),
    ],
)
def test_two_lights_of_a_field_are_no_copies_where_the_table_or_the_names_know(first, second, columns, kind):
    frame = pd.DataFrame({"file": [first, second], **columns})
    near, exact = (Duplicate(first, second, each, 0.9) for each in ("near", "exact"))
    assert [each.kind for each in known_views([near, exact], frame)] == [kind, "exact"]
