"""What a run keeps of the photos that its model learned from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net.training.runs.learned_photos import THUMBNAIL_SIDE, LearnedPhotos, thumbnail
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError


def grey(number: int) -> np.ndarray:
    return thumbnail(np.full((30, 50, 3), 10 * number, np.uint8))


def photos_of(count: int, most: int = 100) -> LearnedPhotos:
    rows, features = np.arange(count) * 2, np.arange(3.0 * count).reshape(count, 3)
    return LearnedPhotos.of(rows, features, grey, most)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    folder, written = RunFolder(tmp_path / "run"), photos_of(4)
    written.features[1, 2] = np.nan
    written.write(folder)
    read = LearnedPhotos.read(folder)
    for name, values in vars(written).items():
        np.testing.assert_array_equal(getattr(read, name), values)
    assert read.thumbnails.shape == (4, THUMBNAIL_SIDE, THUMBNAIL_SIDE, 3)
    assert read.thumbnails[3].max() == read.thumbnails[3].min() == 30


def test_of_very_many_some_are_kept_each_with_its_own(tmp_path: Path) -> None:
    kept = photos_of(20, most=7)
    assert len(kept.rows) == 7
    assert (np.diff(kept.rows) > 0).all()
    np.testing.assert_array_equal(kept.features[:, 0], kept.rows / 2 * 3)
    np.testing.assert_array_equal(kept.thumbnails[:, 0, 0, 0], kept.rows / 2 * 10)


def test_a_run_of_an_earlier_version_has_none(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"learned_photos\.npz is missing"):
        LearnedPhotos.read(RunFolder(tmp_path))


@pytest.mark.parametrize("damage", ["cut", "text", "rows", "thumbnails", "features", "pickle"])
def test_a_damaged_file_is_refused_by_its_name(tmp_path: Path, damage: str) -> None:
    folder = RunFolder(tmp_path)
    photos_of(3).write(folder)
    whole = folder.learned_photos.read_bytes()
    if damage == "cut":
        folder.learned_photos.write_bytes(whole[: len(whole) // 2])
    elif damage == "text":
        folder.learned_photos.write_text("nothing")
    else:
        arrays = dict(vars(photos_of(3)))
        arrays["rows" if damage == "pickle" else damage] = {
            "rows": np.array([-1, 0, 1]),
            "thumbnails": np.zeros((3, 5, 5), np.uint8),
            "features": np.zeros(3),
            "pickle": np.array([1, "a", None], object),
        }[damage]
        np.savez(folder.learned_photos, **arrays)
    with pytest.raises(RunFolderError, match=r"learned_photos\.npz is damaged"):
        LearnedPhotos.read(folder)


def test_removing_a_run_removes_them(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    photos_of(3).write(folder)
    folder.remove()
    assert not folder.path.exists()
