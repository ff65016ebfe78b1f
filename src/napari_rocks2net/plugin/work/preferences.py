"""Preferences: what the widgets remember from one session to the next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qtpy.QtCore import QSettings

from napari_rocks2net.untrusted import is_folder, parse_json
from napari_rocks2net.views import ExampleRule, ViewError, rule_by_example

ORGANISATION = "napari-rocks2net"
MODEL_FILES = "classify/model_files"
CHOSEN_MODELS = "classify/chosen_models"
MODEL_FOLDER = "classify/model_folder"
PREDICTIONS_FOLDER = "classify/predictions_folder"
RECENT_COLLECTIONS = "annotate/recent_collections"
COLLECTION_FOLDER = "annotate/collection_folder"
IMAGE_FOLDER = "annotate/image_folder"
MOVE_ON = "annotate/move_on"
PREDICT_ALL = "annotate/predict_all"
PIXEL_SIZES = "scale/pixel_sizes"
LIGHT_EXAMPLES = "views/examples"
TRAINING_SETTINGS = "train/settings"
TRAINING_SOURCE = "train/source"
REPORT_FOLDER = "reports/folder"
COUNTING = "count/settings"
COUNT_FOLDER = "count/folder"
CRYSTAL_SETTINGS = "crystals/settings"
CRYSTAL_CLASSES = "crystals/classes"
CRYSTAL_MODELS = "crystals/model_files"
CRYSTAL_FOLDER = "crystals/folder"
SAM_FOLDER = "crystals/sam_folder"
# Where runs are kept until a person chooses another folder.
DEFAULT_RUNS = Path.home() / "rocks2net runs"
# Images are often beside the collection that they are added to.
NEXT_BEST = {IMAGE_FOLDER: COLLECTION_FOLDER}


def remember(key: str, value: Any) -> None:
    """Remember whatever JSON can hold."""
    _settings().setValue(key, json.dumps(value))


def remembered_list(key: str) -> list[str]:
    """Return a remembered list of texts; empty if there is none or it cannot be read."""
    value = _remembered(key)
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def remembered_values(key: str) -> dict[str, Any]:
    """Return remembered values by name; empty if there are none or they cannot be read."""
    values = _remembered(key)
    return values if isinstance(values, dict) else {}


def remembered_sizes() -> dict[str, float]:
    """Return the pixel sizes that a person saved, name -> micrometres; what is no size is left out."""
    sizes = remembered_values(PIXEL_SIZES)
    return {
        name: float(size)
        for name, size in sizes.items()
        if isinstance(size, int | float) and not isinstance(size, bool) and 0 < size < float("inf")
    }


def remembered_light_rule() -> ExampleRule | None:
    """Return how a person's own names say the light, from the last field that was paired by hand."""
    examples = remembered_values(LIGHT_EXAMPLES)
    try:
        return rule_by_example({name: (view[0], view[1]) for name, view in examples.items()})
    # Whatever else the settings hold.
    except (ViewError, TypeError, IndexError, KeyError):
        return None


def remembered_flag(key: str, usual: bool) -> bool:
    """Return a remembered yes or no."""
    value = _remembered(key)
    return value if isinstance(value, bool) else usual


def remembered_folder(key: str) -> Path:
    """Return a remembered folder that still exists, else the next best, else the person's own."""
    text = str(_settings().value(key, ""))
    if text and is_folder(text):
        return Path(text)
    return remembered_folder(NEXT_BEST[key]) if key in NEXT_BEST else Path.home()


def remember_folder(key: str, folder: Path) -> None:
    """Remember a folder."""
    _settings().setValue(key, str(folder))


def runs_folder() -> Path:
    """Return the folder in which the Train widget keeps its runs."""
    folder = remembered_values(TRAINING_SETTINGS).get("runs")
    return Path(folder) if isinstance(folder, str) and folder else DEFAULT_RUNS


def _remembered(key: str) -> Any:
    try:
        return parse_json(str(_settings().value(key, "null")))
    except ValueError:
        return None


def _settings() -> Any:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANISATION, "widgets")
