"""Rows of the settings of a training: which there are, in which order, and their fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from magicgui.widgets import ComboBox
from magicgui.widgets.bases import BaseValueWidget

from napari_rocks2net.plugin.look.setting_fields import folder_field, setting_field
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.samples.splits.request import NO_FOLDS
from napari_rocks2net.training.choices import network_choices
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.presets import PRESETS

BY_PRESET = "as the recipe says"
MAIN = (
    *("model", "backbone", "localization", "target", "start", "size", "batch_size", "epochs"),
    *("validation", "test", "augmentation", "class_weights", "other_magnifications", "seed", "folds"),
)
ADVANCED = (
    *("preset", "fine_tuning", "learning_rate", "patience", "resize", "interpolation", "normalisation"),
    *("accelerator", "precision", "runs"),
)
# Filled in when a recipe is chosen; "batch_size" is the device's matter.
OF_PRESET = ("epochs", "augmentation", "class_weights", "patience")
# Said to the widget, not to the training.
OF_WIDGET = frozenset({"folds", "runs"})
# magicgui asks again for the choices of a form that gets a parent.
OPTIONS: dict[str, dict[str, Any]] = {
    "model": {"choices": lambda _: network_choices()},
    "validation": {"min": 0.05, "max": 0.8},
    "test": {"max": 0.8},
    "learning_rate": {"max": 0.5, "decimals": 6},
    **{name: {"value": PRESETS["default"][name]} for name in ("batch_size", *OF_PRESET)},
}


def training_fields(starts: Callable[[], list[tuple[str, str]]]) -> dict[str, BaseValueWidget[Any]]:
    """Return the fields of a `TrainingConfig` and of what the widget wants to know besides, by their names.

    Parameters
    ----------
    starts : callable
        Returns (what to show, value) of everything to start from.
    """
    others: dict[str, BaseValueWidget[Any]] = {
        "start": ComboBox(
            label="Start from",
            choices=lambda _: starts(),
            tooltip="Trained weights need fewer images and epochs. The best at hand are ImageNet ones, "
            "else a built-in model that fits. 'Browse' adds a model file.",
        ),
        "folds": ComboBox(
            label="Repeat by folds",
            choices=[("off", NO_FOLDS), *((f"{count} folds", count) for count in (2, 3, 4, 5, 10))],
            value=NO_FOLDS,
            tooltip="Train several times, so that every thin section is tested once; show the spread.",
        ),
        "runs": folder_field(
            label="Keep runs in",
            value=preferences.DEFAULT_RUNS,
            tooltip="Every run gets a new folder in this one.",
        ),
    }
    return {
        name: others[name]
        if name in others
        else setting_field(TrainingConfig, name, **({"when_none": BY_PRESET} | OPTIONS.get(name, {})))
        for name in (*MAIN, *ADVANCED)
    }
