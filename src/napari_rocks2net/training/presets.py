"""Presets of a training: the values that are not given, and the backbone of the model to start from."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from napari_rocks2net.models.backbone_catalog import LIGHT_BACKBONE
from napari_rocks2net.models.catalog import backbone_spec, model_spec

PRESETS: dict[str, dict[str, Any]] = {
    "paper": {
        "epochs": 300,
        "learning_rate": 1e-5,
        "augmentation": False,
        "class_weights": False,
        "patience": 0,
        "interpolation": "nearest",
        "fine_tuning": "plain",
        "normalisation": "samplewise_center",
    },
    "default": {
        "epochs": 20,
        "batch_size": 16,
        "augmentation": True,
        "class_weights": True,
        "patience": 8,
        "interpolation": "bilinear",
        "fine_tuning": "gentle",
    },
}
AUTO, IMAGENET, RANDOM = "auto", "imagenet", "random"


def backbone_of_start(model: str, start_from: str | Path, preset: str) -> str | None:
    """Return the backbone of the model to start from, since its weights fit no other, or the usual one.

    Parameters
    ----------
    model, start_from, preset : str
        See `TrainingConfig`.
    """
    if start_from not in (AUTO, IMAGENET, RANDOM):
        backbone = model_backbone(start_from)
        with suppress(ValueError):
            if backbone is not None:
                model_spec(model).check_backbone(backbone)
                return backbone
    return usual_backbone(model, preset)


def model_backbone(name_or_path: str | Path) -> str | None:
    """Return the backbone of a built-in model or a model file; None where it has none or cannot be read."""
    # Not above: command-line options are made from this module, and a model's card takes time to import.
    from napari_rocks2net.model_file import read_card, resolve_model

    try:
        card = read_card(resolve_model(name_or_path))
        usual = model_spec(card.architecture).backbones
    except (OSError, ValueError):
        return None
    return card.arguments.get("backbone", usual[0] if usual else None)


def usual_backbone(model: str, preset: str = "default") -> str | None:
    """Return the light backbone where a network has the choice, the paper's in the paper's recipe.

    Parameters
    ----------
    model : str
        A name of `napari_rocks2net.models.list_models`.
    preset : str
        The recipe, "default" or "paper".
    """
    own = model_spec(model).backbones
    if preset == "default" and LIGHT_BACKBONE in own:
        return LIGHT_BACKBONE
    return own[0] if own else None


def computed_defaults(model: str, start_from: str | Path, backbone: str | None) -> dict[str, Any]:
    """Return the values that follow from others where neither a person nor the preset gives them.

    Parameters
    ----------
    model, start_from, backbone : str
        See `TrainingConfig`.
    """
    spec = model_spec(model)
    random = start_from == RANDOM or not (spec.imagenet and spec.backbones)
    return {
        "batch_size": 4 if spec.streams == 2 else 8,
        "learning_rate": 1e-3 if random else 3e-4,
        "normalisation": backbone_spec(backbone).normalisation if backbone else "imagenet",
    }
