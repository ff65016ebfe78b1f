"""Map record (map.json): what a map is of, by which models, with which windows; and how it was made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.slides.grid import Grid
from napari_rocks2net.slides.plan import MapPlan
from napari_rocks2net.untrusted import parse_json

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier

FORMAT, FORMAT_VERSION = "napari-rocks2net map", 2
RECORD = "map.json"
WAY, ANSWERED = "way", "answered"


@dataclass(frozen=True)
class MapRecord:
    """What a map on disk is of."""

    slide: str
    """The name of the slide."""
    height: int
    width: int
    """Of the slide in pixels."""
    um_per_pixel: float | None
    """Of the slide; None where it is not known."""
    models: tuple[str, ...]
    """The fingerprints of the models."""
    grid: Grid
    """The windows."""
    settings: Mapping[str, Any]
    """The fields of `MapSettings`."""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the record of a map.

        Raises
        ------
        OSError, LookupError, TypeError, ValueError, AttributeError
            When there is none, or it is damaged.
        """
        stored = read_json(folder)
        slide = stored["slide"]
        return cls(
            slide=slide["name"],
            height=slide["height"],
            width=slide["width"],
            um_per_pixel=slide["um_per_pixel"],
            models=tuple(map(str, stored["models"])),
            grid=Grid(**stored["grid"]),
            settings=dict(stored["settings"]),
        )


def record_of(plan: MapPlan, classifier: RockClassifier) -> dict[str, Any]:
    """Return what two maps that are gone on with must agree in.

    Parameters
    ----------
    plan : MapPlan
        What is mapped, and how.
    classifier : RockClassifier
        By what.
    """
    slide = plan.slide
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "slide": {
            "name": slide.name,
            "height": slide.shape[0],
            "width": slide.shape[1],
            "um_per_pixel": slide.um_per_pixel,
            "fingerprint": slide.fingerprint(),
        },
        "models": [model.fingerprint() for model in classifier.models],
        # Their answers agree, but not to the last digit.
        "backends": [model.backend for model in classifier.models],
        "properties": {each.name: each.classes for each in classifier.properties},
        "settings": asdict(plan.settings),
        "grid": plan.grid.to_dict(),
        "level": plan.level,
        "region": hashlib.sha256(np.packbits(plan.in_region).tobytes()).hexdigest()[:16],
    }


def read_json(folder: Path) -> dict[str, Any]:
    """Return what the record of a map holds, as JSON has it; see `MapRecord.read` for the errors."""
    record = parse_json((folder / RECORD).read_text(encoding="utf-8"))
    if not isinstance(record, dict):
        raise TypeError("it is no record")
    return record


def write_json(folder: Path, record: Mapping[str, Any]) -> None:
    """Write the record of a map, whole or not at all.

    Parameters
    ----------
    folder : Path
        Of the map.
    record : mapping
        What `record_of` returns, and how the map was made.
    """
    atomic_write(folder / RECORD, json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def first_difference(folder: Path, record: Mapping[str, Any]) -> str | None:
    """Return in what the record of a map differs from another, None where they agree.

    Parameters
    ----------
    folder : Path
        Of the map; see `MapRecord.read` for the errors.
    record : mapping
        What `record_of` returns.
    """
    earlier, now = read_json(folder), json.loads(json.dumps(record))
    return next((name for name, value in now.items() if earlier.get(name) != value), None)
