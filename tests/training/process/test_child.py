"""The child's side, in this process: what it answers, when it pauses and stops, why it fails."""

from __future__ import annotations

import io
import json
import logging
import queue
import threading

import pytest
import torch

from napari_rocks2net.samples import load_samples, split_samples
from napari_rocks2net.training import BatchFinished, EvaluationStarted, ImagesRead, TrainingStopped, fitting
from napari_rocks2net.training.network.module import RockModule
from napari_rocks2net.training.process import child
from napari_rocks2net.training.process.child import Parent, WarningsForParent, train_folder
from napari_rocks2net.training.runs.opening import open_run
from napari_rocks2net.training.runs.run_folder import RunFolder

BATCH = BatchFinished(epoch=1, epochs=2, batch=3, batches=9)


class SentLines(io.StringIO):
    """Events of the child, decoded."""

    @property
    def lines(self):
        return [json.loads(line) for line in self.getvalue().splitlines()]

    @property
    def kinds(self):
        return [line.get("event", "failure") for line in self.lines]


class Commanded(Parent):
    """A parent whose commands the test gives, one by one."""

    def __init__(self):
        self.queue: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.events = SentLines()
        super().__init__(self.events, iter(self.queue.get, None))
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def order(self, word):
        """Give a command and wait until it is taken: the empty one after it is asked for then."""
        self.queue.put(f"{word}\n")
        self.queue.put("\n")
        while not self.queue.empty():
            self.thread.join(0.01)

    def end(self):
        self.queue.put(None)
        self.thread.join()


@pytest.fixture
def left(monkeypatch):
    """The exit codes that the child has left with."""
    codes: list[int] = []
    monkeypatch.setattr(child, "leave", codes.append)
    return codes


def test_the_parent_gets_what_the_package_warns_of(left, monkeypatch):
    parent, logger = Commanded(), logging.getLogger("napari_rocks2net")
    monkeypatch.setattr(logger, "handlers", [WarningsForParent(parent)])
    logging.getLogger("napari_rocks2net.samples.loading").warning("%d rows have no %s.", 3, "rock")
    parent.end()
    assert parent.events.lines == [{"warning": "3 rows have no rock."}]


@pytest.fixture
def parent(left):
    commanded = Commanded()
    yield commanded
    commanded.end()


@pytest.fixture
def prepared(labels_csv, tiny_config):
    samples = split_samples(load_samples(labels_csv, property="rock", group="section"))
    folder = RunFolder(tiny_config().folder)
    open_run(folder, tiny_config(), samples)
    return folder


def test_a_pause_holds_the_training_at_its_next_batch_until_it_is_resumed(parent):
    parent.report(BATCH)
    parent.order("pause")
    work = threading.Thread(target=parent.report, args=(BATCH,))
    work.start()
    work.join(0.2)
    assert work.is_alive()
    assert parent.events.kinds == ["BatchFinished", "BatchFinished", "TrainingPaused"]
    parent.order("resume")
    work.join()
    assert parent.events.kinds[-1] == "TrainingResumed"


def test_a_stop_ends_a_pause_and_the_training(parent):
    parent.order("pause")
    parent.order("stop")
    with pytest.raises(TrainingStopped):
        parent.report(BATCH)
    with pytest.raises(TrainingStopped):
        parent.report(ImagesRead(1, 2))


def test_what_is_left_to_do_after_the_last_epoch_is_neither_paused_nor_stopped(parent):
    parent.order("stop")
    parent.report(EvaluationStarted(2, 2))
    parent.order("pause")
    parent.report(EvaluationStarted(2, 2))
    assert parent.events.kinds == ["EvaluationStarted"] * 2


def test_when_the_commands_end_the_child_leaves(parent, left):
    parent.end()
    assert left == [1]


def test_the_child_trains_what_the_folder_says(prepared, parent, tiny_network):
    assert train_folder(prepared, parent) == 0
    assert prepared.model.is_file()
    assert parent.events.kinds[-1] == "TrainingFinished"
    assert parent.events.lines[-1]["folder"] == str(prepared.path)


def test_the_child_goes_where_the_folder_was_moved(prepared, parent, tiny_network):
    moved = prepared.path.rename(prepared.path.with_name("moved run"))
    assert train_folder(RunFolder(moved), parent) == 0
    assert (moved / "model.safetensors").is_file()
    assert not prepared.path.exists()


def test_a_stop_before_the_first_epoch_says_that_no_model_exists(prepared, parent, tiny_network):
    parent.order("stop")
    assert train_folder(prepared, parent) == 1
    assert "there is no model" in parent.events.lines[-1]["failure"]


def test_a_missing_image_costs_a_line(prepared, parent, tiny_network, tmp_path, caplog):
    file = prepared.read_samples().frame["file"].iloc[4]
    (tmp_path / file).unlink()
    assert train_folder(prepared, parent) == 0
    assert [message.startswith(f"Left out: {file}") for message in caplog.messages].count(True) == 1


def raising(error):
    def fail(*arguments, **keywords):
        raise error

    return fail


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
    ids=["gpu", "cpu", "python"],
)
def test_out_of_memory_advises_smaller_work(error, prepared, parent, tiny_network, monkeypatch):
    monkeypatch.setattr(RockModule, "training_step", raising(error))
    assert train_folder(prepared, parent) == 1
    failure = parent.events.lines[-1]["failure"]
    assert failure == (
        "Memory ran out at 64 px in batches of 4; "
        "start again with a smaller batch size (2) or a smaller input size."
    )


def test_any_other_error_is_named_and_its_traceback_logged(prepared, parent, monkeypatch, capfd):
    monkeypatch.setattr(fitting, "make_module", raising(ZeroDivisionError("division by\nzero")))
    assert train_folder(prepared, parent) == 1
    failure = parent.events.lines[-1]["failure"]
    assert "ZeroDivisionError: division by (details are in " in failure
    assert str(prepared.log) in failure
    assert "Traceback" in capfd.readouterr().err
