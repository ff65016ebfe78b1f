"""Tasks on workers: in order, with what was sent once, stopped at once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from distributed import Client, Reschedule

from napari_rocks2net.cluster import ClusterError, Shared, Workers, connect
from napari_rocks2net.cluster import versions as versions_module
from napari_rocks2net.cluster.versions import compare_versions, installed_versions
from napari_rocks2net.cluster.worker import Task, work_on
from napari_rocks2net.missing_extra import MissingExtraError

LOADS: list[bytes] = []
GOES_ON = threading.Event()
WAITED_IN_VAIN: list[float] = []


@pytest.fixture
def client(scheduler: str) -> Iterator[Client]:
    with connect(scheduler) as client:
        yield client


def remember(payload: bytes) -> str:
    LOADS.append(payload)
    return payload.decode()


def join(loaded: str, block: int) -> str:
    return f"{loaded} {block}"


def wait(loaded: str, seconds: float) -> float:
    """Wait until the test goes on, or so long."""
    if seconds and not GOES_ON.wait(seconds):
        WAITED_IN_VAIN.append(seconds)
    return seconds


def fail(loaded: str, block: int) -> None:
    raise MissingExtraError("The backend 'onnx'", "onnxruntime", "onnx")


def results_of(results: Iterator[object]) -> list[object]:
    return [each for each in results if each is not None]


def test_results_come_in_order_and_what_they_need_is_loaded_once(client: Client) -> None:
    LOADS.clear()
    for _ in range(2):
        with Workers(client, Shared(b"granite", remember)) as workers:
            assert workers.count == 2
            results = results_of(workers.map_in_order(join, range(40)))
        assert results == [f"granite {number}" for number in range(40)]
    # Once for each of the two runs; both workers are in this process.
    assert LOADS == [b"granite"] * 2


def test_a_slow_task_holds_up_no_sign_of_life_and_no_stop(client: Client) -> None:
    with Workers(client, Shared(b"", remember)) as workers:
        results = workers.map_in_order(wait, [100.0, 0.0, 0.0, 100.0])
        assert next(results) is None
        results.close()
    GOES_ON.set()
    assert not WAITED_IN_VAIN


def test_blocks_are_taken_only_a_little_ahead(client: Client) -> None:
    taken: list[int] = []
    blocks = (taken.append(number) or number for number in range(1000))
    with Workers(client, Shared(b"", remember)) as workers:
        results = workers.map_in_order(join, blocks)
        next(each for each in results if each is not None)
        assert len(taken) < 20
        results.close()


def test_an_error_of_a_task_names_the_worker_and_arrives_as_a_sentence(client: Client) -> None:
    with (
        Workers(client, Shared(b"", remember)) as workers,
        pytest.raises(ClusterError, match=r"On the worker tcp://127.* needs onnxruntime"),
    ):
        results_of(workers.map_in_order(fail, [1]))


def test_a_worker_that_closes_leaves_its_tasks_to_others() -> None:
    with pytest.raises(Reschedule):
        work_on("a run that was dropped", Task(join, 1))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://host:1", "tcp//127.0.0.1:x"])
def test_a_scheduler_that_does_not_answer_is_one_sentence(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("napari_rocks2net.cluster.connecting.SECONDS_TO_ANSWER", 0.5)
    with pytest.raises(ClusterError, match="No Dask scheduler answers at"), connect(address):
        pass


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"napari-rocks2net\[distributed\]"), connect("tcp://a:1"):
        pass


def test_other_versions_on_a_worker_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    here = installed_versions()
    assert None not in here.values()
    with pytest.raises(ClusterError, match=r"The worker w has torch 1.0, and the computer that asks 2"):
        compare_versions(here, {**here, "torch": "1.0"}, "w")
    with pytest.raises(ClusterError, match="has no napari-rocks2net"):
        compare_versions(here, {**here, "napari-rocks2net": None}, "w")
    monkeypatch.setattr(versions_module, "installed_versions", lambda: {**here, "pillow": "9.0"})
    with pytest.raises(ClusterError, match="pillow"):
        Workers(client, Shared(b"", remember)).__enter__()


def test_a_client_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(ClusterError, match="asynchronous"):
        Workers(SimpleNamespace(asynchronous=True, status="running"), Shared(b"", remember))
    with pytest.raises(ClusterError, match="closed"):
        Workers(SimpleNamespace(asynchronous=False, status="closed"), Shared(b"", remember))
