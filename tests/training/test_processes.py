"""Trainings in processes of their own: several together, and one that is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from napari_rocks2net.samples import load_samples
from napari_rocks2net.training import TrainingStarted, train

SCRIPT = """
import atexit, importlib.util, json, os, sys

sys.path.insert(0, {project!r})
from napari_rocks2net.samples import load_samples
from napari_rocks2net.training import *
from napari_rocks2net.training.network import components

spec = importlib.util.spec_from_file_location("training_conftest", {conftest!r})
conftest = importlib.util.module_from_spec(spec)
sys.modules["training_conftest"] = conftest
spec.loader.exec_module(conftest)
components.create_model = lambda name, classes, **arguments: conftest.TinyNetwork(classes)


# A line is written at once: two processes share the output.
def say(*words):
    sys.stdout.flush()
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())


# What is registered first is called last.
distributed = components.torch.distributed
atexit.register(lambda: say("in a group at the end:", distributed.is_initialized()))


def on_event(event):
    say(os.getpid(), type(event).__name__)
    {on_event}


if __name__ == "__main__":
    samples = load_samples({table!r}, property="rock", group="section")
    settings = json.loads({settings!r}) | dict(size=64, batch_size=4, accelerator="cpu", output={output!r})
    settings["start_from"] = "random"
    run = train(TrainingConfig(model="densenet121", **settings), samples, on_event)
    say("done", run.metrics["accuracy"])
"""


@pytest.fixture
def run_script(tmp_path, labels_csv):
    """Run a training with the tiny network in a process of its own."""

    def run(settings: str, on_event: str = "pass", wanted: int = 0) -> str:
        script = tmp_path / "train.py"
        conftest = str(Path(__file__).with_name("conftest.py"))
        text = SCRIPT.format(
            conftest=conftest,
            project=str(Path(__file__).parents[2]),
            table=str(labels_csv),
            output=str(tmp_path / "run"),
            settings=settings,
            on_event=on_event,
        )
        script.write_text(text, encoding="utf-8")
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        command = [sys.executable, str(script)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=400, env=environment)
        assert result.returncode == wanted, result.stderr[-3000:]
        return result.stdout

    return run


def started(output: str) -> int:
    """Count the processes that reported a start."""
    return output.count("TrainingStarted")


STOP = "if isinstance(event, BatchFinished) and event.epoch == 2: raise TrainingStopped"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("strategy", "epochs", "on_event"),
    [pytest.param("ddp", 50, STOP, id="stopped"), pytest.param("ddp_spawn", 2, "pass", id="spawned")],
)
def test_two_processes_train_one_model_end_together_and_one_reports(
    strategy, epochs, on_event, run_script, tmp_path
):
    output = run_script(f'{{"devices": 2, "strategy": "{strategy}", "epochs": {epochs}}}', on_event)
    run = tmp_path / "run"
    table, history = pd.read_csv(run / "samples.csv"), pd.read_csv(run / "history.csv")
    assert "done" in output
    assert started(output) == 1
    assert output.count("EpochFinished") == 2
    assert output.count("TrainingFinished") == 1
    assert history["epoch"].tolist() == [1, 2]
    assert (run / "model.safetensors").is_file()
    # Each process takes half of the samples, in whole batches of 4.
    each = (table["split"] == "train").sum() // 2
    assert output.count(" BatchFinished") == 2 * (each // 4)
    # Threads of a group that nobody left may abort a process that has done its work.
    assert output.count("in a group at the end: False") >= 2
    assert "in a group at the end: True" not in output


@pytest.mark.slow
def test_a_process_killed_in_the_third_epoch_resumes_at_it(
    run_script, labels_csv, tmp_path, tiny_config, tiny_network
):
    run_script(
        '{"epochs": 4}', "if isinstance(event, BatchFinished) and event.epoch == 3: os._exit(9)", wanted=9
    )
    assert not (tmp_path / "run" / "metrics.json").exists()
    samples = load_samples(labels_csv, property="rock", group="section")
    events = []
    run = train(tiny_config(epochs=4, resume=True), samples, events.append)
    assert next(event for event in events if isinstance(event, TrainingStarted)).first_epoch == 3
    assert pd.read_csv(run.folder / "history.csv")["epoch"].tolist() == [1, 2, 3, 4]
    assert run.model_path.is_file()
