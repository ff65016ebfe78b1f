"""Maps over a cluster: the files of a map that is made here, to the last byte."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import tifffile
from distributed import LocalCluster

from napari_rocks2net import MapSettings, RockClassifier, Slide, map_slide, open_slide
from napari_rocks2net.cluster import connect
from napari_rocks2net.cluster.worker import SendToWorkers
from napari_rocks2net.imaging import ImageError
from napari_rocks2net.slides import CellState, SlideError, plan_map
from napari_rocks2net.slides.distributed import SharedPlan

SETTINGS = MapSettings(field=64, stride=32)
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def scan(tmp_path: Path, rng: np.random.Generator) -> Path:
    """A tiled slide with a tile that cannot be decoded."""
    path = tmp_path / "scan.tif"
    pixels = rng.integers(0, 256, (128, 192, 3), np.uint8)
    tifffile.imwrite(path, pixels, photometric="rgb", tile=(64, 64), compression="zlib")
    with tifffile.TiffFile(path) as file:
        offset = file.pages[0].dataoffsets[0]
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\0" * 40)
    return path


def files_of(folder: Path) -> dict[str, str]:
    """Return the hash of each file: pytest would look for minutes how long contents differ."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_map_over_a_cluster_is_that_of_this_computer(
    tmp_path: Path, torch_classifier: RockClassifier, scan: Path, scheduler: str
) -> None:
    here: list[ImageError] = []
    remote_errors: list[ImageError] = []
    progress: list[tuple[int, int]] = []
    region = [np.array([[0.0, 0.0], [128.0, 0.0], [128.0, 150.0], [0.0, 150.0]])]
    with open_slide(scan) as slide, connect(scheduler) as client:
        map_slide(
            torch_classifier, slide, SETTINGS, region=region, out=tmp_path / "here", on_error=here.append
        )
        result = map_slide(
            torch_classifier, slide, SETTINGS, region=region, out=tmp_path / "there", client=client,
            on_error=remote_errors.append, on_progress=lambda *step: progress.append(step),
        )  # fmt: skip
    assert files_of(tmp_path / "there") == files_of(tmp_path / "here")
    assert list(map(str, remote_errors)) == list(map(str, here))
    assert result.count(CellState.UNREADABLE) == len(here) > 0
    assert result.count(CellState.ANSWERED) > 0
    assert progress[-1] == (12, 12)


def test_a_map_goes_on_over_a_cluster(
    tmp_path: Path, torch_classifier: RockClassifier, scan: Path, scheduler: str
) -> None:
    def stop(done: int, total: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with open_slide(scan) as slide, connect(scheduler) as client:
        map_slide(torch_classifier, slide, SETTINGS, out=tmp_path / "here", on_error=lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            map_slide(
                torch_classifier,
                slide,
                SETTINGS,
                out=tmp_path / "there",
                on_progress=stop,
                on_error=lambda _: None,
            )
        map_slide(
            torch_classifier, slide, SETTINGS, out=tmp_path / "there", resume=True, client=client,
            on_error=lambda _: None,
        )  # fmt: skip
    assert files_of(tmp_path / "there") == files_of(tmp_path / "here")


@pytest.mark.parametrize("killed", [True, False])
def test_a_worker_that_is_lost_in_the_middle_changes_nothing(
    killed: bool,
    tmp_path: Path,
    torch_classifier: RockClassifier,
    scan: Path,
    cluster: LocalCluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if killed:
        # A killed process tidies nothing up.
        monkeypatch.setattr(SendToWorkers, "teardown", lambda self, worker: None)
    lost = []

    def lose_one(done: int, total: int) -> None:
        if not lost and 0 < done < total:
            lost.append(cluster.workers[0])
            cluster.sync(lost[0].close, executor_wait=False, nanny=False, reason="lost")

    with open_slide(scan) as slide, connect(cluster.scheduler_address) as client:
        map_slide(torch_classifier, slide, SETTINGS, out=tmp_path / "here", on_error=lambda _: None)
        map_slide(
            torch_classifier, slide, SETTINGS, out=tmp_path / "there", client=client, on_progress=lose_one,
            on_error=lambda _: None,
        )  # fmt: skip
    assert lost
    assert lost[0].status.name == "closed"
    assert files_of(tmp_path / "there") == files_of(tmp_path / "here")


def test_a_slide_that_other_machines_cannot_read_is_refused(
    torch_classifier: RockClassifier, scheduler: str, rng: np.random.Generator
) -> None:
    slide = Slide.of_arrays(rng.integers(0, 256, (64, 64, 3), np.uint8), name="layer")
    with (
        connect(scheduler) as client,
        pytest.raises(SlideError, match="layer is no file that other machines"),
    ):
        map_slide(torch_classifier, slide, SETTINGS, client=client)


def test_another_slide_under_the_same_path_is_refused(torch_classifier: RockClassifier, scan: Path) -> None:
    with open_slide(scan) as slide:
        shared = SharedPlan.of(plan_map(torch_classifier, slide, SETTINGS))
    with pytest.raises(SlideError, match="is another slide here"):
        replace(shared, fingerprint="0" * 16).open()
    plan = shared.open()
    assert plan.in_region.all()
    plan.slide.close()
