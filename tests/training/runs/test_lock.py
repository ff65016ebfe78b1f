"""One training a run folder at a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from napari_rocks2net.samples import load_samples
from napari_rocks2net.training import RunFolderError, is_being_trained, train
from napari_rocks2net.training.runs.lock import locked
from napari_rocks2net.training.runs.run_folder import RunFolder

ELSEWHERE = """
import sys, time
from pathlib import Path
from napari_rocks2net.training.runs.lock import locked
from napari_rocks2net.training.runs.run_folder import RunFolder
with locked(RunFolder(Path(sys.argv[1]))):
    print("locked", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def elsewhere(tmp_path) -> Iterator[subprocess.Popen[str]]:
    """Another process that trains in the folder "run"."""
    command = [sys.executable, "-c", ELSEWHERE, str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


def test_a_second_training_is_refused_and_changes_nothing(elsewhere, tmp_path, tiny_config, labels_csv):
    config = tiny_config(output=tmp_path / "run", resume=True)
    with pytest.raises(RunFolderError, match="being trained by another process"):
        train(config, load_samples(labels_csv, "rock", "section"))
    assert [path.name for path in (tmp_path / "run").iterdir()] == [".training.lock"]


def test_a_killed_training_frees_its_folder(elsewhere, tmp_path):
    assert is_being_trained(tmp_path / "run")
    elsewhere.kill()
    elsewhere.wait()
    assert not is_being_trained(tmp_path / "run")
    with locked(RunFolder(tmp_path / "run")):
        pass


def test_a_cross_validation_is_being_trained_while_a_fold_is(tmp_path):
    with locked(RunFolder(tmp_path / "fold-2")):
        assert is_being_trained(tmp_path)
    assert not is_being_trained(tmp_path)
    assert not is_being_trained(tmp_path / "nowhere")


def test_a_file_system_without_locks_is_trained_on(tmp_path, monkeypatch):
    def unsupported(*_: object, **__: object) -> None:
        raise NotImplementedError("no flock")

    monkeypatch.setattr("filelock.FileLock.acquire", unsupported)
    with locked(RunFolder(tmp_path / "run")):
        assert (tmp_path / "run").is_dir()


def test_a_lock_is_no_run_and_is_removed_with_one(tmp_path):
    folder = RunFolder(tmp_path / "run")
    with locked(folder):
        assert folder.is_free
    folder.remove()
    assert not folder.path.exists()
