from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from napari_rocks2net.training import (
    BatchFinished,
    CrossValidationFinished,
    EpochFinished,
    FoldStarted,
    TrainingFinished,
    TrainingPaused,
    TrainingStarted,
)
from napari_rocks2net.training.events import event_from, event_line
from napari_rocks2net.training.runs.run_folder import EPOCH_FIGURES

FOLDER = Path("runs of Übersee") / "a\nb"


@pytest.mark.parametrize(
    "event",
    [
        TrainingStarted(FOLDER, "cuda:0", 1, 30, 70, 15, 20),
        BatchFinished(1, 30, 2, 9),
        EpochFinished(3, 30, 0.1, 0.9, 1 / 3, 0.8, 12.5),
        TrainingFinished(FOLDER, FOLDER / "model.safetensors", 0.75, True),
        TrainingPaused(),
        FoldStarted(2, 5, FOLDER),
        CrossValidationFinished(FOLDER, 0.7, 0.05),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_comes_back_as_it_was(event):
    line = event_line(event)
    assert "\n" not in line
    assert event_from(json.loads(line)) == event


@pytest.mark.parametrize(
    "values",
    [{}, {"event": "Path"}, {"event": "dataclass"}, {"event": "BatchFinished", "epoch": 1}, {"event": None}],
)
def test_what_is_no_event_is_refused(values):
    with pytest.raises(ValueError, match="training event"):
        event_from(values)


def test_the_figures_of_an_epoch_are_fields_of_its_event():
    assert set(EPOCH_FIGURES) <= {field.name for field in dataclasses.fields(EpochFinished)}
