"""One region over most of an image is no crystal."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.crystals import CrystalError, segmentation_warning


def test_crystals_leave_no_doubt() -> None:
    labels = np.zeros((20, 20), np.int32)
    assert segmentation_warning(labels) == ""
    labels[:10, :10], labels[12:, 12:] = 4, 9
    assert segmentation_warning(labels) == ""
    labels[:, :10], labels[:, 10:] = np.arange(20)[:, None] // 2 + 1, np.arange(20)[:, None] // 2 + 11
    assert segmentation_warning(labels) == "", "twenty crystals that fill the image are no ground"


def test_a_region_of_most_of_the_image_is_doubted() -> None:
    labels = np.zeros((20, 20), np.int32)
    labels[:, :15], labels[0, 19] = 7, 1
    assert segmentation_warning(labels).startswith("One region covers 75 % of the image")


def test_no_label_image_is_refused() -> None:
    with pytest.raises(CrystalError, match="labels have shape"):
        segmentation_warning(np.zeros(5))
