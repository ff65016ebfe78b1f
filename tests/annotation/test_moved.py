from __future__ import annotations

from pathlib import Path

import pytest

from napari_rocks2net.annotation import files_named_like, match_moved, with_moved_files


def paths(*names: str) -> list[Path]:
    return [Path("/", *name.split("/")) for name in names]


def test_a_file_is_located_by_its_name():
    (old,), (new, other) = paths("old/1.jpg"), paths("new/deep/1.jpg", "new/2.jpg")
    moved = match_moved([old], [new, other])
    assert moved.files == {old: new}
    assert not moved.ambiguous
    assert not moved.lost


def test_equal_names_are_distinguished_by_their_folders():
    old = paths("old/ppl/1.jpg", "old/xpl/1.jpg")
    new = paths("disk/copy/xpl/1.jpg", "disk/copy/ppl/1.jpg")
    assert match_moved(old, new).files == {old[0]: new[1], old[1]: new[0]}


def test_the_better_fit_leaves_the_rest_to_others():
    old = paths("old/ppl/1.jpg", "old/xpl/1.jpg")
    new = paths("new/ppl/1.jpg", "new/1.jpg")
    assert match_moved(old, new).files == {old[0]: new[0], old[1]: new[1]}


def test_one_file_is_not_given_to_two():
    old, new = paths("old/a/1.jpg", "old/b/1.jpg"), paths("new/1.jpg")
    moved = match_moved(old, new)
    assert not moved.files
    assert moved.ambiguous == tuple(old)
    assert "2 fit several files (1.jpg)" in str(moved)


def test_what_fits_several_files_stays_missing():
    old, new = paths("old/1.jpg", "old/2.jpg", "old/3.jpg"), paths("n/a/1.jpg", "n/b/1.jpg", "n/2.jpg")
    moved = match_moved(old, new)
    assert moved.files == {old[1]: new[2]}
    assert moved.ambiguous == (old[0],)
    assert moved.lost == (old[2],)
    assert str(moved).startswith("1 of 3 missing files found; 1 fit")


def test_the_case_of_letters_does_not_matter():
    (old,), (new,) = paths("old/DSC_1.JPG"), paths("new/dsc_1.jpg")
    assert match_moved([old], [new]).files == {old: new}


def test_nothing_in_nothing():
    assert str(match_moved([], [])) == "0 of 0 missing files found."


def test_a_moved_folder_is_located_with_all_labels(labelled, tmp_path):
    (tmp_path / "photos").rename(tmp_path / "elsewhere")
    missing = [image.file for image in labelled.images if image.missing]
    assert len(missing) == len(labelled)
    moved = match_moved(missing, files_named_like(missing, tmp_path))
    mended = with_moved_files(labelled, moved.files)
    assert not any(image.missing for image in mended.images)
    assert [image.file.name for image in mended.images] == [image.file.name for image in labelled.images]
    for before, after in zip(labelled.images, mended.images, strict=True):
        assert (after.labels, after.origins, after.regions, after.section) == (
            before.labels,
            before.origins,
            before.regions,
            before.section,
        )


def test_all_planes_of_a_stack_move(collection, tmp_path):
    from napari_rocks2net.annotation import ImageKey

    old, new = tmp_path / "stage.tif", tmp_path / "new" / "stage.tif"
    planes = collection.with_images([ImageKey.of(old, (plane,)) for plane in range(3)])
    moved = with_moved_files(planes, {old: new})
    assert [image.plane for image in moved.images if image.file == new] == [(0,), (1,), (2,)]


def test_no_image_comes_twice(collection):
    first, second = collection.images[0].file, collection.images[1].file
    assert with_moved_files(collection, {first: second}) == collection


@pytest.mark.parametrize("name", ["missing folder", "photos/Dünnschliff 1_10x_PPL.png"])
def test_a_folder_that_is_none_holds_nothing(photos, tmp_path, name):
    assert files_named_like(photos, tmp_path / name) == []
