from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from napari_rocks2net.training import BatchFinished, RunFolderError, TrainingStopped, repeat_run, train


def same_result(first, second):
    weights, again = load_file(first.model_path), load_file(second.model_path)
    assert first.metrics == second.metrics
    assert (first.folder / "predictions.csv").read_bytes() == (second.folder / "predictions.csv").read_bytes()
    assert (first.folder / "samples.csv").read_bytes() == (second.folder / "samples.csv").read_bytes()
    assert all(torch.equal(weights[name], again[name]) for name in weights | again)
    return True


def test_a_repeated_run_comes_out_the_same_to_the_last_bit(
    samples, tiny_config, tiny_network, tmp_path, caplog
):
    first = train(tiny_config(seed=3), samples)
    # Neither what has happened to the generator nor the threads of the moment matter.
    torch.manual_seed(99)
    before = torch.get_num_threads()
    torch.set_num_threads(before + 1)
    try:
        again = repeat_run(first.folder, tmp_path / "again")
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)
    assert same_result(first, again)
    assert again.folder == tmp_path / "again"
    assert "may differ" not in caplog.text


def test_a_run_that_was_stopped_is_stopped_after_the_same_epoch(samples, tiny_config, tiny_network, tmp_path):
    def stop(event):
        if isinstance(event, BatchFinished) and (event.epoch, event.batch) == (3, 2):
            raise TrainingStopped

    first = train(tiny_config(epochs=9), samples, stop)
    again = repeat_run(first.folder, tmp_path / "again")
    assert len(again.history) == len(first.history) == 2
    assert same_result(first, again)


def test_images_that_changed_or_are_missing_are_named(samples, tiny_config, tiny_network, tmp_path):
    run = train(tiny_config(epochs=1), samples)
    changed, missing = map(Path, samples.frame["file"].iloc[[2, 7]])
    original = changed.read_bytes()
    changed.write_bytes(original + b"\0")
    with pytest.raises(RunFolderError, match=r"1 of the 24 files .* have changed") as caught:
        repeat_run(run.folder, tmp_path / "again")
    assert str(changed) in str(caught.value)
    changed.write_bytes(original)
    missing.unlink()
    with pytest.raises(RunFolderError, match="are missing") as caught:
        repeat_run(run.folder, tmp_path / "again")
    assert str(missing) in str(caught.value)
    assert not (tmp_path / "again").exists()


def test_other_versions_and_devices_are_warned_of(samples, tiny_config, tiny_network, tmp_path, caplog):
    run = train(tiny_config(epochs=1), samples)
    record = json.loads((run.folder / "record.json").read_text())
    record["starts"][-1]["versions"]["torch"] = "1.0"
    record["starts"][-1]["device"] = "NVIDIA H100"
    (run.folder / "record.json").write_text(json.dumps(record))
    with caplog.at_level(logging.WARNING):
        repeat_run(run.folder, tmp_path / "again")
    warned = [line.getMessage() for line in caplog.records if "may differ" in line.getMessage()]
    assert len(warned) == 2
    assert any("device was NVIDIA H100 and is cpu" in line for line in warned)
    assert any("torch was 1.0 and is " in line for line in warned)


def test_what_has_no_record_is_not_repeated(samples, tiny_config, tiny_network, tmp_path):
    run = train(tiny_config(epochs=1), samples)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").touch()
    with pytest.raises(RunFolderError, match="not empty"):
        repeat_run(run.folder, tmp_path / "full")
    (run.folder / "record.json").unlink()
    with pytest.raises(RunFolderError, match=r"holds no record\.json"):
        repeat_run(run.folder, tmp_path / "again")
    with pytest.raises(RunFolderError, match=r"metrics\.json"):
        repeat_run(tmp_path, tmp_path / "again")
