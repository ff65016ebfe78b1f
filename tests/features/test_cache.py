"""The cache of descriptors: the same numbers as without it, whatever happens to its files."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from napari_rocks2net.features import DESCRIPTOR_VERSION, DescriptorCache, cache, describe, working_image

TEXTURE = ("texture",)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The kinds that were computed, in order."""
    kinds: list[tuple[str, ...]] = []

    def counted(rgb, wanted, *, stages):
        kinds.append(wanted)
        return describe(rgb, wanted, stages=stages)

    monkeypatch.setattr(cache, "describe", counted)
    return kinds


def stages(images):
    return [images[:, :, ::4, ::4]]


def assert_equal(one, other):
    for kind in one.whole:
        np.testing.assert_array_equal(one.whole[kind], other.whole[kind])
        np.testing.assert_array_equal(one.windows[kind], other.windows[kind])


def test_a_photo_is_described_once(tmp_path, rgb, computed):
    for _ in range(2):
        both = DescriptorCache(tmp_path).describe(rgb, stages=stages, backbone="a")
        assert_equal(describe(rgb, stages=stages), both)
    assert computed == [("texture",), ("activations",)]


def test_another_photo_or_backbone_is_described_anew(tmp_path, rgb, computed):
    descriptors = DescriptorCache(tmp_path)
    for photo in (rgb, rgb[::-1], rgb.reshape(100, 70, 3)):
        descriptors.describe(photo, TEXTURE, backbone="a")
        descriptors.describe(photo, TEXTURE, backbone="b")
    assert len(computed) == 3
    for backbone in ("a", "b", "a"):
        descriptors.describe(rgb, ("activations",), stages=stages, backbone=backbone)
    assert len(computed) == 5


def test_a_large_photo_is_described_once_whether_it_was_reduced_before_or_not(tmp_path, rng, computed):
    large = rng.integers(0, 256, (700, 933, 3), dtype=np.uint8)
    first = DescriptorCache(tmp_path).describe(large, TEXTURE)
    assert_equal(DescriptorCache(tmp_path).describe(working_image(large), TEXTURE), first)
    assert computed == [TEXTURE]


def test_another_version_of_the_descriptors_is_described_anew(tmp_path, rgb, computed, monkeypatch):
    DescriptorCache(tmp_path).describe(rgb, TEXTURE)
    monkeypatch.setattr(cache, "DESCRIPTOR_VERSION", DESCRIPTOR_VERSION + 1)
    DescriptorCache(tmp_path).describe(rgb, TEXTURE)
    assert len(computed) == 2


def damaged_contents(tmp_path):
    np.savez(tmp_path / "shapes.npz", whole=np.zeros(3, np.float32), windows=np.zeros((2, 8, 8, 4)))
    np.savez(tmp_path / "nan.npz", whole=np.full(3, np.nan, np.float32), windows=np.zeros((2, 8, 8, 3)))
    np.savez(tmp_path / "pickle.npz", whole=np.array([{}], object), windows=np.zeros((2, 8, 8, 3)))
    np.savez(tmp_path / "names.npz", other=np.zeros(3))
    files = [tmp_path / f"{name}.npz" for name in ("shapes", "nan", "pickle", "names")]
    return [file.read_bytes() for file in files]


def test_a_damaged_file_is_replaced_and_named_once(tmp_path, rgb, caplog):
    expected = describe(rgb, TEXTURE)
    folder = tmp_path / "cache"
    DescriptorCache(folder).describe(rgb, TEXTURE)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    flipped = bytearray(whole)
    flipped[len(flipped) // 2] ^= 1
    for content in [b"", whole[:500], bytes(flipped), *damaged_contents(tmp_path)]:
        file.write_bytes(content)
        caplog.clear()
        descriptors = DescriptorCache(folder)
        assert_equal(descriptors.describe(rgb, TEXTURE), expected)
        assert_equal(descriptors.describe(rgb, TEXTURE), expected)
        assert len(caplog.records) == 1
        assert file.read_bytes() == whole


def test_a_folder_that_cannot_be_written_costs_one_line(tmp_path, rgb, caplog):
    (tmp_path / "file").write_text("no folder")
    descriptors = DescriptorCache(tmp_path / "file" / "cache")
    for photo in (rgb, rgb[::-1]):
        assert_equal(descriptors.describe(photo, TEXTURE), describe(photo, TEXTURE))
    assert len(caplog.records) == 1
    assert "computed anew" in caplog.text


def test_what_was_not_used_for_longest_goes_first(tmp_path, rng, monkeypatch):
    monkeypatch.setattr(cache, "TRIMMED_EVERY", 1)
    photos = rng.integers(0, 256, (4, 9, 9, 3), dtype=np.uint8)
    descriptors = DescriptorCache(tmp_path)
    for photo in photos[:3]:
        descriptors.describe(photo, TEXTURE)
    for age, photo in ((300, photos[1]), (200, photos[0]), (100, photos[2])):
        path = descriptors.path_of(photo, "texture", "")
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - age))
    descriptors.get(photos[1], "texture")
    size = next(tmp_path.iterdir()).stat().st_size
    small = DescriptorCache(tmp_path, largest=int(3.5 * size))
    small.describe(photos[3], TEXTURE)
    kept = [small.get(photo, "texture") is not None for photo in photos]
    assert kept == [False, True, True, True]


def test_several_writers_share_a_folder(tmp_path, rgb, caplog):
    expected = describe(rgb, TEXTURE)
    with ThreadPoolExecutor(4) as pool:
        every = list(pool.map(lambda _: DescriptorCache(tmp_path).describe(rgb, TEXTURE), range(8)))
    for each in every:
        assert_equal(each, expected)
    assert_equal(DescriptorCache(tmp_path).get(rgb, "texture"), expected)
    assert len(list(tmp_path.iterdir())) == 1
