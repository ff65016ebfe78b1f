"""Real photographs: every kind of file in the collection is read and prepared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net.imaging import Preprocessing, list_images, read_image

FOLDERS = (
    "mudstone/10x",
    "carbonate_grey",
    "grain_pairs",
    "sandstone_masks",
    "sem_particles",
    "sem_unlabelled",
    "slide_pairs",
    "stage_rotation",
    "unlabelled",
)


@pytest.mark.real_data
@pytest.mark.parametrize("folder", FOLDERS)
def test_real_photos_are_read_and_prepared(real_data: Path, folder: str) -> None:
    photos = list_images(real_data / folder)
    assert photos, f"no image in {folder}"
    for photo in photos[:: max(1, len(photos) // 4)]:
        rgb = read_image(photo)
        assert rgb.dtype == np.uint8
        assert rgb.shape[2] == 3
        assert Preprocessing(size=64)(rgb).isfinite().all()


@pytest.mark.real_data
def test_grey_photos_have_three_equal_channels_and_contrast(real_data: Path) -> None:
    rgb = read_image(list_images(real_data / "carbonate_grey")[0])
    assert np.all(rgb == rgb[..., :1])
    assert np.ptp(rgb) > 100
