"""Checkpoints of several families load and segment; what is missing is reported with what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net.crystals import CrystalError, SamSegmenter, SamSettings
from napari_rocks2net.crystals.sam.checkpoint import load_network
from napari_rocks2net.crystals.synthetic import SemImage
from napari_rocks2net.missing_extra import MissingExtraError

EVERYTHING = SamSettings(points_per_side=3, predicted_iou=0, stability=0, stability_offset=0, largest_share=1)


@pytest.fixture(params=["sam_folder", "sam2_folder"])
def folder(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


def test_a_checkpoint_segments(folder: Path, sem: SemImage) -> None:
    segmenter = SamSegmenter.load(folder, "cpu")
    labels = segmenter.segment(segmenter.embed(sem.image), EVERYTHING)
    assert labels.shape == sem.image.shape
    assert labels.dtype == np.int32


def test_masks_lie_where_the_network_saw_them(folder: Path) -> None:
    """Of an image that is wider than high, x and y are scaled each by its own factor, and back."""
    import torch

    network = load_network(folder, "cpu")
    embedding = network.embed(np.zeros((48, 96, 3), np.uint8))
    logits, scores = network.predict(embedding, np.array([[10, 20], [60, 30]], np.float32))
    assert logits.shape[0] == scores.shape[0] == 6
    # A bright right half of what the network sees of the image is the right half of the image.
    small = torch.full((1, 16, 16), -1.0)
    small[..., 8:] = 1
    large = network.enlarge(small, embedding)[0] > 0
    assert large.shape == (48, 96)
    assert large[:, 52:].all()
    assert not large[:, :44].any()


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'napari-rocks2net\[sam\]'"):
        SamSegmenter.load(tmp_path)


def test_without_weights_the_way_to_them_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("transformers")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(CrystalError, match="nobody/no-such-sam is not on this computer") as caught:
        SamSegmenter.load("nobody/no-such-sam", "cpu")
    assert "hf download nobody/no-such-sam --local-dir no-such-sam" in str(caught.value)
    assert "--download" in str(caught.value)
    with pytest.raises(CrystalError, match=r"There is no folder .*gone"):
        SamSegmenter.load(tmp_path / "gone", "cpu")
    with pytest.raises(CrystalError, match=r"holds no config\.json"):
        SamSegmenter.load(tmp_path, "cpu")


def test_other_and_damaged_checkpoints_are_refused(sam_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    with pytest.raises(CrystalError, match="cannot be used"):
        SamSegmenter.load(tmp_path, "cpu")
    for file in sam_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(CrystalError, match="cannot be used"):
        SamSegmenter.load(tmp_path, "cpu")
    # A pickle would run code when it is opened.
    weights.rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(CrystalError, match="cannot be used"):
        SamSegmenter.load(tmp_path, "cpu")
