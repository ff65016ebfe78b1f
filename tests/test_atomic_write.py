"""A file is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.atomic_write import atomic_write, atomic_write_png


@pytest.mark.parametrize("content", [b"\x00\xff", "Schöne Zeile\r\n"])
def test_what_is_written_is_on_disk(tmp_path: Path, content: bytes | str) -> None:
    path = atomic_write(tmp_path / "new folder" / "file", content)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = atomic_write(tmp_path / "file", "precious")

    def full_disk(source: Path, target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("pathlib.Path.replace", full_disk)
    with pytest.raises(OSError, match="no space left"):
        atomic_write(path, "new")
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("shape", [(1, 1), (7, 13), (1, 1, 3), (7, 13, 3), (64, 2, 4)])
def test_a_png_holds_the_pixels(tmp_path: Path, shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    path = atomic_write_png(tmp_path / "new folder" / "a.png", pixels)
    with Image.open(path) as image:
        assert np.array_equal(np.asarray(image), pixels)
    assert list(path.parent.iterdir()) == [path]


def test_what_is_no_picture_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises((TypeError, ValueError)):
        atomic_write_png(tmp_path / "a.png", np.zeros((2, 2, 2, 7), dtype=np.uint8))
    assert not any(tmp_path.iterdir())
