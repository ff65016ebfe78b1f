"""Every crystal is named as the model names its crop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.crystals import CropSettings, CrystalClassifier, CrystalError
from napari_rocks2net.crystals.classification.crops import CrystalCuts
from napari_rocks2net.crystals.synthetic import SemImage
from napari_rocks2net.model_file import ModelFileError


@pytest.fixture(scope="module")
def classifier(crystal_model: Path) -> CrystalClassifier:
    return CrystalClassifier.load(crystal_model, "cpu")


def test_the_table_says_what_the_model_says_of_each_crop(
    classifier: CrystalClassifier, crystal_model: Path, sem: SemImage
) -> None:
    table = classifier.classify(sem.image, sem.labels)
    assert table.index.tolist() == list(range(1, sem.labels.max() + 1))
    assert table.columns.tolist() == [
        *("class", "probability", "p_rhombic", "p_rounded", "p_framboid"),
        *("shape", "facets"),
    ]
    # The card says how crops are cut.
    cuts = CrystalCuts(sem.image, sem.labels, CropSettings(0.2, zero_background=True))
    model = RockClassifier.load(crystal_model, device="cpu")
    for (_, row), cut in zip(table.iterrows(), cuts, strict=True):
        alone = model.predict(cut).only
        assert row["class"] == alone.label
        assert row["probability"] == pytest.approx(alone.probability, abs=1e-5)
        assert row["p_framboid"] == pytest.approx(alone.probabilities["framboid"], abs=1e-5)


def test_known_classes_have_their_axes(classifier: CrystalClassifier, sem: SemImage) -> None:
    table = classifier.classify(sem.image, sem.labels)
    axes = {"rhombic": "euhedral to subhedral", "rounded": "anhedral", "framboid": ""}
    assert (table["facets"] == table["class"].map(axes)).all()


def test_labels_with_gaps_keep_their_numbers(classifier: CrystalClassifier, sem: SemImage) -> None:
    table = classifier.classify(sem.image, np.where(np.isin(sem.labels, [3, 7]), sem.labels * 100, 0))
    assert table.index.tolist() == [300, 700]
    assert table.index.name == "label"


def test_no_crystals_give_an_empty_table(classifier: CrystalClassifier) -> None:
    table = classifier.classify(np.zeros((20, 20)), np.zeros((20, 20), int))
    assert table.empty
    assert "p_rhombic" in table


def test_progress_counts_crystals_and_the_work_can_be_stopped(
    classifier: CrystalClassifier, sem: SemImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("napari_rocks2net.crystals.classification.classifier.CRYSTALS_AT_ONCE", 16)
    count = int(sem.labels.max())
    seen: list[tuple[int, int]] = []
    classifier.classify(sem.image, sem.labels, on_progress=lambda *step: seen.append(step))
    assert seen == [(min(done, count), count) for done in range(16, count + 16, 16)]

    def stop(*_: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        classifier.classify(sem.image, sem.labels, on_progress=stop)


def test_what_cannot_be_classified_is_refused(
    classifier: CrystalClassifier, joint_model_path: Path, tmp_path: Path
) -> None:
    with pytest.raises(ModelFileError, match="names lithology, matrix; choose a model of crystals"):
        CrystalClassifier.load(joint_model_path)
    with pytest.raises(CrystalError, match="pass the image that was segmented"):
        classifier.classify(np.zeros((20, 30)), np.ones((20, 20), int))
    with pytest.raises(ModelFileError, match=r"gone\.safetensors"):
        CrystalClassifier.load(tmp_path / "gone.safetensors")
