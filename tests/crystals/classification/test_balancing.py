"""Rare classes grow by turned and mirrored crops of the training part; nothing is lost."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from PIL import Image
from tests.crystals.classification.conftest import squares

from napari_rocks2net.crystals import crystal_samples
from napari_rocks2net.crystals.classification.balancing import balance, eight_views
from napari_rocks2net.crystals.classification.preparing import split_crystals
from napari_rocks2net.samples import SampleTable


def test_a_square_has_eight_views_and_none_clips(rng: np.random.Generator) -> None:
    square = rng.integers(0, 255, (5, 5), dtype=np.uint8)
    views = dict(eight_views(square))
    assert len(views) == 8
    np.testing.assert_array_equal(views[""], square)
    assert len({view.tobytes() for view in views.values()}) == 8
    for view in views.values():
        np.testing.assert_array_equal(np.sort(view.ravel()), np.sort(square.ravel()))
    np.testing.assert_array_equal(views["turn90"], np.rot90(square))
    np.testing.assert_array_equal(views["flip"], square[:, ::-1])


def unbalanced(folder: Path) -> SampleTable:
    """Four images with eight bright and two dim crystals each."""
    annotated = []
    for number in range(4):
        item = squares(f"mount {number}", 8, number)
        classes = {label: name for label, name in item.classes.items() if name == "bright" or label < 5}
        annotated.append(dataclasses.replace(item, classes=classes))
    return split_crystals(crystal_samples(annotated, folder))


def test_the_training_part_is_balanced_and_the_others_stay(tmp_path: Path) -> None:
    split = unbalanced(tmp_path)
    before = split.frame.groupby(["split", "crystal"]).size()
    after = balance(split, fewest=0).frame.groupby(["split", "crystal"]).size()
    assert after["train", "dim"] == after["train", "bright"] == before["train", "bright"]
    assert before["train", "dim"] < before["train", "bright"]
    for part in ("validation", "test"):
        assert after[part].to_dict() == before[part].to_dict()


def test_copies_are_views_of_their_crop_in_its_group(tmp_path: Path) -> None:
    split = unbalanced(tmp_path)
    frame = balance(split, fewest=0).frame
    assert frame[: len(split)].to_numpy().tolist() == split.frame.to_numpy().tolist()
    copies = frame[len(split) :]
    assert len(copies)
    groups = split.frame.set_index("file")["group"]
    for row in copies.itertuples():
        path = Path(row.file)
        original = next(file for file in groups.index if path.stem.startswith(f"{Path(file).stem}_"))
        assert (row.crystal, row.group, row.split) == ("dim", groups[original], "train")
        views = [view.tobytes() for _, view in eight_views(np.asarray(Image.open(original)))]
        assert np.asarray(Image.open(path)).tobytes() in views[1:]


def test_small_collections_grow_eightfold_at_most(tmp_path: Path) -> None:
    split = unbalanced(tmp_path)
    before = split.frame[split.frame["split"] == "train"]["crystal"].value_counts()
    grown = balance(split, fewest=1000).frame
    after = grown[grown["split"] == "train"]["crystal"].value_counts()
    assert after.to_dict() == {name: 8 * count for name, count in before.items()}
    assert grown["file"].is_unique
