"""Event serialisation: training events as lines of JSON, from one process to another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from napari_rocks2net.training import events
from napari_rocks2net.training.events import TrainingEvent

KIND = "event"
FAILURE = "failure"
PATHS = frozenset({"folder", "model_path"})


def event_line(event: TrainingEvent) -> str:
    """Return an event as one line of JSON without its end."""
    fields = {name: str(value) if isinstance(value, Path) else value for name, value in vars(event).items()}
    return json.dumps({KIND: type(event).__name__, **fields})


def failure_line(sentence: str) -> str:
    """Return why there is no result as one line of JSON without its end."""
    return json.dumps({FAILURE: sentence})


def event_from(values: dict[str, Any]) -> TrainingEvent:
    """Return the event that a decoded line holds.

    Raises
    ------
    ValueError
        When there is no event of that kind, or its fields are others.
    """
    fields = {name: Path(value) if name in PATHS else value for name, value in values.items() if name != KIND}
    kind = getattr(events, str(values.get(KIND)), None)
    if not (isinstance(kind, type) and issubclass(kind, TrainingEvent)):
        raise ValueError(f"There is no training event {values.get(KIND)!r}.")
    try:
        return kind(**fields)
    except TypeError as error:
        raise ValueError(f"The training event {values} is incomplete: {error}.") from error
