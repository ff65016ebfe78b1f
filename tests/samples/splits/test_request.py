"""What the preview says of a split."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_rocks2net.samples import SampleError, SplitRequest, load_samples, split_samples


def test_the_preview_is_the_split_that_the_training_makes(labels_csv: Path) -> None:
    samples = load_samples(labels_csv, "rock", "section")
    split = SplitRequest(0.2, 0.2, seed=3).apply(samples)
    frame = split_samples(samples, 0.2, 0.2, 3).frame
    for part, section, *counts in split.section_rows():
        rows = frame[frame["group"] == section]
        assert set(rows["split"]) == {part}
        assert counts == [int((rows["rock"] == name).sum()) for name in samples.only.classes]
    for part, _, *counts in split.total_rows():
        assert sum(map(int, counts)) == int((frame["split"] == part).sum())
    assert split.sentence().startswith("24 images of 12 thin sections: ")


def test_folds_test_every_section_once(labels_csv: Path) -> None:
    samples = load_samples(labels_csv, "rock", "section")
    split = SplitRequest(0.2, 0.2, seed=0, folds=3).apply(samples)
    sections = [str(section) for _, section, *_ in split.section_rows()]
    assert sorted(sections) == sorted(samples.frame["group"].unique())
    assert [part for part, *_ in split.total_rows()] == ["fold 1", "fold 2", "fold 3"]
    assert "each section is tested once" in split.sentence()


def test_what_cannot_be_split_is_a_sentence(labels_csv: Path) -> None:
    samples = load_samples(labels_csv, "light", "section")
    with pytest.raises(SampleError, match="two classes"):
        SplitRequest(0.2, 0.2, 0).apply(samples)
