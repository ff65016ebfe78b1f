"""A file is there whole or not at all."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.atomic_write import atomic_write, atomic_write_png, written_whole


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


def test_threads_that_write_one_file_leave_that_of_one_of_them(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    both_write = threading.Barrier(2)

    def write(text: str) -> None:
        with written_whole(path) as partial, partial.open("w") as file:
            file.write(text)
            both_write.wait(60)
            file.write(text)

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(write, text) for text in ("first", "second")]:
            each.result()
    assert path.read_text() in ("firstfirst", "secondsecond")
    assert [each.name for each in tmp_path.iterdir()] == ["table.csv"]
