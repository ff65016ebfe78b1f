from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import (
    SampleError,
    SampleTable,
    ensure_split,
    split_folds,
    split_samples,
    split_summary,
)


def make_samples(groups: list[tuple[str, int]]) -> SampleTable:
    """Make a table from (class, number of samples) of each group; no files are needed to split."""
    rows = [
        {"file": f"/{group}/{photo}.png", "group": f"section {group}", "rock": label}
        for group, (label, photos) in enumerate(groups)
        for photo in range(photos)
    ]
    return table_of(rows)


def table_of(rows: list[dict[str, str]]) -> SampleTable:
    """Make a table of one property, "rock", whose files need not be there."""
    frame = pd.DataFrame(rows)
    return SampleTable(frame, (RockProperty("rock", tuple(sorted(frame["rock"].unique()))),))


single_class_groups = st.lists(
    st.lists(st.integers(1, 9), min_size=3, max_size=12), min_size=2, max_size=5
).map(lambda classes: [(f"class {i}", photos) for i, sizes in enumerate(classes) for photos in sizes])


@settings(deadline=None, max_examples=60)
@given(single_class_groups, st.floats(0.05, 0.4), st.floats(0.05, 0.4), st.integers(0, 1000))
def test_no_section_is_shared_and_every_class_is_in_every_part(groups, validation, test, seed):
    samples = make_samples(groups)
    frame = split_samples(samples, validation, test, seed).frame
    assert (frame.groupby("group")["split"].nunique() == 1).all()
    assert (frame.groupby("rock")["split"].nunique() == 3).all()
    pd.testing.assert_frame_equal(frame.drop(columns="split"), samples.frame)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), min_size=8, max_size=30),
    st.integers(0, 1000),
)
def test_sections_of_several_classes_stay_whole_too(groups, seed):
    rows = [
        {"file": f"/{group}/{photo}.png", "rock": label, "group": str(group)}
        for group, labels in enumerate(groups)
        for photo, label in enumerate(labels)
    ]
    samples = table_of(rows)
    try:
        frame = split_samples(samples, 0.2, 0.2, seed).frame
    except SampleError:
        return
    assert (frame.groupby("group")["split"].nunique() == 1).all()
    assert set(frame["split"]) == {"train", "validation", "test"}
    assert set(frame.loc[frame["split"] == "train", "rock"]) == set(samples.only.classes)


def test_the_shares_are_kept_for_each_class():
    samples = make_samples([("granite", 2)] * 50 + [("basalt", 3)] * 20)
    frame = split_samples(samples, 0.15, 0.2).frame
    shares = pd.crosstab(frame["rock"], frame["split"], normalize="index")
    assert shares["test"].tolist() == pytest.approx([0.2, 0.2], abs=0.03)
    assert shares["validation"].tolist() == pytest.approx([0.15, 0.15], abs=0.03)


def test_the_seed_decides():
    samples = make_samples([("granite", 2)] * 20 + [("basalt", 2)] * 20)
    splits = [split_samples(samples, seed=seed).frame["split"].tolist() for seed in (1, 1, 2)]
    assert splits[0] == splits[1]
    assert splits[0] != splits[2]


def test_a_class_with_two_sections_is_trained_on_and_tested_on():
    samples = make_samples([("granite", 3)] * 6 + [("basalt", 2)] * 2)
    frame = split_samples(samples).frame
    assert set(frame.loc[frame["rock"] == "basalt", "split"]) == {"train", "test"}


def test_nothing_is_tested_on_if_so_wished():
    frame = split_samples(make_samples([("granite", 1)] * 8 + [("basalt", 1)] * 8), test=0).frame
    assert set(frame["split"]) == {"train", "validation"}


def test_too_few_sections_are_refused():
    with pytest.raises(SampleError, match="4 thin sections are too few for a validation part"):
        split_samples(make_samples([("granite", 5)] * 2 + [("basalt", 5)] * 2))


@pytest.mark.parametrize(("validation", "test"), [(0, 0.2), (0.5, 0.5), (-0.1, 0.2), (0.2, -0.1), (0.2, 2)])
def test_impossible_shares_are_refused(validation, test):
    with pytest.raises(SampleError, match="leave no room"):
        split_samples(make_samples([("granite", 1)] * 9 + [("basalt", 1)] * 9), validation, test)


def test_thousands_of_sections_are_split():
    samples = make_samples([(f"class {group % 9}", 3) for group in range(3000)])
    assert split_samples(samples).frame["split"].value_counts(normalize=True)["test"] == pytest.approx(
        0.2, abs=0.01
    )


@settings(deadline=None, max_examples=40)
@given(single_class_groups, st.integers(3, 6), st.integers(0, 1000))
def test_folds_test_every_section_once_and_never_on_what_they_train(groups, folds, seed):
    samples = make_samples(groups)
    parts = [part.frame for part in split_folds(samples, folds, 0.1, seed)]
    tested = pd.concat([frame[frame["split"] == "test"] for frame in parts])
    assert sorted(tested["file"]) == sorted(samples.frame["file"])
    for frame in parts:
        assert (frame.groupby("group")["split"].nunique() == 1).all()
        assert set(frame["split"]) == {"train", "validation", "test"}
        assert set(frame.loc[frame["split"] == "train", "rock"]) == set(samples.only.classes)


def test_folds_are_stratified_as_far_as_the_sections_go():
    samples = make_samples([("rare", 3)] * 3 + [("common", 2)] * 9)
    for part in split_folds(samples, 3):
        tested = part.part("test")
        assert tested["rock"].value_counts().to_dict() == {"rare": 3, "common": 6}


@pytest.mark.parametrize(
    ("folds", "validation", "reason"),
    [
        (7, 0.15, "6 thin sections cannot make 7 folds"),
        (1, 0.15, "from 2 to 6"),
        (2, 0.5, "leaves no training part"),
    ],
)
def test_folds_that_cannot_be_are_refused(folds, validation, reason):
    samples = make_samples([("a", 2)] * 3 + [("b", 2)] * 3)
    with pytest.raises(SampleError, match=reason):
        split_folds(samples, folds, validation)


def test_a_split_of_ones_own_is_kept_if_it_can_be_trained():
    samples = split_samples(make_samples([("a", 2)] * 4 + [("b", 1)] * 4))
    assert ensure_split(samples, 0.4, 0.4, 7) is samples
    frame = samples.frame
    wrong = {
        "too few for a validation part": frame.assign(split=frame["split"].replace("validation", "train")),
        "part 'holdout'": frame.assign(split=frame["split"].replace("test", "holdout")),
        "more than one part": frame.assign(split=["train", "validation"] * (len(frame) // 2)),
        "leave none for training": frame.assign(split=frame["rock"].map({"a": "train", "b": "validation"})),
    }
    for reason, bad in wrong.items():
        with pytest.raises(SampleError, match=reason):
            ensure_split(replace(samples, frame=bad))


def test_the_summary_counts_every_sample_where_it_went():
    samples = split_samples(make_samples([("a", 2)] * 4 + [("b", 5)] * 4))
    summary = split_summary(samples)
    assert summary.columns.tolist() == [("rock", "a"), ("rock", "b")]
    assert list(dict.fromkeys(summary.index.get_level_values("part"))) == ["train", "validation", "test"]
    for (part, section), row in summary.iterrows():
        rows = samples.frame[(samples.frame["split"] == part) & (samples.frame["group"] == section)]
        assert row["rock"].to_dict() == {name: (rows["rock"] == name).sum() for name in samples.only.classes}
    assert summary.to_numpy().sum() == len(samples)
