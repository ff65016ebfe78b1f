"""Initial weights of a training: random, ImageNet, a model file or an earlier run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari_rocks2net.model_file import ModelFileError, resolve_model

RANDOM = "random"
IMAGENET = "ImageNet"


def start_choices(
    models: list[tuple[str, str]], runs: list[Path], imagenet: bool = True
) -> list[tuple[str, str]]:
    """Return (what to show, value) of everything a training can start from.

    Parameters
    ----------
    models : list of tuple
        (what to show, name or path) of the models that are known.
    runs : list of Path
        Folders of finished runs, the newest first.
    imagenet : bool
        Whether there are ImageNet weights of the network.
    """
    known = {value for _, value in models}
    trained = [(f"Run {run.name}", str(run / "model.safetensors")) for run in runs]
    weights = [("Random weights", RANDOM)]
    if imagenet:
        weights.append(("ImageNet weights (downloaded once)", IMAGENET))
    return weights + models + [(shown, value) for shown, value in trained if value not in known]


def start_keywords(choice: str) -> dict[str, Any]:
    """Return the fields of `TrainingConfig` that say what a training starts from.

    Raises
    ------
    ModelFileError
        If a model is chosen that is not there.
    """
    if choice in (RANDOM, IMAGENET):
        return {"pretrained": choice == IMAGENET, "start_from": None}
    return {"pretrained": False, "start_from": resolve_model(choice)}


def model_of(path: str | Path) -> Path:
    """Return the model file that a person means by a file or by a run folder.

    Raises
    ------
    ModelFileError
        If it is neither.
    """
    chosen = Path(path).expanduser()
    model = chosen / "model.safetensors" if chosen.is_dir() else chosen
    if not model.is_file():
        raise ModelFileError(f"{chosen} is no model file and no finished run; choose another.")
    return model.absolute()
