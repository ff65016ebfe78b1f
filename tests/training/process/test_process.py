"""A training in a process of its own, mostly with a stand-in for the child that imports nothing."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from napari_rocks2net.samples import SampleError, ensure_split, table_from_rows
from napari_rocks2net.training import (
    EpochFinished,
    RunFolderError,
    TrainingProcess,
    TrainingStarted,
    TrainingStopped,
    train,
)
from napari_rocks2net.training.process import child_lines
from napari_rocks2net.training.process import training_process as process

# A child imports torch and Lightning, which takes a busy computer a minute.
LIMIT = 240.0
HEAD = """
import json, os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
def say(event, **fields):
    print(json.dumps({"event": event} | fields), flush=True)
def started():
    samples = dict(train=3, validation=2, test=1)
    say("TrainingStarted", folder=str(folder), device="cpu", first_epoch=1, epochs=2, **samples)
"""
OBEY = """
for line in sys.stdin:
    say({"pause": "TrainingPaused", "resume": "TrainingResumed", "stop": "EvaluationStarted"}[line.strip()],
        **({"validation": 1, "test": 1} if line == "stop\\n" else {}))
"""
# The real child with a network of milliseconds.
TINY_CHILD = """
import importlib.util, sys
sys.path.append({root!r})  # where the package of the tests is
from napari_rocks2net.training.network import components
from napari_rocks2net.training.process import child
spec = importlib.util.spec_from_file_location("training_conftest", {conftest!r})
conftest = importlib.util.module_from_spec(spec)
sys.modules["training_conftest"] = conftest
spec.loader.exec_module(conftest)
def create_model(name, classes, **arguments):
    print("a library says hello")
    return conftest.TinyNetwork(classes)
components.create_model = create_model
child.main(sys.argv[1])
"""


@pytest.fixture
def child(tmp_path, monkeypatch):
    """Put a script in the place of the child."""

    def put(script: str) -> None:
        path = tmp_path / "child.py"
        path.write_text(HEAD + script, encoding="utf-8")
        monkeypatch.setattr(child_lines, "CHILD", ("-u", str(path)))

    return put


@pytest.fixture
def tiny_child(child):
    here = Path(__file__).parent
    child(TINY_CHILD.format(conftest=str(here.with_name("conftest.py")), root=str(here.parents[2])))


@pytest.fixture
def start(samples, tiny_config):
    """Start a process that is ended with the test."""
    made = []

    def begin(**changes) -> TrainingProcess:
        made.append(TrainingProcess.start(tiny_config(**changes), samples))
        return made[-1]

    yield begin
    for one in made:
        one.close()


def wait_until(condition, limit=LIMIT):
    """Return the first true value of a condition."""
    end = time.monotonic() + limit
    while not (value := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
    return value


def wait_for(running, kind):
    """Poll until an event of a kind comes, and return it."""
    return wait_until(lambda: next((event for event in running.poll() if isinstance(event, kind)), None))


def over(running):
    wait_until(lambda: running.state in ("finished", "failed"))
    return running


def is_gone(running):
    """Tell whether no process is left, not even a zombie."""
    with pytest.raises(ChildProcessError):
        os.waitpid(running.pid, os.WNOHANG)
    return True


def test_events_come_in_order_and_other_output_does_not_disturb(child, start):
    child(
        "print('Welcome to a library!'); print('[1]'); print('{\"event\": \"os\"}'); started()\n"
        "say('BatchFinished', epoch=1, epochs=2, batch=1, batches=4)\n"
        "(folder / 'metrics.json').write_text('{\"accuracy\": 0.5}')\n"
        "say('BatchFinished', epoch=1, epochs=2, batch=2, batches=4)"
    )
    running = over(start())
    events = running.poll()
    assert [type(event).__name__ for event in events] == ["TrainingStarted", "BatchFinished", "BatchFinished"]
    assert events[0].folder == running.folder
    assert [event.batch for event in events[1:]] == [1, 2]
    assert (running.state, running.error) == ("finished", None)
    assert running.run.metrics == {"accuracy": 0.5}
    assert running.poll() == []
    assert is_gone(running)


def test_asking_never_waits_for_a_child_that_says_nothing(child, start):
    child("time.sleep(600)")
    running = start()
    began = time.monotonic()
    assert [running.poll() for _ in range(50)] == [[]] * 50
    assert running.state == "starting"
    assert running.run is None
    assert not running.wait(0.05)
    assert time.monotonic() - began < 60


def test_commands_arrive_and_the_state_follows_the_answer(child, start):
    child(f"started()\n{OBEY}")
    running = start()
    wait_until(lambda: running.state == "running")
    running.pause()
    wait_until(lambda: running.state == "paused")
    running.resume()
    wait_until(lambda: running.state == "running")
    running.stop()
    assert running.state == "stopping"
    wait_until(lambda: "EvaluationStarted" in [type(event).__name__ for event in running.poll()])
    assert running.state == "stopping"


def test_a_pause_is_acknowledged_before_the_child_answers(child, start):
    child("started()\nsys.stdin.readline()\ntime.sleep(60)")
    running = start()
    wait_until(lambda: running.state == "running")
    running.pause()
    assert running.state == "pausing"
    running.resume()
    assert running.state == "running", "a pause that is taken back before it began"
    running.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_a_child_that_is_killed_leaves_a_sentence_and_its_checkpoint(child, start):
    child(
        "started(); (folder / 'checkpoints').mkdir(); (folder / 'checkpoints' / 'last.ckpt').touch()\n"
        "time.sleep(600)"
    )
    running = start(batch_size=8)
    wait_for(running, TrainingStarted)
    os.kill(running.pid, signal.SIGKILL)
    over(running)
    assert "killed (signal 9)" in running.error
    assert "smaller batch size (4)" in running.error
    assert "continue the run" in running.error
    assert is_gone(running)
    running.pause()
    running.stop()
    assert running.state == "failed", "a dead child takes no commands, and says so by nothing"


def test_a_child_that_fails_says_why(child, start):
    child("print(json.dumps({'failure': 'The disk is full; free some space.'})); sys.exit(1)")
    assert over(start()).error == "The disk is full; free some space."


def test_what_a_child_warns_of_is_warned_of_here(child, start, caplog):
    child("print(json.dumps({'warning': '3 of 9 photos say their scale.'})); sys.exit(1)")
    over(start())
    assert "3 of 9 photos say their scale." in caplog.messages


def test_the_last_words_of_a_child_that_breaks_are_given(child, start):
    child("sys.exit('libcudart.so.12: cannot open shared object file')")
    running = over(start())
    assert "exit code 1" in running.error
    assert "libcudart.so.12: cannot open" in running.error
    assert "No epoch was finished" in running.error


def test_a_child_that_ends_without_a_result_has_failed(child, start):
    child("started()")
    assert "exit code 0" in over(start()).error


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_a_reader_that_outlives_the_child_does_not_hide_its_end(child, start):
    child("started()\nif os.fork():\n    os._exit(7)\ntime.sleep(60)")
    running = start()
    began = time.monotonic()
    assert "exit code 7" in over(running).error
    assert time.monotonic() - began < 50


def test_closing_ends_the_child_and_keeps_what_it_has_left(child, start):
    child(f"started()\n{OBEY}")
    running = start()
    wait_for(running, TrainingStarted)
    running.close()
    running.close()
    assert running.state == "failed"
    assert "was ended" in running.error
    assert (running.folder / "config.json").is_file()
    assert is_gone(running)


def test_a_child_that_does_not_listen_is_killed(child, start, monkeypatch):
    monkeypatch.setattr(process, "SECONDS_TO_DIE", 1.0)
    child("started()\nwhile True:\n    time.sleep(1)")
    running = start()
    wait_for(running, TrainingStarted)
    running.close()
    assert is_gone(running)


def test_discarding_removes_the_run_folder_that_was_made(child, start):
    child(
        "(folder / 'checkpoints').mkdir()\nfor name in ('last.ckpt', '.best.ckpt.77.part'):\n"
        f"    (folder / 'checkpoints' / name).touch()\nstarted()\n{OBEY}"
    )
    running = start()
    wait_for(running, TrainingStarted)
    assert (running.folder / "log.txt").is_file()
    running.discard()
    running.discard()
    assert (running.state, running.error) == ("discarded", None)
    assert not running.folder.exists()
    assert is_gone(running)


def test_discarding_leaves_what_no_run_writes(child, start):
    child(f"started()\n{OBEY}")
    running = start()
    wait_for(running, TrainingStarted)
    (running.folder / "thesis.txt").write_text("mine")
    (running.folder / "checkpoints").mkdir()
    (running.folder / "checkpoints" / "notes.txt").write_text("mine too")
    running.discard()
    left = [path for path in running.folder.rglob("*") if path.is_file()]
    assert sorted(path.name for path in left) == ["notes.txt", "thesis.txt"]


def test_discarding_removes_pictures_of_layers_and_no_others(child, samples, tiny_config, write_photo):
    pictures = tiny_config().folder / "layer_images"
    mine = [write_photo(pictures / f"layer {index}.png", seed=index) for index in range(len(samples))]
    foreign = write_photo(pictures / "holiday.png")
    frame = samples.frame.assign(file=[str(path) for path in mine], group=samples.frame["group"])
    child(OBEY)
    running = TrainingProcess.start(tiny_config(), table_from_rows(frame, "rock"))
    running.discard()
    assert list(running.folder.rglob("*.*")) == [foreign]


def test_discarding_a_continued_run_only_ends_it(child, start):
    child(OBEY)
    first = start()
    first.close()
    again = TrainingProcess.continue_run(first.folder, epochs=7)
    again.discard()
    assert again.state == "discarded"
    assert (first.folder / "samples.csv").is_file()
    assert pd.read_json(first.folder / "config.json", typ="series")["epochs"] == 7


def test_what_cannot_be_trained_is_reported_before_a_process_is_started(
    child, samples, tiny_config, tmp_path, monkeypatch
):
    child("raise AssertionError")
    monkeypatch.setattr(subprocess, "Popen", None)
    one_class = table_from_rows(samples.frame[samples.frame["rock"] == "granite"], "rock")
    with pytest.raises(SampleError, match="two classes"):
        TrainingProcess.start(tiny_config(), one_class)
    with pytest.raises(ValueError, match="devices=2"):
        TrainingProcess.start(tiny_config(devices=2), samples)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").touch()
    with pytest.raises(RunFolderError, match="not empty"):
        TrainingProcess.start(tiny_config(), samples)
    for epochs, folder in ((None, tmp_path / "run"), (None, tmp_path / "nowhere")):
        with pytest.raises(RunFolderError, match=r"holds no config\.json"):
            TrainingProcess.continue_run(folder, epochs)


def test_a_run_with_a_damaged_record_is_not_continued(child, start):
    child(OBEY)
    running = start()
    running.close()
    config = running.folder / "config.json"
    config.write_text(config.read_text().replace('"epochs": 2', '"epochs": "two"'))
    with pytest.raises(RunFolderError, match="epochs is 'two'"):
        TrainingProcess.continue_run(running.folder)


def cpu_seconds(pid):
    """Return the processor time that a process and its threads have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_training_is_paused_killed_continued_and_as_good_as_an_unbroken_one(
    tiny_child, start, samples, tiny_config, tiny_network, tmp_path
):
    # More epochs than pass while this process waits for its turn.
    running = start(epochs=600, patience=0)
    wait_for(running, EpochFinished)
    running.pause()
    wait_until(lambda: running.state == "paused")
    running.poll()
    before = cpu_seconds(running.pid)
    time.sleep(1)
    assert cpu_seconds(running.pid) - before < 0.5
    assert running.poll() == []
    running.resume()
    reached = wait_for(running, EpochFinished).epoch
    os.kill(running.pid, signal.SIGKILL)
    assert "continue the run" in over(running).error
    assert not (running.folder / "metrics.json").exists()

    again = TrainingProcess.continue_run(running.folder, epochs=600)
    first = wait_for(again, TrainingStarted).first_epoch
    assert reached <= first < 600, "the kill may have been epochs late"
    last = wait_for(again, EpochFinished).epoch
    again.stop()
    over(again)
    assert (again.state, again.error) == ("finished", None)
    assert again.run.metrics["stopped"]
    assert is_gone(again)
    assert "a library says hello" in (again.folder / "log.txt").read_text()

    def stop(event):
        if isinstance(event, EpochFinished) and event.epoch == len(again.run.history):
            raise TrainingStopped

    assert len(again.run.history) >= last
    straight = train(tiny_config(epochs=600, patience=0, output=tmp_path / "straight"), samples, stop)
    scores = ["epoch", "train_loss", "validation_loss", "learning_rate"]
    pd.testing.assert_frame_equal(again.run.history[scores], straight.history[scores])
    assert again.run.metrics["log_loss"] == straight.metrics["log_loss"]


PARENT = """
import sys, time
sys.path[:0] = {path!r}
from napari_rocks2net.training import TrainingProcess
from napari_rocks2net.training.process import child_lines
child_lines.CHILD = ("-u", {child!r})
running = TrainingProcess.continue_run({folder!r})
while "started" not in (running.folder / "log.txt").read_text():
    time.sleep(0.01)
print(running.pid, flush=True)
time.sleep(600)
"""
LISTENING_CHILD = """
from napari_rocks2net.training.process import child
import threading
threading.Thread(target=child.connect().listen, daemon=True).start()
print("started")
time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="watches a grandchild by its pidfd")
def test_when_the_parent_is_killed_the_child_ends(child, start, tmp_path):
    child(OBEY)
    prepared = start()
    prepared.close()
    child(LISTENING_CHILD)
    script = PARENT.format(child=str(tmp_path / "child.py"), folder=str(prepared.folder), path=sys.path)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        try:
            grandchild = os.pidfd_open(int(parent.stdout.readline()))
        finally:
            parent.kill()
    ended, _, _ = select.select([grandchild], [], [], LIMIT)
    os.close(grandchild)
    assert ended


def test_a_split_that_was_shown_is_the_split_that_is_trained(child, start, samples, tiny_config):
    child(OBEY)
    running = start(seed=3)
    written = pd.read_csv(running.folder / "samples.csv")["split"].tolist()
    shown = ensure_split(samples, seed=3)
    assert written == shown.frame["split"].tolist()
    other = replace(shown, frame=shown.frame.replace({"split": {"test": "train"}}))
    with_it = TrainingProcess.start(tiny_config(output=running.folder.with_name("other")), other)
    with_it.close()
    assert "test" not in set(pd.read_csv(with_it.folder / "samples.csv")["split"])
