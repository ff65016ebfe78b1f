"""JPEG loses what the standard says."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.synthetic.camera.jpeg import compressed


@pytest.fixture
def picture():
    y, x = np.mgrid[:64, :48]
    waves = np.stack([np.sin(y / 5), np.sin(x / 7), np.sin((x + y) / 9)])
    noise = np.random.default_rng(0).normal(0, 4, (3, 64, 48))
    return np.clip(128 + 90 * waves + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("quality", [40, 60, 80])
def test_loses_about_what_libjpeg_loses(picture, quality):
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture.transpose(1, 2, 0))).save(
        file, "JPEG", quality=quality, subsampling=0
    )
    theirs = np.asarray(Image.open(file), dtype=np.float32).transpose(2, 0, 1)
    ours = compressed(picture.astype(np.float32), quality)
    loss = np.abs(theirs - picture).mean()
    assert np.abs(ours - theirs).mean() < 0.8 * loss
    assert np.abs(ours - picture).mean() == pytest.approx(loss, rel=0.35)


def test_an_even_picture_stays_as_it_is():
    even = np.full((3, 16, 8), 77.0, dtype=np.float32)
    assert compressed(even, 80) == pytest.approx(even, abs=1.0)


def test_blocks_know_nothing_of_each_other(picture):
    whole = compressed(picture.astype(np.float32), 80)
    part = compressed(picture[:, 16:40, 8:24].astype(np.float32), 80)
    assert (whole[:, 16:40, 8:24] == part).all()
