"""An audit of a collection: one report, whatever some photos or a small collection lack."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from napari_rocks2net.audit import REPORT_FILES, AuditError, audit_collection, write_report
from napari_rocks2net.features import DescriptorCache
from napari_rocks2net.samples import load_samples


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> DescriptorCache:
    """For all tests: most are of the same photos."""
    return DescriptorCache(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def two_observers(labels_csv: Path) -> Path:
    """The table with a second column of labels, one of which differs, and one photo twice."""
    frame = pd.read_csv(labels_csv)
    frame["other"] = frame["rock"]
    frame.loc[0, "other"] = "schist à grenat"
    first, second = (labels_csv.parent / name for name in frame["file"][:2])
    second.write_bytes(first.read_bytes())
    frame.to_csv(labels_csv, index=False)
    return labels_csv


def test_a_report_holds_what_the_audit_says(two_observers: Path, cache: DescriptorCache, tmp_path: Path):
    samples = load_samples(two_observers, ("rock", "other"), "section")
    counts = []
    audit = audit_collection(
        samples, "rock", "other", cache=cache, on_progress=lambda *done: counts.append(done)
    )
    # Each photo is described, read and compared.
    assert counts == [(done, 72) for done in range(1, 73)]
    written = write_report(audit, tmp_path / "report")
    assert sorted(path.name for path in written) == sorted(REPORT_FILES)
    assert all(path.stat().st_size for path in written)
    figures = json.loads((tmp_path / "report" / "audit.json").read_text(encoding="utf-8"))
    assert (figures["samples"], figures["sections"], figures["duplicates"]) == (24, 12, 1)
    assert figures["agreement"]["observed"]["value"] == pytest.approx(23 / 24)
    assert 0 <= figures["learning_curve"]["accuracy"] <= 1
    (pair,) = pd.read_csv(tmp_path / "report" / "duplicates.csv").itertuples()
    assert pair.kind == "exact"
    errors = pd.read_csv(tmp_path / "report" / "label_errors.csv")
    assert errors["self_confidence"].is_monotonic_increasing
    assert len(errors) == 24
    (differing,) = pd.read_csv(tmp_path / "report" / "disagreements.csv").itertuples()
    assert (differing.label, differing.second) == ("granite", "schist à grenat")


def test_an_unreadable_photo_costs_one_note(labels_csv: Path, cache: DescriptorCache):
    samples = load_samples(labels_csv, "rock", "section")
    Path(samples.frame["file"][3]).write_bytes(b"no picture")
    audit = audit_collection(samples, "rock", cache=cache)
    assert len(audit.frame) == 23
    assert audit.complaints == [f"Left out: {reason}" for reason in audit.unreadable]
    assert len(audit.unreadable) == 1
    assert audit.notes == ()


def test_a_small_collection_gets_what_it_allows(labels_csv: Path, cache: DescriptorCache, tmp_path: Path):
    frame = pd.read_csv(labels_csv)
    frame[frame["rock"] == "granite"].head(2).to_csv(labels_csv, index=False)
    audit = audit_collection(load_samples(labels_csv, "rock", "section"), "rock", cache=cache)
    assert audit.label_errors is None
    assert audit.curve is None
    assert [note.partition(":")[0] for note in audit.notes] == ["Label errors", "Learning curve"]
    report = tmp_path / "report"
    report.mkdir()
    (report / "label_errors.csv").write_text("of an earlier audit")
    names = sorted(path.name for path in write_report(audit, report))
    assert names == ["audit.json", "duplicates.csv"] == sorted(path.name for path in report.iterdir())


def test_a_collection_without_a_readable_photo_is_refused(labels_csv: Path, cache: DescriptorCache):
    samples = load_samples(labels_csv, "rock", "section")
    for file in samples.frame["file"]:
        Path(file).write_bytes(b"no picture")
    with pytest.raises(AuditError, match="None of the 24 photos can be read"):
        audit_collection(samples, "rock", cache=cache)


def test_a_field_counts_once_by_all_its_lights(cache: DescriptorCache, tmp_path: Path):
    rng = np.random.default_rng(0)
    rows = []
    for section in range(8):
        label, crossed = ("slate", (60, 60, 200)) if section % 2 else ("granite", (200, 60, 60))
        for light, colour in (("PPL", (130, 130, 130)), ("XPL", crossed)):
            name = f"S{section} {light}.png"
            pixels = rng.normal(0, 15, (40, 40, 3)) + colour
            Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(tmp_path / name)
            # The XPL photo of the last field is lost.
            if (section, light) != (7, "XPL"):
                rows.append([name, f"S{section}", "1", light, label, label])
    columns = ["file", "section", "field", "light", "rock", "other"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "fields.csv", index=False)
    samples = load_samples(tmp_path / "fields.csv", ("rock", "other"), "section")
    audit = audit_collection(samples, "rock", "other", cache=cache)
    assert len(audit.frame) == len(audit.label_errors.self_confidence) == len(audit.compared) == 8
    # By their PPL alone, which is alike, they would be half right.
    assert np.median(audit.label_errors.self_confidence) > 0.7
