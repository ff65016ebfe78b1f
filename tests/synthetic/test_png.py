"""Files are whole, and other programs read them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.synthetic.png import write_png


@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 13, 3), (64, 2, 3)])
def test_pillow_reads_back_what_was_written(tmp_path, shape):
    picture = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    with Image.open(write_png(tmp_path / "a.png", picture)) as image:
        assert image.mode == "RGB"
        assert (np.asarray(image) == picture).all()


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((4, 4), dtype=np.uint8),
        np.zeros((4, 4, 3), dtype=np.float32),
        np.zeros((0, 4, 3), dtype=np.uint8),
        np.zeros((4, 4, 4), dtype=np.uint8),
    ],
)
def test_other_arrays_are_refused(tmp_path, picture):
    with pytest.raises(ValueError, match="shape"):
        write_png(tmp_path / "a.png", picture)
    assert not any(tmp_path.iterdir())
