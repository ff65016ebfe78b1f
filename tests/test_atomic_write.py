"""A file is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_rocks2net.atomic_write import atomic_write


@pytest.mark.parametrize("content", [b"\x00\xff", "Schöne Zeile\r\n"])
def test_what_is_written_is_there(tmp_path: Path, content: bytes | str) -> None:
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
