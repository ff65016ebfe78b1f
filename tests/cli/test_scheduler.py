"""--scheduler: the same tables as without it, also after a worker was killed."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from distributed import Client
from PIL import Image
from tests.cluster.processes import two_processes
from tests.command_line import exit_code

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def photos(tmp_path: Path, write_photo: Callable[..., Path], rng: np.random.Generator) -> Path:
    """A folder of photos, a stack and a file that is no photo."""
    for number in range(5):
        write_photo(tmp_path / "photos" / f"{number}.png", seed=number)
    frames = [Image.fromarray(rng.integers(0, 256, (50, 60, 3), np.uint8)) for _ in range(3)]
    frames[0].save(tmp_path / "photos" / "stack.tif", save_all=True, append_images=frames[1:])
    (tmp_path / "photos" / "2b.png").write_bytes(b"no picture")
    return tmp_path / "photos"


def predict(model: Path, photos: Path, out: Path, *options: object) -> int:
    fixed = ("--device", "cpu", "--backend", "torch")
    return exit_code("predict", model, photos, *fixed, "--out", out, *options)


def test_predict_writes_the_same_table_over_a_cluster(
    tmp_path: Path, model_path: Path, photos: Path, scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict(model_path, photos, tmp_path / "here.csv") == 0
    messages_here = capsys.readouterr()
    assert predict(model_path, photos, tmp_path / "there.csv", "--scheduler", scheduler) == 0
    remote_messages = capsys.readouterr()
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
    assert "8 of 9 images classified, 1 left out" in remote_messages.out
    assert "2b.png" in messages_here.err
    assert "2b.png" in remote_messages.err
    assert f"2 workers at {scheduler}." in remote_messages.err
    assert "On workers: Running on the CPU" in remote_messages.err


def test_predict_over_a_cluster_goes_on_after_an_interruption(
    tmp_path: Path, model_path: Path, photos: Path, scheduler: str
) -> None:
    assert predict(model_path, photos, tmp_path / "here.csv") == 0
    lines = (tmp_path / "here.csv").read_bytes().splitlines(keepends=True)
    (tmp_path / "there.csv").write_bytes(b"".join(lines[:4]) + lines[4][:9])
    assert predict(model_path, photos, tmp_path / "there.csv", "--resume", "--scheduler", scheduler) == 0
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()


def test_a_scheduler_that_does_not_exist_is_one_sentence(
    tmp_path: Path, model_path: Path, photos: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("napari_rocks2net.cluster.connecting.SECONDS_TO_ANSWER", 0.5)
    assert predict(model_path, photos, tmp_path / "a.csv", "--scheduler", "tcp://127.0.0.1:9") == 2
    assert "Error: No Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed as Linux and macOS do it")
def test_a_worker_killed_in_the_middle_changes_no_byte(
    tmp_path: Path, model_path: Path, write_photo: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("napari_rocks2net.classify.distributed.PHOTOS_OF_TASK", 2)
    photos = tmp_path / "many"
    for number in range(30):
        write_photo(photos / f"{number:02d}.png", seed=number)
    assert predict(model_path, photos, tmp_path / "here.csv", "--batch-size", 2) == 0
    remote = tmp_path / "there.csv"

    def kill_one(address: str) -> None:
        """Kill a worker once the table has begun."""
        with Client(address, set_as_default=False) as client:
            processes = client.run(os.getpid)
            while not remote.exists():
                time.sleep(0.01)
            os.kill(next(iter(processes.values())), signal.SIGKILL)

    with two_processes() as address:
        killer = threading.Thread(target=kill_one, args=(address,))
        killer.start()
        assert predict(model_path, photos, remote, "--batch-size", 2, "--scheduler", address) == 0
        killer.join()
        with Client(address, set_as_default=False) as client:
            assert len(client.nthreads()) == 1
    assert remote.read_bytes() == (tmp_path / "here.csv").read_bytes()


def test_map_writes_the_same_files_over_a_cluster(
    tmp_path: Path, model_path: Path, rng: np.random.Generator, scheduler: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    slide = tmp_path / "scan.tif"
    tifffile.imwrite(slide, rng.integers(0, 256, (128, 192, 3), np.uint8), photometric="rgb", tile=(64, 64))
    command = (
        "map",
        model_path,
        slide,
        "--field",
        64,
        "--stride",
        64,
        "--device",
        "cpu",
        "--backend",
        "torch",
    )
    assert exit_code(*command, "--out", tmp_path / "here") == 0
    assert exit_code(*command, "--out", tmp_path / "there", "--scheduler", scheduler) == 0
    assert f"2 workers at {scheduler}." in capsys.readouterr().err
    for name in ("cells.csv", "areas.csv", "map.json"):
        remote, here = (tmp_path / where / "scan" / name for where in ("there", "here"))
        assert remote.read_bytes() == here.read_bytes()
