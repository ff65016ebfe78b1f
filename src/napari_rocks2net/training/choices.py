"""Choices in the form of a training: networks with their settings, and weights to start from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from napari_rocks2net.model_file import resolve_model
from napari_rocks2net.models.catalog import FEW_PHOTOS, MODELS, model_for, model_spec
from napari_rocks2net.training.presets import AUTO, IMAGENET, RANDOM
from napari_rocks2net.wording import count_of

# Also filled in to suit the computer, so they do not tell whether a person has changed the settings.
BEST_START = ("The best at hand", AUTO)
ADVISED = frozenset({"size", "batch_size"})


def network_choices() -> list[tuple[str, str]]:
    """Return (what to show, name) of all networks."""
    return [(f"{spec.name} ({spec.purpose})", spec.name) for spec in MODELS.values()]


def photos_sentence(photos: int) -> str:
    """Say which network suits so many labelled photos, and why."""
    fitted, trained = model_for(0), model_for(FEW_PHOTOS)
    if photos < FEW_PHOTOS:
        return f"{count_of(photos, 'photo')}: {fitted}, seconds; {trained} wants some hundreds."
    return f"{photos} photos: enough for {trained}; {fitted} takes seconds."


def values_for(
    network: str, previous: str, values: Mapping[str, Any], usual: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the settings to change when a network is chosen in place of the previous one.

    They are what the network wants, and the usual values in place of what the previous one wanted, unless the
    person has changed that.

    Parameters
    ----------
    network, previous : str
        Names of the catalogue.
    values, usual : mapping
        What a form shows, and what a fresh one would.
    """
    left = model_spec(previous).settings
    changed = any(values[name] != value for name, value in left.items() if name not in ADVISED)
    return ({} if changed else {name: usual[name] for name in left}) | dict(model_spec(network).settings)


def start_choices(
    models: list[tuple[str, str]], runs: list[Path], imagenet: bool = True
) -> list[tuple[str, str]]:
    """Return (what to show, value) of everything to start from.

    Parameters
    ----------
    models : list of tuple
        Known models, in the same way.
    runs : list of Path
        Folders of finished runs, the newest first.
    imagenet : bool
        Whether there are ImageNet weights.
    """
    values = {value for _, value in models}
    trained = [(f"Run {run.name}", str(run / "model.safetensors")) for run in runs]
    weights = [BEST_START]
    if imagenet:
        weights.append(("ImageNet weights", IMAGENET))
    weights.append(("Random weights", RANDOM))
    return weights + models + [(title, value) for title, value in trained if value not in values]


def start_keywords(choice: str) -> dict[str, Any]:
    """Return the fields of `TrainingConfig` that say what a training starts from.

    Raises
    ------
    ModelFileError
        If a model is chosen that is not there.
    """
    return {"start_from": choice if choice in (AUTO, IMAGENET, RANDOM) else resolve_model(choice)}
