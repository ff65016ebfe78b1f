"""What the widgets remember from one session to the next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qtpy.QtCore import QSettings

from napari_rocks2net.untrusted import is_folder, parse_json

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
TRAINING_SETTINGS = "train/settings"
TRAINING_SOURCE = "train/source"
CRYSTAL_SETTINGS = "crystals/settings"
CRYSTAL_CLASSES = "crystals/classes"
CRYSTAL_MODELS = "crystals/model_files"
CRYSTAL_FOLDER = "crystals/folder"
CRYSTAL_MODEL_FOLDER = "crystals/model_folder"
# Where runs are kept until a person chooses another folder.
DEFAULT_RUNS = Path.home() / "rocks2net runs"


def remembered_list(key: str) -> list[str]:
    """Return a remembered list of texts; empty if there is none or it cannot be read."""
    value = _remembered(key)
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def remember_list(key: str, texts: list[str]) -> None:
    """Remember a list of texts."""
    _settings().setValue(key, json.dumps(texts))


def remembered_values(key: str) -> dict[str, Any]:
    """Return remembered values by name; empty if there are none or they cannot be read."""
    values = _remembered(key)
    return values if isinstance(values, dict) else {}


def remember_values(key: str, values: dict[str, Any]) -> None:
    """Remember values by name: whatever JSON can hold."""
    _settings().setValue(key, json.dumps(values))


def remembered_folder(key: str) -> Path | None:
    """Return a remembered folder that still exists."""
    text = str(_settings().value(key, ""))
    return Path(text) if text and is_folder(text) else None


def remember_folder(key: str, folder: Path) -> None:
    """Remember a folder."""
    _settings().setValue(key, str(folder))


def _remembered(key: str) -> Any:
    try:
        return parse_json(str(_settings().value(key, "null")))
    except ValueError:
        return None


def _settings() -> Any:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANISATION, "widgets")
